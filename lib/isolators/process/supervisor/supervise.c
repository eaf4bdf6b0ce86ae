#include "supervise.h"

#include "record.h"
#include "report.h"
#include "sys.h"
#include "tree.h"

// All signals are blocked (the zygote did it) and waited for, so there are no handlers and no races.
struct Container {
  int main;           // the process that was asked for; its number stays taken until we reap it
  int64_t killed_at;  // steady clock; 0 = no kill was asked for
  int64_t deadline;   // of the grace
};

// A later kill may only shorten the grace, which counts from the first one.
static void on_kill(struct Container* container, int64_t grace_ms) {
  const int64_t grace = grace_ms * 1000000;
  if (container->killed_at != 0) {
    const int64_t deadline = container->killed_at + grace;
    if (deadline < container->deadline) container->deadline = deadline;
    return;
  }
  container->killed_at = sys_now_ns(STEADY_CLOCK);
  container->deadline = container->killed_at + grace;
  if (grace == 0) return;
  tree_signal(container->main, SIGTERM);
  tree_signal(container->main, SIGCONT);  // a stopped process would not see it
}

static void on_signal(struct Container* container, const siginfo_t* info) {
  if (info->si_signo == SIGCHLD) return;
  const int has_grace = info->si_signo == MESO_KILL_SIGNAL && info->si_code == SI_QUEUE && info->si_int >= 0;
  on_kill(container, has_grace ? info->si_int : MESO_DEFAULT_GRACE_MS);
}

// Reaps adopted orphans. True when the main process has ended; it is left for later.
static int main_has_ended(const struct Container* container) {
  for (;;) {
    siginfo_t info;
    info.si_pid = 0;
    if (sys_peek_ended(&info) < 0) return 1;
    if (info.si_pid == 0) return 0;
    if (info.si_pid == container->main) return 1;
    int status = 0;
    sys_wait(info.si_pid, &status, 0);
  }
}

static void wait_for_end(struct Container* container) {
  const SignalMask signals = mask_of(SIGCHLD) | mask_of(MESO_KILL_SIGNAL) | mask_of(SIGTERM) | mask_of(SIGINT) |
                             mask_of(SIGHUP) | mask_of(SIGQUIT);
  while (!main_has_ended(container)) {
    TimeSpec left = {0, 0};
    if (container->killed_at != 0) {
      const int64_t ns = container->deadline - sys_now_ns(STEADY_CLOCK);
      if (ns <= 0) return;
      left.tv_sec = ns / 1000000000;
      left.tv_nsec = ns % 1000000000;
    }
    siginfo_t info;
    if (sys_wait_signal(signals, &info, container->killed_at ? &left : 0) > 0) on_signal(container, &info);
  }
}

// Whatever the container has left dies with its main process, or when the grace is over. The wait status.
static int end_container(const struct Container* container) {
  int status = 0;
  // The number of the group cannot belong to others as long as the main process is not reaped.
  sys_kill(-container->main, SIGKILL);
  sys_kill(container->main, SIGKILL);  // it may have left its group
  sys_wait(container->main, &status, 0);
  tree_end();
  return status;
}

static int report_failure(const struct Launch* launch, const struct Failure* failure) {
  const struct MesoReport report = {.kind = MESO_REPORT_FAILED,
                                    .serial = launch->serial,
                                    .stage = failure->stage,
                                    .error = failure->error,
                                    .candidate = failure->candidate};
  send_report(&report);
  return 0;
}

int supervise(const struct Launch* launch, const char* boot_id) {
  sys_setsid();
  sys_prctl(PR_SET_CHILD_SUBREAPER, 1);
  sys_prctl(PR_SET_NAME, (unsigned long)"mesoscore-task");
  const int self = sys_getpid();
  struct ProcessStat stat = {0, 0};
  read_stat(self, &stat);

  struct Failure failure = {.stage = MESO_STAGE_RECORD};
  // Before there is a process, so that none can be running that no record tells of.
  const int record = record_open(launch->texts[MESO_RUN_RECORD], boot_id, self, stat.start_time);
  failure.error = -record;
  if (record < 0) return report_failure(launch, &failure);

  struct Container container = {.main = start_process(launch, &failure)};
  if (launch->release_fd >= 0) sys_close(launch->release_fd);
  if (container.main == 0) {
    tree_end();
    sys_unlink(launch->texts[MESO_RUN_RECORD]);
    return report_failure(launch, &failure);
  }
  struct MesoReport report = {.kind = MESO_REPORT_STARTED,
                              .pid = self,
                              .serial = launch->serial,
                              .start_time = stat.start_time,
                              .main_pid = container.main};
  send_report(&report);  // an agent that is gone finds the record

  wait_for_end(&container);
  report.status = end_container(&container);
  report.killed = container.killed_at != 0;
  report.kind = MESO_REPORT_EXITED;
  record_exit(record, launch->texts[MESO_RUN_RECORD], launch->texts[MESO_EXIT_RECORD], report.status,
              container.killed_at != 0);
  send_report(&report);
  return 0;
}
