#include "init.h"

#include "enclose.h"
#include "sys_enclose.h"

// Of the signals that init waits for; all are blocked. From within the namespace anybody may send it one: it
// listens to those from outside only, whose sender has no number here.
static SignalMask awaited(void) { return mask_of(SIGCHLD) | mask_of(SIGTERM) | mask_of(SIGCONT); }

void init_signal(int init_pid, int signal_number) { sys_kill(init_pid, signal_number); }

static int supervisor_lives(int progress) {
  struct pollfd end = {.fd = progress, .events = 0};
  const TimeSpec now = {0, 0};
  sys_poll_for(&end, 1, &now);
  return !(end.revents & POLLERR);
}

static int task_main(void* argument) {
  struct Child* child = argument;
  sys_setpgid(0, 0);
  if (enclose_outside(child) && enclose_build(child)) enclose_and_run(child);
  return 127;
}

// The process that was asked for, once it has called execve(); 0 if it has failed.
static int start_task(struct Child* child) {
  __attribute__((aligned(16))) char stack[16384];
  const long pid = clone_onto(CLONE_VM | CLONE_VFORK | SIGCHLD, stack + sizeof stack, task_main, child);
  if (pid < 0) return failed(child, MESO_STAGE_PROCESS, (int)pid);
  return child->failure->stage == MESO_STAGE_NONE ? (int)pid : 0;
}

// Whoever may trace process 1, as a task of root may, is not to win more than it has itself.
static void give_up_rights(void) {
  sys_set_capabilities((uint64_t)1 << CAP_KILL);
  sys_prctl(PR_SET_NO_NEW_PRIVS, 1);
}

static int reap_until_ended(struct Ending* ending, int task) {
  int status = 0;
  int pid;
  while ((pid = sys_wait(-1, &status, WNOHANG)) > 0) {
    if (pid != task) continue;
    ending->status = status;
    ending->ended = 1;
    return 1;
  }
  return 0;
}

int init_main(void* argument) {
  struct Init* init = argument;
  struct Child* child = init->child;
  if (!enter_cgroups_v1(child)) return 127;
  sys_setpgid(0, 0);
  sys_prctl(PR_SET_PDEATHSIG, SIGKILL);
  sys_close(init->progress[0]);
  if (!supervisor_lives(init->progress[1])) return 127;
  if (child->launch->flags & MESO_HELD) {
    sys_write(init->progress[1], ".", 1);
    if (!wait_for_release(child)) return 127;
  }
  sys_prctl(PR_SET_NAME, (unsigned long)"mesoscore-init");
  const int task = start_task(child);
  if (task == 0) return 127;
  sys_write(init->progress[1], "+", 1);
  sys_close_from(0);
  give_up_rights();
  while (!reap_until_ended(init->ending, task)) {
    siginfo_t info;
    const int signal_number = sys_wait_signal(awaited(), &info, 0);
    if (signal_number > 0 && signal_number != SIGCHLD && info.si_pid == 0) sys_kill(-1, signal_number);
  }
  return 0;
}
