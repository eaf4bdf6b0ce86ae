// Process 1 of a pid namespace: starts the process that was asked for, reaps whatever ends there, and ends with it, so
// that the kernel kills what is left. It is a child of the supervisor, in memory of its own.
#pragma once

#include "child.h"

// How the process that was asked for has ended; shared by init and supervisor.
struct Ending {
  int ended;
  int status;  // as from waitpid(2)
};

struct Init {
  struct Child* child;     // its failure must be in shared memory
  struct Ending* ending;   // in shared memory
  const int* progress;     // a pipe: one byte when the process has called execve()
};

// The argument is an Init.
int init_main(void* init);

// From the supervisor: this signal to all processes of the namespace but its init.
void init_signal(int init_pid, int signal_number);
