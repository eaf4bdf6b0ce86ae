// The zygote: the one process that a launcher starts. It forks supervisors when asked to, which is cheap
// because it is tiny. It is also the subreaper of what a killed supervisor leaves behind.
//
//   program <boot id>        with the descriptors of protocol.h
#include "protocol.h"
#include "report.h"
#include "supervise.h"
#include "sys.h"
#include "text.h"
#include "tree.h"

enum { MAX_SUPERVISORS = 65536 };

struct Supervisor {
  int32_t pid;
  int32_t lost;  // it was killed; `status` is how
  int32_t status;
};

struct Zygote {
  const char* boot_id;
  int signals;  // a signalfd
  uint32_t count;
  struct Supervisor supervisors[MAX_SUPERVISORS];
};

static struct Supervisor* find_supervisor(struct Zygote* zygote, int pid) {
  for (uint32_t i = 0; i < zygote->count; ++i) {
    if (zygote->supervisors[i].pid == pid && !zygote->supervisors[i].lost) return &zygote->supervisors[i];
  }
  return 0;
}

static void forget(struct Zygote* zygote, struct Supervisor* supervisor) {
  *supervisor = zygote->supervisors[--zygote->count];
}

// ---- supervisors that have ended
// -----------------------------------------------------------------------------------

static int is_supervisor(void* context, int pid) { return find_supervisor(context, pid) != 0; }

// Reaps whoever has ended. True if a supervisor was killed, or one of the orphans of such a one has ended.
static int reap(struct Zygote* zygote) {
  int orphans = 0;
  int status = 0;
  int pid;
  while ((pid = sys_wait(-1, &status, WNOHANG)) > 0) {
    struct Supervisor* supervisor = find_supervisor(zygote, pid);
    if (supervisor && status == 0) {
      forget(zygote, supervisor);
      continue;
    }
    orphans = 1;
    if (supervisor) {
      supervisor->lost = 1;
      supervisor->status = status;
    }
  }
  return orphans;
}

// The processes of killed supervisors have become our children. When the last is gone their containers have
// ended.
static void end_orphans(struct Zygote* zygote) {
  if (tree_kill_children_except(is_supervisor, zygote) > 0) return;  // the next SIGCHLD leads here again
  for (uint32_t i = zygote->count; i-- > 0;) {
    struct Supervisor* supervisor = &zygote->supervisors[i];
    if (!supervisor->lost) continue;
    const struct MesoReport report = {
        .kind = MESO_REPORT_LOST, .pid = supervisor->pid, .status = supervisor->status};
    send_report(&report);
    forget(zygote, supervisor);
  }
}

static void on_child(struct Zygote* zygote) {
  char info[128];
  sys_read(zygote->signals, info, sizeof info);
  if (reap(zygote)) end_orphans(zygote);
}

// ---- new supervisors
// -----------------------------------------------------------------------------------------------

static void add_supervisor(struct Zygote* zygote) {
  const int pid = zygote->count < MAX_SUPERVISORS ? sys_fork() : -EAGAIN;
  if (pid == 0) supervise(zygote->boot_id);
  if (pid < 0) {
    const struct MesoReport report = {.kind = MESO_REPORT_NO_FORK, .error = -pid};
    send_report(&report);
    return;
  }
  zygote->supervisors[zygote->count++] = (struct Supervisor){.pid = pid};
}

// False when the launcher is gone.
static int on_request(struct Zygote* zygote) {
  char bytes[64];
  const long count = sys_read(MESO_CONTROL_FD, bytes, sizeof bytes);
  if (count == -EINTR || count == -EAGAIN) return 1;
  for (long i = 0; i < count; ++i) add_supervisor(zygote);
  return count > 0;
}

static void set_up(struct Zygote* zygote) {
  sys_close_from(MESO_CONTROL_FD + 1);
  sys_chdir("/");
  sys_setsid();  // a Ctrl-C on the terminal of the agent is not for us
  sys_prctl(PR_SET_CHILD_SUBREAPER, 1);
  sys_prctl(PR_SET_NAME, (unsigned long)"mesoscore-start");
  // A process that has become as weak as a task shares our memory until its execve(), and the init of a
  // container has a copy: neither is to be traced, or its memory written to, by what has no CAP_SYS_PTRACE.
  if (sys_getuid() == 0) sys_prctl(PR_SET_DUMPABLE, 0);
  // All of them: what a C library keeps for itself, posix_spawn() does not reset.
  for (int i = 1; i <= 64; ++i) sys_reset_signal(i);
  sys_set_mask(~(SignalMask)0);  // the supervisors inherit it; we end with the control socket
  zygote->signals = sys_signalfd(mask_of(SIGCHLD));
}

int entry(long* stack);
int entry(long* stack) {
  static struct Zygote zygote;
  char** argv = (char**)(stack + 1);
  zygote.boot_id = stack[0] > 1 ? argv[1] : "";
  set_up(&zygote);
  for (;;) {
    struct pollfd fds[2] = {{.fd = MESO_CONTROL_FD, .events = POLLIN},
                            {.fd = zygote.signals, .events = POLLIN}};
    if (sys_poll(fds, 2) < 0) continue;
    if (fds[1].revents) on_child(&zygote);
    if (fds[0].revents && !on_request(&zygote)) return 0;
  }
}

__asm__(ARCH_TEXT);
