#include "start.h"

#include "enclosure.h"
#include "report.h"
#include "sys.h"

// ---- the message
// ---------------------------------------------------------------------------------------------------

// Turns `count` offsets and the zero behind them into pointers. The table behind them, or null if an offset
// leads out.
static uint64_t* open_texts(char* message, uint64_t bytes, uint64_t* table, uint64_t count, char*** texts) {
  const uint64_t* end = (const uint64_t*)(const void*)(message + bytes);
  *texts = (char**)table;
  for (uint64_t i = 0; i < count; ++i, ++table) {
    if (table >= end || *table >= bytes) return 0;
    *table += (uint64_t)message;
  }
  return table;
}

int launch_open(struct Launch* launch, char* message, uint64_t bytes) {
  const struct MesoLaunch* header = (const void*)message;
  // The last byte ends the last text, so no text can lead out of the message.
  if (bytes < sizeof *header || header->size != bytes || message[bytes - 1] != 0) return 0;
  launch->flags = header->flags;
  launch->serial = header->serial;
  launch->uid = header->uid;
  launch->gid = header->gid;
  launch->group_count = header->group_count;
  if (header->groups_offset + header->group_count * sizeof(uint32_t) > bytes) return 0;
  launch->groups = (const void*)(message + header->groups_offset);
  if (header->enclosure_offset != 0) {
    if (header->enclosure_offset % 8 != 0) return 0;
    if (header->enclosure_offset + sizeof(struct MesoEnclosure) > bytes) return 0;
    launch->enclosure = (const void*)(message + header->enclosure_offset);
  }
  uint64_t* table = (void*)(message + sizeof *header);
  table = open_texts(message, bytes, table, MESO_TEXTS, &launch->texts);
  if (table) table = open_texts(message, bytes, table, header->candidate_count, &launch->candidates);
  if (table) table = open_texts(message, bytes, table + 1, header->argument_count, &launch->arguments);
  if (table) table = open_texts(message, bytes, table + 1, header->environment_count, &launch->environment);
  return table != 0;
}

// ---- the child
// -----------------------------------------------------------------------------------------------------

// Shared by the supervisor and its child until the execve(): the supervisor sleeps as long.
struct Child {
  const struct Launch* launch;
  struct Failure* failure;
  const struct Identity* supervisor;
};

static int failed(struct Child* child, uint32_t stage, int error) {
  child->failure->stage = stage;
  child->failure->error = -error;
  return 127;
}

// One of several; false.
static int failed_at(struct Child* child, uint32_t stage, uint32_t candidate, int error) {
  failed(child, stage, error);
  child->failure->candidate = candidate;
  return 0;
}

// The kernel kills us when the supervisor dies; it forgets that at every change of the user.
static int die_with_supervisor(const struct Child* child) {
  sys_prctl(PR_SET_PDEATHSIG, SIGKILL);
  return sys_getppid() == child->supervisor->pid;
}

// Before anything else: nothing that it does is to count for the supervisor.
static int enter_cgroups_v1(struct Child* child) {
  const struct MesoEnclosure* enclosure = child->launch->enclosure;
  const char* directory = enclosure_text(enclosure, enclosure->cgroups_v1.offset);
  for (uint32_t i = 1; i <= enclosure->cgroups_v1.count; ++i) {
    const int error = cgroup_enter(directory);
    if (error < 0) return failed_at(child, MESO_STAGE_CGROUP, i, error);
    directory = text_after(directory);
  }
  return 1;
}

static int wait_for_release(struct Child* child) {
  failed(child, MESO_STAGE_HOLD, -ECANCELED);  // so it remains if we are killed meanwhile
  const struct MesoReport report = {.kind = MESO_REPORT_HELD,
                                    .pid = child->supervisor->pid,
                                    .serial = child->launch->serial,
                                    .start_time = child->supervisor->start_time,
                                    .main_pid = sys_getpid()};
  if (!send_report(&report)) return 0;
  char go = 0;
  if (sys_read(child->launch->release_fd, &go, 1) != 1) return 0;
  child->failure->stage = MESO_STAGE_NONE;
  return 1;
}

static int take_user(const struct Launch* launch) {
  int error = sys_setgroups(launch->group_count, launch->groups);
  if (error == 0) error = sys_setgid_all(launch->gid);
  if (error == 0) error = sys_setuid_all(launch->uid);
  return error;
}

// Standard input is /dev/null already, as for the supervisor. The lowest free descriptor is taken, which is
// the one that has just been closed.
static int open_output(int fd, const char* path) {
  sys_close(fd);
  const int opened = sys_open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY, 0644);
  return opened < 0 ? opened : 0;
}

