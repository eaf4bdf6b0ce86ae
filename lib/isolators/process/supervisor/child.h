// The process of a container, between its birth and its execve(). Each function says 1, or 0 with the failure of the
// launch written down.
#pragma once

#include "launch.h"
#include "record.h"

struct Failure {
  uint32_t stage;  // MESO_STAGE_NONE: there was none
  int error;
  uint32_t candidate;
};

// Memory that the supervisor sees as well.
struct Child {
  const struct Launch* launch;
  struct Failure* failure;
  const struct Identity* supervisor;
  int entered;  // the process inside of the container that is entered
};

// Negative errno in, 0 out.
int failed(struct Child* child, uint32_t stage, int error);
int failed_at(struct Child* child, uint32_t stage, uint32_t candidate, int error);

// The kernel kills us when the supervisor dies; it forgets that at every change of the user.
int die_with_supervisor(const struct Child* child);
int enter_cgroups_v1(struct Child* child);
int take_user(struct Child* child);
int take_directory(struct Child* child);
int open_outputs(struct Child* child);
// Waits until the launcher lets us go. The launcher is told by whoever knows our number as the machine counts.
int report_held(const struct Child* child, int pid);
int wait_for_release(struct Child* child);
// Does not return, unless it has failed.
int run(struct Child* child);

// The main function of a process that is not enclosed; the argument is its Child.
int child_main(void* child);
