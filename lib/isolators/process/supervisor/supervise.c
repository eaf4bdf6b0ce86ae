#include "supervise.h"

#include "init.h"
#include "outputs.h"
#include "record.h"
#include "report.h"
#include "start.h"
#include "sys.h"
#include "tree.h"

// All signals are blocked (the zygote did it) and waited for, so there are no handlers and no races.
struct Container {
  uint64_t serial;
  int main;  // the process that was asked for, or its init; its number stays taken until we reap it
  const struct Ending* ending;  // what the init tells; null: there is none
  int64_t killed_at;            // steady clock; 0 = no kill was asked for
  int64_t deadline;             // of the grace
};

static SignalMask awaited_signals(void) {
  return mask_of(SIGCHLD) | mask_of(MESO_KILL_SIGNAL) | mask_of(SIGTERM) | mask_of(SIGINT) | mask_of(SIGHUP) |
         mask_of(SIGQUIT);
}

static void send_to_all(const struct Container* container, int signal_number) {
  if (container->ending) {
    init_signal(container->main, signal_number);
  } else {
    tree_signal(container->main, signal_number);
  }
}

// A later kill may only shorten the grace, which counts from the first one.
static void on_kill(struct Container* container, uint32_t grace_ms) {
  const int64_t grace = (int64_t)grace_ms * 1000000;
  if (container->killed_at != 0) {
    const int64_t deadline = container->killed_at + grace;
    if (deadline < container->deadline) container->deadline = deadline;
    return;
  }
  container->killed_at = sys_now_ns(STEADY_CLOCK);
  container->deadline = container->killed_at + grace;
  if (grace == 0) return;
  send_to_all(container, SIGTERM);
  send_to_all(container, SIGCONT);  // a stopped process would not see it
}