// Tries one candidate after the other, as a shell does. A file that may not be run does not end the search,
// but is what is told if nothing better is found.
static int run(struct Child* child) {
  const struct Launch* launch = child->launch;
  struct Failure worst = {.stage = MESO_STAGE_EXEC, .error = ENOENT, .candidate = 0};
  for (uint32_t i = 0; launch->candidates[i]; ++i) {
    const char* path = launch->candidates[i];
    const int error = sys_execve(path, launch->arguments, launch->environment);
    if (error == -ENOTDIR || (error == -ENOENT && !sys_exists(path))) continue;
    if (error == -EACCES && worst.error == EACCES) continue;
    // The file is there: what does not exist is the interpreter that it names.
    worst.stage = error == -ENOENT ? MESO_STAGE_INTERPRETER : MESO_STAGE_EXEC;
    worst.error = -error;
    worst.candidate = i;
    if (error != -EACCES) break;
  }
  *child->failure = worst;
  return 127;
}

static int child_main(void* argument) {
  struct Child* child = argument;
  const struct Launch* launch = child->launch;
  if (launch->enclosure && !enter_cgroups_v1(child)) return 127;
  sys_setpgid(0, 0);
  if (!die_with_supervisor(child)) return 127;
  if (launch->flags & MESO_HELD && !wait_for_release(child)) return 127;
  if (launch->flags & MESO_SWITCH_USER) {
    const int error = take_user(launch);
    if (error < 0) return failed(child, MESO_STAGE_USER, error);
    if (!die_with_supervisor(child)) return 127;
  }
  // As the user: what the user may not enter or create must fail.
  int error = sys_chdir(launch->texts[MESO_DIRECTORY]);
  if (error < 0) return failed(child, MESO_STAGE_DIRECTORY, error);
  error = open_output(1, launch->texts[MESO_STDOUT]);
  if (error < 0) return failed(child, MESO_STAGE_STDOUT, error);
  error = open_output(2, launch->texts[MESO_STDERR]);
  if (error < 0) return failed(child, MESO_STAGE_STDERR, error);
  sys_close_from(3);
  if (launch->flags & MESO_NO_NEW_PRIVILEGES) {
    error = sys_no_new_privileges();
    if (error < 0) return failed(child, MESO_STAGE_NO_NEW_PRIVILEGES, error);
  }
  sys_set_mask(0);
  return run(child);
}

// Memory is shared and the supervisor sleeps until the execve(): no page is copied, and a failure of the
// child is simply written down for us.
static long make_process(struct Child* child, char* stack, size_t stack_bytes) {
  const struct MesoEnclosure* enclosure = child->launch->enclosure;
  const uint64_t flags = CLONE_VM | CLONE_VFORK;
  if (!enclosure) return clone_onto(flags | SIGCHLD, stack + stack_bytes, child_main, child);
  struct clone_args args = {
      .flags = flags, .exit_signal = SIGCHLD, .stack = (uint64_t)stack, .stack_size = stack_bytes};
  if (enclosure->cgroup == 0) return clone3_onto(&args, sizeof args, child_main, child);
  const int cgroup =
      sys_open(enclosure_text(enclosure, enclosure->cgroup), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (cgroup < 0) return failed_at(child, MESO_STAGE_CGROUP, 0, cgroup);
  args.flags |= CLONE_INTO_CGROUP;
  args.cgroup = (unsigned)cgroup;
  const long pid = clone3_onto(&args, sizeof args, child_main, child);
  sys_close(cgroup);
  // EAGAIN is one of several limits of the number of processes.
  if (pid < 0 && pid != -EAGAIN && pid != -ENOMEM) return failed_at(child, MESO_STAGE_CGROUP, 0, (int)pid);
  return pid;
}

int start_process(const struct Launch* launch, const struct Identity* supervisor, struct Failure* failure) {
  __attribute__((aligned(16))) char stack[8192];
  struct Child child = {.launch = launch, .failure = failure, .supervisor = supervisor};
  failure->stage = MESO_STAGE_NONE;
  const long pid = make_process(&child, stack, sizeof stack);
  if (pid < 0) failed(&child, MESO_STAGE_PROCESS, (int)pid);
  if (pid <= 0) return 0;
  if (failure->stage == MESO_STAGE_NONE) return (int)pid;
  int status = 0;
  sys_wait((int)pid, &status, 0);
  return 0;
}
