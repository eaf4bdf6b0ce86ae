// Standard output and error of a container whose files are rotated: the process writes into pipes, and the supervisor
// moves the bytes on. When a file is full it becomes "<path>.1", that one "<path>.2", and so on.
#pragma once

#include "child.h"
#include "sys.h"

struct Output {
  const char* path;
  int pipe;  // -1: everybody has closed it
  int file;
  uint64_t size;
  int in_line;  // what was written last was not the end of a line
};

struct Outputs {
  const struct Launch* launch;
  int count;  // 0: the process writes to its files itself; 1: both are one file
  struct Output all[2];
  int signals;  // a signalfd
};

// Opens pipes and files, the files as the user; the launch gets the descriptors for the process. 0: there is a failure.
int outputs_open(struct Outputs* outputs, struct Launch* launch, struct Failure* failure);
// The process has its descriptors, or there will be none.
void outputs_started(struct Outputs* outputs, struct Launch* launch);
// As sys_wait_signal(), and moves bytes meanwhile.
int outputs_wait(struct Outputs* outputs, SignalMask mask, siginfo_t* info, const TimeSpec* timeout);
// No process is left: what is in the pipes is the rest.
void outputs_close(struct Outputs* outputs);
