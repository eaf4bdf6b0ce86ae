// Everything is allowed but what changes or inspects the machine or other containers. So a new system call is
// allowed until it is listed: the isolators around (namespaces, capabilities, no_new_privileges) are what
// holds, this takes away the kernel's attack surface that hardly any program needs.
//
// The numbers: clone() with any of the flags of a new namespace (131072 = CLONE_NEWNS, ...; clone3 has them
// in memory, where a filter cannot look, so it does not exist: C libraries use clone then); ioctl() TIOCSTI
// and TIOCLINUX, which type into the terminal of others; sockets of AF_VSOCK.
#include "isolators/seccomp/profile.hpp"

namespace mesoscore::seccomp_detail {

std::string_view default_profile() noexcept {
  return R"json({
  "defaultAction": "SCMP_ACT_ALLOW",
  "archMap": [
    {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
    {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}
  ],
  "syscalls": [
    {"names": ["mount", "umount", "umount2", "pivot_root", "move_mount", "open_tree", "fsopen", "fsconfig",
               "fsmount", "fspick", "mount_setattr", "setns", "unshare", "quotactl", "quotactl_fd",
               "fanotify_init", "lookup_dcookie", "vhangup"],
     "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
    {"names": ["clone"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_ADMIN"]},
     "args": [
              {"index": 0, "value": 131072, "valueTwo": 131072, "op": "SCMP_CMP_MASKED_EQ"},
              {"index": 0, "value": 33554432, "valueTwo": 33554432, "op": "SCMP_CMP_MASKED_EQ"},
              {"index": 0, "value": 67108864, "valueTwo": 67108864, "op": "SCMP_CMP_MASKED_EQ"},
              {"index": 0, "value": 134217728, "valueTwo": 134217728, "op": "SCMP_CMP_MASKED_EQ"},
              {"index": 0, "value": 268435456, "valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ"},
              {"index": 0, "value": 536870912, "valueTwo": 536870912, "op": "SCMP_CMP_MASKED_EQ"},
              {"index": 0, "value": 1073741824, "valueTwo": 1073741824, "op": "SCMP_CMP_MASKED_EQ"}]},
    {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38,
     "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
    {"names": ["sethostname", "setdomainname"], "action": "SCMP_ACT_ERRNO",
     "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
    {"names": ["reboot", "kexec_load", "kexec_file_load"], "action": "SCMP_ACT_ERRNO",
     "excludes": {"caps": ["CAP_SYS_BOOT"]}},
    {"names": ["init_module", "finit_module", "delete_module", "create_module", "query_module",
               "get_kernel_syms"],
     "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_MODULE"]}},
    {"names": ["iopl", "ioperm"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_RAWIO"]}},
    {"names": ["settimeofday", "stime", "clock_settime", "clock_settime64"], "action": "SCMP_ACT_ERRNO",
     "excludes": {"caps": ["CAP_SYS_TIME"]}},
    {"names": ["acct"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_PACCT"]}},
    {"names": ["syslog"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYSLOG"]}},
    {"names": ["ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd"],
     "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_PTRACE"]}},
    {"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_BPF"]}},
    {"names": ["perf_event_open"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_PERFMON"]}},
    {"names": ["open_by_handle_at"], "action": "SCMP_ACT_ERRNO",
     "excludes": {"caps": ["CAP_DAC_READ_SEARCH"]}},
    {"names": ["swapon", "swapoff", "nfsservctl", "uselib", "ustat", "sysfs", "_sysctl", "modify_ldt", "vm86",
               "vm86old", "add_key", "keyctl", "request_key", "userfaultfd", "io_uring_setup",
               "io_uring_enter", "io_uring_register", "afs_syscall", "getpmsg", "putpmsg", "security",
               "tuxcall", "vserver", "bdflush", "idle"],
     "action": "SCMP_ACT_ERRNO"},
    {"names": ["ioctl"], "action": "SCMP_ACT_ERRNO",
     "args": [{"index": 1, "value": 4294967295, "valueTwo": 21522, "op": "SCMP_CMP_MASKED_EQ"},
              {"index": 1, "value": 4294967295, "valueTwo": 21532, "op": "SCMP_CMP_MASKED_EQ"}]},
    {"names": ["socket"], "action": "SCMP_ACT_ERRNO",
     "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}]}
  ]
})json";
}

}  // namespace mesoscore::seccomp_detail
