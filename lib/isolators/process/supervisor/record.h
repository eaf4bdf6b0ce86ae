// What is written about a container for a later agent (docs/isolators/process.md has the format), and what /proc says
// about a process.
#pragma once

#include <stdint.h>

// Fields of /proc/<pid>/stat; 0 on success.
struct ProcessStat {
  int parent;
  uint64_t start_time;  // clock ticks since the start of the machine
};
int read_stat(int pid, struct ProcessStat* stat);

// Creates the record of a container that is about to run. Its descriptor, or a negative errno; -EEXIST means that the
// launcher has given this launch up.
int record_open(const char* run_path, const char* boot_id, int supervisor, uint64_t start_time);
// Completes the record and gives it its final name.
void record_exit(int fd, const char* run_path, const char* exit_path, int wait_status, int killed);
