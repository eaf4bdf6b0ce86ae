#include "child.h"

#include "output_file.h"
#include "report.h"
#include "sys.h"
#include "text.h"

int failed_at(struct Child* child, uint32_t stage, uint32_t candidate, int error) {
  child->failure->stage = stage;
  child->failure->error = -error;
  child->failure->candidate = candidate;
  return 0;
}

int failed(struct Child* child, uint32_t stage, int error) { return failed_at(child, stage, 0, error); }

int die_with_supervisor(const struct Child* child) {
  sys_prctl(PR_SET_PDEATHSIG, SIGKILL);
  return sys_getppid() == child->supervisor->pid;
}

// ---- control groups of version 1
// -------------------------------------------------------------------------------------

// A thread that moves itself, by the file `tasks`, need not stop all forks and exits of the machine
// meanwhile, as the kernel does for cgroup.procs. It is the only one of its process.
static int enter_cgroup(const char* tasks_file) {
  const int fd = sys_open(tasks_file, O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  const long written = sys_write(fd, "0", 1);
  sys_close(fd);
  return written < 0 ? (int)written : 0;
}

// Before anything else: nothing that it does is to count for the supervisor.
int enter_cgroups_v1(struct Child* child) {
  const struct MesoList* list = &child->launch->enclosure->cgroups_v1;
  const char* tasks_file = enclosure_part(child->launch, list->offset);
  for (uint32_t i = 1; i <= list->count; ++i) {
    const int error = enter_cgroup(tasks_file);
    if (error < 0) return failed_at(child, MESO_STAGE_CGROUP, i, error);
    tasks_file += text_length(tasks_file) + 1;
  }
  return 1;
}

// ---- the hold
// -------------------------------------------------------------------------------------------------------------

int report_held(const struct Child* child, int pid) {
  const struct MesoReport report = {.kind = MESO_REPORT_HELD,
                                    .pid = child->supervisor->pid,
                                    .serial = child->launch->serial,
                                    .start_time = child->supervisor->start_time,
                                    .main_pid = pid};
  return send_report(&report);
}

int wait_for_release(struct Child* child) {
  char go = 0;
  if (sys_read(child->launch->release_fd, &go, 1) != 1) return 0;
  child->failure->stage = MESO_STAGE_NONE;
  return 1;
}

// ---- to the execve()
// ------------------------------------------------------------------------------------------------------

int take_user(struct Child* child) {
  const struct Launch* launch = child->launch;
  if (!(launch->flags & MESO_SWITCH_USER)) return 1;
  int error = sys_setgroups(launch->group_count, launch->groups);
  if (error == 0) error = sys_setgid_all(launch->gid);
  if (error == 0) error = sys_setuid_all(launch->uid);
  return error == 0 || failed(child, MESO_STAGE_USER, error);
}

int take_directory(struct Child* child) {
  const int error = sys_chdir(child->launch->texts[MESO_DIRECTORY]);
  return error == 0 || failed(child, MESO_STAGE_DIRECTORY, error);
}

// Standard input is /dev/null already, as for the supervisor.
static int open_output(struct Child* child, int fd, uint32_t text, uint32_t stage) {
  const int given = child->launch->output_fds[fd - 1];
  if (given >= 0) return sys_duplicate_to(given, fd) >= 0;
  const int opened = output_file_open(child->launch, child->launch->texts[text]);
  if (opened < 0) return failed(child, stage, opened);
  const int placed = sys_duplicate_to(opened, fd);
  sys_close(opened);
  return placed >= 0 || failed(child, stage, placed);
}

int open_outputs(struct Child* child) {
  return open_output(child, 1, MESO_STDOUT, MESO_STAGE_STDOUT) &&
         open_output(child, 2, MESO_STDERR, MESO_STAGE_STDERR);
}

// Tries one candidate after the other, as a shell does. A file that may not be run does not end the search,
// but is what is told if nothing better is found.
int run(struct Child* child) {
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
  return 0;
}

int child_main(void* argument) {
  struct Child* child = argument;
  const struct Launch* launch = child->launch;
  sys_setpgid(0, 0);
  if (!die_with_supervisor(child)) return 127;
  if (launch->flags & MESO_HELD && !(report_held(child, sys_getpid()) && wait_for_release(child))) return 127;
  if (!take_user(child)) return 127;
  if (launch->flags & MESO_SWITCH_USER && !die_with_supervisor(child)) return 127;
  // As the user: what the user may not enter or create must fail.
  if (!take_directory(child) || !open_outputs(child)) return 127;
  sys_close_from(3);
  if (launch->flags & MESO_NO_NEW_PRIVILEGES) {
    const int error = sys_prctl(PR_SET_NO_NEW_PRIVS, 1);
    if (error < 0) return failed(child, MESO_STAGE_NO_NEW_PRIVILEGES, error);
  }
  sys_set_mask(0);
  run(child);
  return 127;
}
