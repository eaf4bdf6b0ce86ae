// The start of the process of a container, up to its execve().
#pragma once

#include "child.h"

// The process that stands for the container: it ends when the container does.
struct Main {
  int pid;  // 0: there is none
  const struct Ending* ending;  // not null: it is an init, which tells how the process that was asked for has ended
};

// The process has called execve(); otherwise there is a failure, and no process is left.
struct Main start_process(const struct Launch* launch, const struct Identity* supervisor, struct Failure* failure);
