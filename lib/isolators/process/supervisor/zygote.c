// The zygote: the one process that a launcher starts. It receives launch messages and forks a supervisor for each,
// which is cheap because it is tiny. It is also the subreaper of what a killed supervisor leaves behind.
//
//   program <boot id>        with the socket as descriptor MESO_CHANNEL_FD
//
// It ends when the launcher closes its end of the socket; the supervisors live on.
#include "protocol.h"
#include "report.h"
#include "start.h"
#include "supervise.h"
#include "sys.h"
#include "text.h"
#include "tree.h"

enum { MAX_SUPERVISORS = 32768 };

struct Supervisor {
  int32_t pid;
  int32_t lost;    // it was killed; `status` is how
  int32_t status;
  uint64_t serial;
};

struct Zygote {
  const char* boot_id;
  int signals;  // a signalfd
  uint32_t count;
  __attribute__((aligned(16))) char message[MESO_INLINE_BYTES];
  struct Supervisor supervisors[MAX_SUPERVISORS];
};

// ---- supervisors that have ended -----------------------------------------------------------------------------------

static struct Supervisor* find_supervisor(struct Zygote* zygote, int pid) {
  for (uint32_t i = 0; i < zygote->count; ++i) {
    if (zygote->supervisors[i].pid == pid && !zygote->supervisors[i].lost) return &zygote->supervisors[i];
  }
  return 0;
}

static void forget(struct Zygote* zygote, struct Supervisor* supervisor) {
  *supervisor = zygote->supervisors[--zygote->count];
}

static int is_supervisor(const void* context, int pid) {
  return find_supervisor((struct Zygote*)context, pid) != 0;  // NOLINT: only looks
}

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

// The processes of killed supervisors have become our children. When the last is gone their containers have ended.
static void end_orphans(struct Zygote* zygote) {
  if (tree_kill_children_except(is_supervisor, zygote) > 0) return;  // the next SIGCHLD leads here again
  for (uint32_t i = zygote->count; i-- > 0;) {
    struct Supervisor* supervisor = &zygote->supervisors[i];
    if (!supervisor->lost) continue;
    const struct MesoReport report = {.kind = MESO_REPORT_LOST,
                                      .pid = supervisor->pid,
                                      .serial = supervisor->serial,
                                      .status = supervisor->status};
    send_report(&report);
    forget(zygote, supervisor);
  }
}

static void on_child(struct Zygote* zygote) {
  char info[128];
  sys_read(zygote->signals, info, sizeof info);
  if (reap(zygote)) end_orphans(zygote);
}

// ---- launches ------------------------------------------------------------------------------------------------------

struct Control {
  struct ControlHeader header;
  int fds[2];
};

static void report_failure(uint64_t serial, uint32_t stage, int error) {
  const struct MesoReport report = {
      .kind = MESO_REPORT_FAILED, .serial = serial, .stage = stage, .error = -error};
  send_report(&report);
}

// In the new process.
__attribute__((noreturn)) static void become_supervisor(const struct Zygote* zygote, char* message, int held_fd,
                                                        int memfd) {
  const struct MesoLaunch* header = (const void*)message;
  const uint64_t serial = header->serial;
  uint64_t bytes = header->size;
  if (memfd >= 0) message = sys_map_private(memfd, bytes);
  struct Launch launch = {.release_fd = held_fd};
  if ((unsigned long)message > -4096ul || !launch_open(&launch, message, bytes)) {
    report_failure(serial, MESO_STAGE_MESSAGE, -EINVAL);
    sys_exit(0);
  }
  if (memfd >= 0) sys_close(memfd);
  sys_exit(supervise(&launch, zygote->boot_id));
}

static void on_launch(struct Zygote* zygote, const int* fds) {
  const struct MesoLaunch* header = (const void*)zygote->message;
  const int held_fd = header->flags & MESO_HELD ? *fds++ : -1;
  const int memfd = header->flags & MESO_IN_MEMFD ? *fds++ : -1;
  const int pid = zygote->count < MAX_SUPERVISORS ? sys_fork() : -EAGAIN;
  if (pid == 0) become_supervisor(zygote, zygote->message, held_fd, memfd);
  if (pid < 0) {
    report_failure(header->serial, MESO_STAGE_SUPERVISOR, pid);
  } else {
    zygote->supervisors[zygote->count++] = (struct Supervisor){.pid = pid, .serial = header->serial};
  }
  if (held_fd >= 0) sys_close(held_fd);
  if (memfd >= 0) sys_close(memfd);
}

// False when the launcher is gone.
static int receive(struct Zygote* zygote) {
  struct IoVector vector = {zygote->message, sizeof zygote->message};
  struct Control control = {.fds = {-1, -1}};
  struct SocketMessage message = {
      .vectors = &vector, .vector_count = 1, .control = &control, .control_bytes = sizeof control};
  const long bytes = sys_receive(MESO_CHANNEL_FD, &message, CLOSE_ON_EXEC);
  if (bytes == -EINTR || bytes == -EAGAIN) return 1;
  if (bytes < (long)sizeof(struct MesoLaunch)) return 0;
  on_launch(zygote, control.fds);
  return 1;
}

static void set_up(struct Zygote* zygote) {
  sys_close_from(MESO_CHANNEL_FD + 1);
  sys_chdir("/");
  sys_setsid();  // a Ctrl-C on the terminal of the agent is not for us
  sys_prctl(PR_SET_CHILD_SUBREAPER, 1);
  sys_prctl(PR_SET_NAME, (unsigned long)"mesoscore-start");
  sys_set_mask(~(SignalMask)0);  // the supervisors inherit it; we end with the socket
  zygote->signals = sys_signalfd(mask_of(SIGCHLD));
}

int entry(long* stack);
int entry(long* stack) {
  static struct Zygote zygote;
  char** argv = (char**)(stack + 1);
  zygote.boot_id = stack[0] > 1 ? argv[1] : "";
  set_up(&zygote);
  for (;;) {
    struct pollfd fds[2] = {{.fd = MESO_CHANNEL_FD, .events = POLLIN}, {.fd = zygote.signals, .events = POLLIN}};
    if (sys_poll(fds, 2) < 0) continue;
    if (fds[1].revents) on_child(&zygote);
    if (fds[0].revents && !receive(&zygote)) return 0;
  }
}

__asm__(ARCH_TEXT);
