#include "start.h"

#include "enclose.h"
#include "enter.h"
#include "init.h"
#include "sys.h"

struct Shared {
  struct Failure failure;
  struct Ending ending;
};

// ---- the creation of a process
// --------------------------------------------------------------------------------------------

// Born into its namespaces and its control group of version 2.
static long make_enclosed(struct Child* child, struct clone_args* args, int (*function)(void*),
                          void* argument) {
  const struct Launch* launch = child->launch;
  const struct MesoEnclosure* enclosure = launch->enclosure;
  if (launch->parent_fd < 0) args->flags |= enclosure->namespaces;
  args->exit_signal = SIGCHLD;
  if (enclosure->cgroup == 0) return clone3_onto(args, sizeof *args, function, argument);
  const int cgroup = sys_open(enclosure_part(launch, enclosure->cgroup), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (cgroup < 0) return failed(child, MESO_STAGE_CGROUP, cgroup);
  args->flags |= CLONE_INTO_CGROUP;
  args->cgroup = (unsigned)cgroup;
  const long pid = clone3_onto(args, sizeof *args, function, argument);
  sys_close(cgroup);
  // The others are a lack of memory, a limit of the number of processes, or namespaces that may not be made.
  if (pid == -EBADF || pid == -EBUSY || pid == -EOPNOTSUPP || pid == -ENODEV || pid == -EACCES) {
    return failed(child, MESO_STAGE_CGROUP, (int)pid);
  }
  return pid;
}

// Memory is shared and the supervisor sleeps until the execve(): no page is copied, and a failure of the
// child is simply written down for us.
static long make_process(struct Child* child, char* stack, size_t stack_bytes) {
  const struct Launch* launch = child->launch;
  const uint64_t flags = CLONE_VM | CLONE_VFORK;
  if (!launch->enclosure) return clone_onto(flags | SIGCHLD, stack + stack_bytes, child_main, child);
  struct clone_args args = {.flags = flags, .stack = (uint64_t)stack, .stack_size = stack_bytes};
  return make_enclosed(child, &args, launch->parent_fd < 0 ? enclosed_main : entering_main, child);
}

// ---- the three ways
// -------------------------------------------------------------------------------------------------------

static struct Main none(void) { return (struct Main){.pid = 0}; }

static struct Main reap_failed(int pid) {
  int status = 0;
  sys_wait(pid, &status, 0);
  return none();
}

// The stack has room for that of start_inside() as well.
static struct Main start_alone(struct Child* child) {
  __attribute__((aligned(16))) char stack[24576];
  const int pid = (int)make_process(child, stack, sizeof stack);
  if (pid < 0) failed(child, MESO_STAGE_PROCESS, pid);
  if (pid <= 0) return none();
  if (child->entered > 0) reap_failed(pid);  // it has only shown the way
  const int started = child->entered > 0 ? child->entered : pid;
  if (child->failure->stage != MESO_STAGE_NONE) return reap_failed(started);
  return (struct Main){.pid = started};
}

// The supervisor's own for good, once it was needed.
static struct Shared* shared_memory(void) {
  static struct Shared* shared;
  if (!shared) {
    struct Shared* made = sys_map_shared(sizeof *made);
    if (is_mapped(made)) shared = made;
  }
  return shared;
}

// Into another container: its process may have memory of its own.
static struct Main start_entering(struct Child* child, struct Failure* failure) {
  struct Shared* shared = shared_memory();
  if (!shared) {
    failed(child, MESO_STAGE_PROCESS, -ENOMEM);
    return none();
  }
  *shared = (struct Shared){.failure = *failure};
  child->failure = &shared->failure;
  const struct Main started = start_alone(child);
  *failure = shared->failure;
  return started;
}

// False when init has ended.
static int next_step(int progress) {
  char step = 0;
  long count;
  while ((count = sys_read(progress, &step, 1)) == -EINTR) continue;
  return count == 1;
}

// Whoever looks at a held process finds it in its control groups: so init says when it is there.
static struct Main watch_init(struct Child* child, int pid, int progress) {
  const int held = (child->launch->flags & MESO_HELD) != 0;
  if (held && next_step(progress)) report_held(child, pid);
  next_step(progress);
  if (child->failure->stage != MESO_STAGE_NONE) return reap_failed(pid);
  return (struct Main){.pid = pid};  // if it was killed before, it has ended now
}

static struct Main start_with_init(struct Child* child, struct Failure* failure) {
  struct Shared* shared = shared_memory();
  int progress[2];
  const int error = shared ? sys_pipe(progress) : -ENOMEM;
  if (error < 0) {
    failed(child, MESO_STAGE_PROCESS, error);
    return none();
  }
  *shared = (struct Shared){.failure = *failure};
  child->failure = &shared->failure;
  struct Init init = {.child = child, .ending = &shared->ending, .progress = progress};
  struct clone_args args = {.flags = 0};
  const int pid = (int)make_enclosed(child, &args, init_main, &init);
  sys_close(progress[1]);
  if (pid < 0) failed(child, MESO_STAGE_PROCESS, pid);
  struct Main result = pid > 0 ? watch_init(child, pid, progress[0]) : none();
  sys_close(progress[0]);
  *failure = shared->failure;
  result.ending = &shared->ending;
  return result;
}

struct Main start_process(const struct Launch* launch, const struct Identity* supervisor,
                          struct Failure* failure) {
  struct Child child = {.launch = launch, .failure = failure, .supervisor = supervisor};
  *failure = (struct Failure){.stage = MESO_STAGE_NONE};
  if (launch->flags & MESO_HELD)
    failed(&child, MESO_STAGE_HOLD, -ECANCELED);  // so it remains if it is killed meanwhile
  if (launch->parent_fd >= 0) return start_entering(&child, failure);
  const int has_init = launch->enclosure && (launch->enclosure->namespaces & CLONE_NEWPID) != 0;
  return has_init ? start_with_init(&child, failure) : start_alone(&child);
}
