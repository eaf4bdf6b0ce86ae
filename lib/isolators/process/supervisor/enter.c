#include "enter.h"

#include "enclose.h"
#include "sys_enclose.h"

static int inside_main(void* argument) {
  struct Child* child = argument;
  sys_setpgid(0, 0);
  enclose_and_run(child);
  return 127;
}

// A pid namespace is entered by children only. Those in there see it: what they could reach by it must be its
// own memory, not that of the supervisor.
static int start_inside(struct Child* child) {
  __attribute__((aligned(16))) char stack[8192];
  const long pid = clone_onto(CLONE_VFORK | CLONE_PARENT | SIGCHLD, stack + sizeof stack, inside_main, child);
  if (pid == -ENOMEM) return failed(child, MESO_STAGE_PARENT, -ESRCH);  // its init has ended
  if (pid < 0) return failed(child, MESO_STAGE_PROCESS, (int)pid);
  child->entered = (int)pid;
  return 1;
}

int entering_main(void* argument) {
  struct Child* child = argument;
  const struct Launch* launch = child->launch;
  if (!enter_cgroups_v1(child)) return 127;
  sys_setpgid(0, 0);
  if (!die_with_supervisor(child)) return 127;
  if (launch->flags & MESO_HELD && !(report_held(child, sys_getpid()) && wait_for_release(child))) return 127;
  if (!enclose_outside(child)) return 127;
  const uint64_t namespaces = launch->enclosure->namespaces;
  const int error = namespaces ? sys_setns(launch->parent_fd, namespaces) : 0;
  if (error < 0) return failed(child, MESO_STAGE_PARENT, error);
  sys_close_from(3);  // in there, others may look at us from now on
  if (!(namespaces & CLONE_NEWPID)) return inside_main(child);
  return start_inside(child) ? 0 : 127;
}