static void on_signal(struct Container* container, const siginfo_t* info) {
  if (info->si_signo == SIGCHLD) return;
  uint32_t grace_ms = MESO_DEFAULT_GRACE_MS;
  if (info->si_signo == MESO_KILL_SIGNAL && info->si_code == SI_QUEUE) {
    const uint64_t value = (uint64_t)info->si_ptr;
    grace_ms = (uint32_t)value;
    if (value != MESO_KILL_VALUE(container->serial, grace_ms)) return;  // for an earlier container
  }
  on_kill(container, grace_ms);
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

static void wait_for_end(struct Container* container, struct Outputs* outputs) {
  while (!main_has_ended(container)) {
    TimeSpec left = {0, 0};
    if (container->killed_at != 0) {
      const int64_t ns = container->deadline - sys_now_ns(STEADY_CLOCK);
      if (ns <= 0) return;
      left.tv_sec = ns / 1000000000;
      left.tv_nsec = ns % 1000000000;
    }
    siginfo_t info;
    const TimeSpec* at_most = container->killed_at ? &left : 0;
    if (outputs_wait(outputs, awaited_signals(), &info, at_most) > 0) on_signal(container, &info);
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
  return container->ending && container->ending->ended ? container->ending->status : status;
}

// ---- one launch
// ----------------------------------------------------------------------------------------------------

// A plain SIGTERM was for the container before.
static void forget_signals(void) {
  const TimeSpec now = {0, 0};
  siginfo_t info;
  while (sys_wait_signal(awaited_signals(), &info, &now) > 0) continue;
}

static void report_failure(const struct Launch* launch, const struct Identity* self,
                           const struct Failure* failure) {
  const struct MesoReport report = {.kind = MESO_REPORT_FAILED,
                                    .pid = self->pid,
                                    .serial = launch->serial,
                                    .stage = failure->stage,
                                    .error = failure->error,
                                    .candidate = failure->candidate};
  send_report(&report);
}

static uint64_t microseconds(const struct __kernel_old_timeval* time) {
  return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

static void report_started(const struct Identity* self, const struct Container* container) {
  struct rusage used;
  sys_used_by_children(&used);
  const struct MesoReport report = {
      .kind = MESO_REPORT_STARTED,
      .pid = self->pid,
      .serial = container->serial,
      .start_time = self->start_time,
      .used_user_us = microseconds(&used.ru_utime),
      .used_system_us = microseconds(&used.ru_stime),
      .main_pid = container->main,
  };
  send_report(&report);  // an agent that is gone finds the record
}

static void run_container(struct Launch* launch, const struct Identity* self) {
  const struct RecordPaths paths = {.spare = launch->texts[MESO_SPARE_RECORD],
                                    .run = launch->texts[MESO_RUN_RECORD],
                                    .exit = launch->texts[MESO_EXIT_RECORD]};
  struct Failure failure = {.stage = MESO_STAGE_RECORD};
  // Before there is a process, so that none can be running that no record tells of.
  struct Record record;
  failure.error = -record_open(&record, &paths, self, launch->serial, launch->enclosing);
  if (failure.error != 0) {
    report_failure(launch, self, &failure);
    return;
  }

  forget_signals();
  struct Outputs outputs;
  struct Main started = {.pid = 0};
  if (outputs_open(&outputs, launch, &failure)) {
    started = start_process(launch, self, &failure);
    outputs_started(&outputs, launch);
  }
  struct Container container = {.serial = launch->serial, .main = started.pid, .ending = started.ending};
  if (container.main == 0) {
    tree_end();
    outputs_close(&outputs);
    record_drop(&record, &paths);
    report_failure(launch, self, &failure);
    return;
  }
  report_started(self, &container);
  wait_for_end(&container, &outputs);
  const int killed = container.killed_at != 0;
  const int status = end_container(&container);
  outputs_close(&outputs);
  record_exit(&record, &paths, status, killed);
  const struct MesoReport report = {.kind = MESO_REPORT_EXITED,
                                    .pid = self->pid,
                                    .serial = container.serial,
                                    .status = status,
                                    .killed = (uint32_t)killed};
  send_report(&report);
}

// ---- one after the other
// -------------------------------------------------------------------------------------------

enum { MAX_DESCRIPTORS = 3 };

struct Control {
  struct ControlHeader header;
  int fds[MAX_DESCRIPTORS];
};

static void take_launch(char* message, const int* fds, const struct Identity* self) {
  const struct MesoLaunch* header = (const void*)message;
  const uint64_t bytes = header->size;
  struct Launch launch = {
      .serial = header->serial, .release_fd = -1, .parent_fd = -1, .output_fds = {-1, -1}};
  if (header->flags & MESO_HELD) launch.release_fd = *fds++;
  if (header->flags & MESO_PARENT) launch.parent_fd = *fds++;
  const int memfd = header->flags & MESO_IN_MEMFD ? *fds++ : -1;
  char* text = memfd >= 0 ? sys_map_private(memfd, bytes) : message;
  const int mapped = memfd >= 0 && is_mapped(text);
  if ((memfd < 0 || mapped) && launch_open(&launch, text, bytes)) {
    run_container(&launch, self);
  } else {
    const struct Failure failure = {.stage = MESO_STAGE_MESSAGE, .error = EINVAL};
    report_failure(&launch, self, &failure);
  }
  if (mapped) sys_unmap(text, bytes);
  if (memfd >= 0) sys_close(memfd);
  if (launch.release_fd >= 0) sys_close(launch.release_fd);
  if (launch.parent_fd >= 0) sys_close(launch.parent_fd);
}

__attribute__((noreturn)) void supervise(const char* boot_id) {
  __attribute__((aligned(16))) static char message[MESO_INLINE_BYTES];
  sys_close(MESO_CONTROL_FD);
  sys_setsid();
  sys_prctl(PR_SET_CHILD_SUBREAPER, 1);
  sys_prctl(PR_SET_NAME, (unsigned long)"mesoscore-task");
  struct Identity self = {.pid = sys_getpid(), .boot_id = boot_id};
  struct ProcessStat stat = {0, 0};
  read_stat(self.pid, &stat);
  self.start_time = stat.start_time;
  for (;;) {
    struct IoVector vector = {message, sizeof message};
    struct Control control = {.fds = {-1, -1, -1}};
    struct SocketMessage packet = {
        .vectors = &vector, .vector_count = 1, .control = &control, .control_bytes = sizeof control};
    const long bytes = sys_receive(MESO_CHANNEL_FD, &packet, CLOSE_ON_EXEC);
    if (bytes == -EINTR) continue;
    if (bytes < (long)sizeof(struct MesoLaunch)) sys_exit(0);
    if (((const struct MesoLaunch*)(const void*)message)->flags & MESO_RETIRE) sys_exit(0);
    take_launch(message, control.fds, &self);
  }
}
