// The system calls that enclose a process; as those of sys.h.
#pragma once

#include <asm/ioctls.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <linux/sockios.h>

#include "sys.h"

// ---- mounts --------------------------------------------------------------------------------------------------------

static inline int sys_mount(const char* source, const char* target, const char* type, uint64_t flags,
                            const char* options) {
  return (int)SYS(mount, source, target, type, flags, options);
}
static inline int sys_unmount(const char* target, int flags) { return (int)SYS(umount2, target, flags, 0, 0, 0); }
static inline int sys_pivot_root(const char* root, const char* old) {
  return (int)SYS(pivot_root, root, old, 0, 0, 0);
}
static inline int sys_open_beneath(int folder, const char* path, uint64_t flags, uint64_t resolve) {
  const struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = resolve};
  return (int)SYS(openat2, folder, path, &how, sizeof how, 0);
}
// A copy of what is mounted there, attached nowhere.
static inline int sys_copy_mount(int fd, int with_those_below) {
  const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH;
  return (int)SYS(open_tree, fd, "", flags | (with_those_below ? AT_RECURSIVE : 0u), 0, 0);
}
static inline int sys_attach_mount(int mount, int target) {
  return (int)SYS(move_mount, mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}
static inline int sys_mount_attributes(int mount, const struct mount_attr* attributes, int with_those_below) {
  const unsigned flags = AT_EMPTY_PATH | (with_those_below ? AT_RECURSIVE : 0u);
  return (int)SYS(mount_setattr, mount, "", flags, attributes, sizeof *attributes);
}

// ---- files ---------------------------------------------------------------------------------------------------------

static inline int sys_create_at(int folder, const char* name, int mode) {
  return (int)SYS(openat, folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode, 0);
}
static inline int sys_mkdir_at(int folder, const char* name, int mode) {
  return (int)SYS(mkdirat, folder, name, mode, 0, 0);
}
static inline int sys_give_at(int folder, const char* name, uint32_t uid, uint32_t gid) {
  return (int)SYS(fchownat, folder, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}
static inline int sys_fchdir(int fd) { return (int)SYS(fchdir, fd, 0, 0, 0, 0); }
static inline int sys_duplicate(int fd) { return (int)SYS(fcntl, fd, F_DUPFD_CLOEXEC, 3, 0, 0); }

// ---- processes -----------------------------------------------------------------------------------------------------

static inline int sys_setns(int fd, uint64_t types) { return (int)SYS(setns, fd, types, 0, 0, 0); }
static inline int sys_sethostname(const char* name, size_t bytes) {
  return (int)SYS(sethostname, name, bytes, 0, 0, 0);
}
static inline int sys_set_limit(int resource, const uint64_t* soft_and_hard) {
  return (int)SYS(prlimit64, 0, resource, soft_and_hard, 0, 0);
}
// For files only; they say nothing when they fail.
static inline void sys_setfsuid(uint32_t uid) { SYS(setfsuid, uid, 0, 0, 0, 0); }
static inline void sys_setfsgid(uint32_t gid) { SYS(setfsgid, gid, 0, 0, 0, 0); }
static inline int sys_prctl2(int option, unsigned long a, unsigned long b) {
  return (int)SYS(prctl, option, a, b, 0, 0);
}
// effective = permitted = inheritable
static inline int sys_set_capabilities(uint64_t set) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  const uint32_t low = (uint32_t)set, high = (uint32_t)(set >> 32);
  const struct __user_cap_data_struct data[2] = {{low, low, low}, {high, high, high}};
  return (int)SYS(capset, &header, data, 0, 0, 0);
}
static inline int sys_set_filter(struct sock_filter* instructions, size_t count) {
  const struct sock_fprog program = {.len = (unsigned short)count, .filter = instructions};
  return (int)SYS(seccomp, SECCOMP_SET_MODE_FILTER, 0, &program, 0, 0);
}
struct InterfaceFlags {  // struct ifreq
  char name[16];
  short flags;
  char unused[22];
};
static inline int sys_socket(int family, int type) { return (int)SYS(socket, family, type, 0, 0, 0); }
static inline int sys_ioctl(int fd, unsigned long request, void* argument) {
  return (int)SYS(ioctl, fd, request, argument, 0, 0);
}
