#include "tree.h"

#include "record.h"
#include "sys.h"
#include "text.h"

enum { MAX_DEPTH = 64 };  // deeper descendants miss the polite signal; SIGKILL reaches all

typedef void (*Visitor)(void* context, int pid);

struct DirectoryEntry {  // struct linux_dirent64
  uint64_t inode;
  int64_t offset;
  uint16_t bytes;
  uint8_t type;
  char name[];
};

// Calls the visitor for each entry of a directory of /proc that is a number. Negative errno if it cannot be
// read.
static int each_number(const char* path, Visitor visit, void* context) {
  const int fd = sys_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  __attribute__((aligned(8))) char buffer[1024];
  long bytes;
  while ((bytes = sys_list(fd, buffer, sizeof buffer)) > 0) {
    for (long at = 0; at < bytes;) {
      const struct DirectoryEntry* entry = (const void*)(buffer + at);
      const char* name = entry->name;
      const int number = (int)text_number(&name);
      if (number > 0 && *name == 0) visit(context, number);
      at += entry->bytes;
    }
  }
  sys_close(fd);
  return 0;
}

// The same for the numbers in a file, such as /proc/<pid>/task/<tid>/children.
static int each_listed(const char* path, Visitor visit, void* context) {
  const int fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  char buffer[512];
  int number = 0;
  long bytes;
  while ((bytes = sys_read(fd, buffer, sizeof buffer)) > 0) {
    for (long at = 0; at < bytes; ++at) {
      if (buffer[at] >= '0' && buffer[at] <= '9') {
        number = number * 10 + (buffer[at] - '0');
      } else if (number > 0) {
        visit(context, number);
        number = 0;
      }
    }
  }
  sys_close(fd);
  return 0;
}

// ---- the polite signal
// ---------------------------------------------------------------------------------------------

struct Walk {
  int group;
  int signal_number;
  int depth;
  int process;  // whose children are being visited
};

static void signal_descendants(struct Walk* walk, int process);

// The number of a process may be given to another one at any time; a pidfd never changes its mind. So: take
// the pidfd, then make sure that the number still means a child of the process that listed it.
static void signal_one(void* context, int pid) {
  struct Walk* walk = context;
  const int fd = sys_pidfd_open(pid);
  if (fd < 0) return;
  struct ProcessStat stat = {0, 0};
  if (read_stat(pid, &stat) == 0 && stat.parent == walk->process) {
    if (sys_getpgid(pid) != walk->group) sys_pidfd_kill(fd, walk->signal_number);
    signal_descendants(walk, pid);
  }
  sys_close(fd);
}

static void signal_children_of_thread(void* context, int thread) {
  struct Walk* walk = context;
  struct Text path = {.length = 0};
  text_add(&path, "/proc/");
  text_add_number(&path, walk->process);
  text_add(&path, "/task/");
  text_add_number(&path, thread);
  text_add(&path, "/children");
  each_listed(text_end(&path), signal_one, walk);
}

static void signal_descendants(struct Walk* walk, int process) {
  if (walk->depth >= MAX_DEPTH) return;
  struct Walk below = *walk;
  below.depth = walk->depth + 1;
  below.process = process;
  struct Text path = {.length = 0};
  text_add(&path, "/proc/");
  text_add_number(&path, process);
  text_add(&path, "/task");
  each_number(text_end(&path), signal_children_of_thread, &below);
}

void tree_signal(int main, int signal_number) {
  sys_kill(-main, signal_number);
  struct Walk walk = {.group = main, .signal_number = signal_number, .depth = 0, .process = 0};
  signal_descendants(&walk, sys_getpid());
}

// ---- the end
// -------------------------------------------------------------------------------------------------------

struct KillWalk {
  int self;
  int count;
  int (*keep)(void* context, int pid);
  void* keep_context;
};

// Our own children cannot be mistaken: their numbers stay taken until we reap them.
static void kill_one(void* context, int pid) {
  struct KillWalk* walk = context;
  if (walk->keep && walk->keep(walk->keep_context, pid)) return;
  sys_kill(pid, SIGKILL);
  ++walk->count;
}

static void kill_if_child(void* context, int pid) {
  const struct KillWalk* walk = context;
  struct ProcessStat stat = {0, 0};
  if (read_stat(pid, &stat) == 0 && stat.parent == walk->self) kill_one(context, pid);
}

int tree_kill_children_except(int (*keep)(void* context, int pid), void* context) {
  struct KillWalk walk = {.self = sys_getpid(), .count = 0, .keep = keep, .keep_context = context};
  // Kernels without CONFIG_PROC_CHILDREN: look at all processes.
  if (each_listed("/proc/thread-self/children", kill_one, &walk) < 0)
    each_number("/proc", kill_if_child, &walk);
  return walk.count;
}

int tree_kill_children(void) { return tree_kill_children_except(0, 0); }

void tree_end(void) {
  int status = 0;
  // Each child that dies may leave us its own children: look again until there is none.
  for (;;) {
    const int ended = sys_wait(-1, &status, WNOHANG);
    if (ended == -ECHILD) return;
    if (ended > 0) continue;
    tree_kill_children();
    // Not for ever: the kernel's list may miss a child that arrives while it is being read.
    const TimeSpec pause = {0, 20 * 1000 * 1000};
    siginfo_t info;
    sys_wait_signal(mask_of(SIGCHLD), &info, &pause);
  }
}
