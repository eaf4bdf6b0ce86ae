// What is written about a container for a later agent (docs/isolators/process.md has the format), and what /proc says
// about a process.
#pragma once

#include <stdint.h>

#include "text.h"

// Fields of /proc/<pid>/stat; 0 on success.
struct ProcessStat {
  int parent;
  uint64_t start_time;  // clock ticks since the start of the machine
};
int read_stat(int pid, struct ProcessStat* stat);

struct Identity {
  int pid;
  uint64_t start_time;
  const char* boot_id;
};

struct RecordPaths {
  const char* spare;
  const char* run;
  const char* exit;
};

struct Record {
  int fd;
  struct Text text;  // what is in the file
};

// Makes the record of a container that is about to run: it appears whole, or not at all. A negative errno on failure;
// -EEXIST means that the launcher has given this launch up.
int record_open(struct Record* record, const struct RecordPaths* paths, const struct Identity* supervisor,
                uint64_t serial, uint64_t enclosing);
// The launch has failed after all.
void record_drop(const struct Record* record, const struct RecordPaths* paths);
// Completes the record and gives it its final name.
void record_exit(struct Record* record, const struct RecordPaths* paths, int wait_status, int killed);
