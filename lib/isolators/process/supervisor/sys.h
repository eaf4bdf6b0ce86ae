// The system calls of the supervisor. All return a negative errno on failure. The kernel's own headers only: the
// program has no C library, so that it starts fast and stays small (a supervisor holds a few dozen KiB).
#pragma once

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/poll.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/unistd.h>
#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/signalfd.h>
#include <linux/stat.h>
#include <linux/time_types.h>
#include <linux/wait.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"

typedef struct __kernel_timespec TimeSpec;
typedef uint64_t SignalMask;  // as the kernel has it: bit n - 1 is signal n

#define SYS(number, a, b, c, d, e) \
  syscall6(__NR_##number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

static inline SignalMask mask_of(int signal_number) { return (SignalMask)1 << (signal_number - 1); }

// ---- files ---------------------------------------------------------------------------------------------------------

static inline int sys_open(const char* path, int flags, int mode) {
  return (int)SYS(openat, AT_FDCWD, path, flags, mode, 0);
}
static inline long sys_read(int fd, void* to, size_t bytes) { return SYS(read, fd, to, bytes, 0, 0); }
static inline long sys_write_at(int fd, const void* from, size_t bytes, long offset) {
  return SYS(pwrite64, fd, from, bytes, offset, 0);
}
static inline long sys_write(int fd, const void* from, size_t bytes) { return SYS(write, fd, from, bytes, 0, 0); }
static inline int sys_close(int fd) { return (int)SYS(close, fd, 0, 0, 0, 0); }
static inline int sys_duplicate_to(int fd, int to) { return (int)SYS(dup3, fd, to, 0, 0, 0); }
static inline int sys_close_from(int fd) { return (int)SYS(close_range, fd, ~0u, 0, 0, 0); }
static inline int sys_chdir(const char* path) { return (int)SYS(chdir, path, 0, 0, 0, 0); }
static inline int sys_exists(const char* path) { return SYS(faccessat, AT_FDCWD, path, 0, 0, 0) == 0; }
static inline int sys_open_at(int folder, const char* name, int flags, int mode) {
  return (int)SYS(openat, folder, name, flags, mode, 0);
}
static inline int sys_unlink_at(int folder, const char* name) { return (int)SYS(unlinkat, folder, name, 0, 0, 0); }
static inline int sys_rename_at(int folder, const char* from, const char* to) {
  return (int)SYS(renameat2, folder, from, folder, to, 0);
}
static inline int sys_about(int fd, unsigned wanted, struct statx* about) {
  return (int)SYS(statx, fd, "", AT_EMPTY_PATH, wanted, about);
}
static inline int sys_unlink(const char* path) { return (int)SYS(unlinkat, AT_FDCWD, path, 0, 0, 0); }
static inline int sys_rename(const char* from, const char* to, unsigned flags) {
  return (int)SYS(renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}
static inline int sys_link(const char* from, const char* to) {
  return (int)SYS(linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}
static inline long sys_list(int fd, void* to, size_t bytes) { return SYS(getdents64, fd, to, bytes, 0, 0); }
static inline int sys_pipe(int* ends) { return (int)SYS(pipe2, ends, O_CLOEXEC, 0, 0, 0); }
// Memory that children go on sharing.
static inline void* sys_map_shared(size_t bytes) {
  return (void*)syscall6(__NR_mmap, 0, (long)bytes, 3 /* read, write */, 0x21 /* shared, anonymous */, -1, 0);
}
static inline int is_mapped(const void* at) { return (unsigned long)at < -4096ul; }
static inline void* sys_map_private(int fd, size_t bytes) {
  return (void*)syscall6(__NR_mmap, 0, (long)bytes, 3 /* read, write */, 2 /* private */, fd, 0);
}
static inline void sys_unmap(void* at, size_t bytes) { SYS(munmap, at, bytes, 0, 0, 0); }
static inline int sys_poll_for(struct pollfd* fds, unsigned count, const TimeSpec* timeout) {
  return (int)SYS(ppoll, fds, count, timeout, 0, 0);
}
static inline int sys_poll(struct pollfd* fds, unsigned count) { return sys_poll_for(fds, count, 0); }
static inline long sys_seek_end(int fd) { return SYS(lseek, fd, 0, 2 /* SEEK_END */, 0, 0); }
static inline int sys_set_flags(int fd, int flags) { return (int)SYS(fcntl, fd, F_SETFL, flags, 0, 0); }

// ---- sockets -------------------------------------------------------------------------------------------------------

struct IoVector {
  void* base;
  size_t bytes;
};
struct SocketMessage {  // struct msghdr
  void* name;
  uint32_t name_bytes;
  struct IoVector* vectors;
  size_t vector_count;
  void* control;
  size_t control_bytes;
  uint32_t flags;
};
struct ControlHeader {  // struct cmsghdr; the data follows
  size_t bytes;
  int level;
  int type;
};
enum { SOCKET_LEVEL = 1, RIGHTS = 1, NO_SIGNAL = 0x4000, CLOSE_ON_EXEC = 0x40000000 };

static inline long sys_send(int fd, const void* from, size_t bytes) {
  return syscall6(__NR_sendto, fd, (long)from, (long)bytes, NO_SIGNAL, 0, 0);
}
static inline long sys_receive(int fd, struct SocketMessage* message, int flags) {
  return SYS(recvmsg, fd, message, flags, 0, 0);
}

// ---- processes -----------------------------------------------------------------------------------------------------

long clone_onto(unsigned long flags, void* stack_top, int (*function)(void*), void* argument);
long clone3_onto(const struct clone_args* args, size_t bytes, int (*function)(void*), void* argument);

static inline int sys_fork(void) { return (int)SYS(clone, SIGCHLD, 0, 0, 0, 0); }
static inline int sys_getuid(void) { return (int)SYS(getuid, 0, 0, 0, 0, 0); }
static inline int sys_getpid(void) { return (int)SYS(getpid, 0, 0, 0, 0, 0); }
static inline int sys_getppid(void) { return (int)SYS(getppid, 0, 0, 0, 0, 0); }
static inline int sys_getpgid(int pid) { return (int)SYS(getpgid, pid, 0, 0, 0, 0); }
static inline int sys_setpgid(int pid, int group) { return (int)SYS(setpgid, pid, group, 0, 0, 0); }
static inline int sys_setsid(void) { return (int)SYS(setsid, 0, 0, 0, 0, 0); }
static inline int sys_prctl(int option, unsigned long value) { return (int)SYS(prctl, option, value, 0, 0, 0); }
static inline int sys_execve(const char* path, char** argv, char** envp) {
  return (int)SYS(execve, path, argv, envp, 0, 0);
}
static inline int sys_setgroups(size_t count, const uint32_t* groups) {
  return (int)SYS(setgroups, count, groups, 0, 0, 0);
}
static inline int sys_setgid_all(uint32_t gid) { return (int)SYS(setresgid, gid, gid, gid, 0, 0); }
static inline int sys_setuid_all(uint32_t uid) { return (int)SYS(setresuid, uid, uid, uid, 0, 0); }
__attribute__((noreturn)) static inline void sys_exit(int code) {
  for (;;) SYS(exit_group, code, 0, 0, 0, 0);
}

// ---- signals and waiting -------------------------------------------------------------------------------------------

enum { SET_MASK = 2 };

static inline int sys_kill(int pid, int signal_number) { return (int)SYS(kill, pid, signal_number, 0, 0, 0); }
static inline int sys_pidfd_open(int pid) { return (int)SYS(pidfd_open, pid, 0, 0, 0, 0); }
static inline int sys_pidfd_kill(int fd, int signal_number) {
  return (int)SYS(pidfd_send_signal, fd, signal_number, 0, 0, 0);
}
static inline int sys_set_mask(SignalMask mask) {
  return (int)SYS(rt_sigprocmask, SET_MASK, &mask, 0, sizeof mask, 0);
}
// The default action; struct sigaction of the kernel is all zero for that.
static inline void sys_reset_signal(int signal_number) {
  const uint64_t action[4] = {0, 0, 0, 0};
  SYS(rt_sigaction, signal_number, action, 0, sizeof(SignalMask), 0);
}
static inline int sys_signalfd(SignalMask mask) {
  return (int)SYS(signalfd4, -1, &mask, sizeof mask, O_CLOEXEC | O_NONBLOCK, 0);
}
// The signal that came, or -EAGAIN when the time is over (null: never).
static inline int sys_wait_signal(SignalMask mask, siginfo_t* info, const TimeSpec* timeout) {
  return (int)SYS(rt_sigtimedwait, &mask, info, timeout, sizeof mask, 0);
}
// Reaps; the pid, 0 if nothing has ended, or -ECHILD.
static inline int sys_wait(int pid, int* status, int flags) { return (int)SYS(wait4, pid, status, flags, 0, 0); }
// Looks at a child that has ended and leaves it; its pid is 0 in `info` if none has ended.
static inline int sys_peek_ended(siginfo_t* info) {
  return (int)SYS(waitid, P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT, 0);
}
static inline void sys_used_by_children(struct rusage* usage) { SYS(getrusage, RUSAGE_CHILDREN, usage, 0, 0, 0); }
static inline int64_t sys_now_ns(int clock) {
  TimeSpec now = {0, 0};
  SYS(clock_gettime, clock, &now, 0, 0, 0);
  return now.tv_sec * 1000000000 + now.tv_nsec;
}
enum { WALL_CLOCK = 0, STEADY_CLOCK = 1 };
