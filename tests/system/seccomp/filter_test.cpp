// The filter in the kernel: children of the test install what the isolator has planned.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "catch.hpp"
#include "mesoscore/isolators/seccomp.hpp"

using namespace mesoscore;

namespace {

std::vector<std::uint64_t> default_program(std::uint64_t capabilities) {
  const auto isolator = isolators::seccomp();
  REQUIRE(isolator->start({}));
  LaunchContainer call;
  LaunchPlan plan;
  plan.capabilities = PlannedCapabilities{capabilities, capabilities};
  REQUIRE(isolator->prepare({call, "/"}, plan));
  return plan.seccomp;
}

void install(std::vector<std::uint64_t>& program) {
  sock_fprog filter{static_cast<unsigned short>(program.size()),
                    reinterpret_cast<sock_filter*>(program.data())};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) {
    ::_exit(120);
  }
}

// What `call` says under the filter: 0, or the errno.
int under(std::vector<std::uint64_t> program, const std::function<long()>& call) {
  const pid_t child = ::fork();
  if (child == 0) {
    install(program);
    errno = 0;
    const long result = call();
    ::_exit(result < 0 ? errno : 0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

int run_under(std::vector<std::uint64_t> program, const char* command) {
  const pid_t child = ::fork();
  if (child == 0) {
    install(program);
    ::execl("/bin/sh", "sh", "-c", command, nullptr);
    ::_exit(121);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

TEST_CASE("the default profile refuses what changes or inspects the machine", "[seccomp]") {
  const auto program = default_program(0);
  CHECK(under(program, [] { return ::mount("none", "/tmp", "tmpfs", 0, nullptr); }) == EPERM);
  CHECK(under(program, [] { return ::syscall(SYS_umount2, "/nowhere", 0); }) == EPERM);
  CHECK(under(program, [] { return ::unshare(CLONE_NEWUSER); }) == EPERM);
  CHECK(under(program, [] { return ::syscall(SYS_setns, -1, 0); }) == EPERM);
  CHECK(under(program, [] { return ::syscall(SYS_reboot, 0, 0, 0, nullptr); }) == EPERM);
  CHECK(under(program, [] { return ::syscall(SYS_kexec_load, 0, 0, nullptr, 0); }) == EPERM);
  CHECK(under(program, [] { return ::syscall(SYS_init_module, nullptr, 0, ""); }) == EPERM);
  CHECK(under(program, [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }) == EPERM);
  CHECK(under(program, [] { return ::syscall(SYS_bpf, 0, nullptr, 0); }) == EPERM);
  CHECK(under(program, [] { return ::syscall(SYS_keyctl, 0, 0, 0, 0, 0); }) == EPERM);
  CHECK(under(program, [] { return ::syscall(SYS_perf_event_open, nullptr, 0, 0, 0, 0); }) == EPERM);
  CHECK(under(program, [] { return ::syscall(SYS_io_uring_setup, 1, nullptr); }) == EPERM);
  CHECK(under(program, [] { return ::socket(40 /* AF_VSOCK */, SOCK_STREAM, 0); }) == EPERM);
  CHECK(under(program, [] { return ::ioctl(0, TIOCSTI, "x"); }) == EPERM);
}

TEST_CASE("new namespaces cannot be had by clone either", "[seccomp]") {
  const auto program = default_program(0);
  const auto clone = [](unsigned long flags) {
    return ::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, 0);
  };
  CHECK(under(program, [&] { return clone(CLONE_NEWUSER | SIGCHLD); }) == EPERM);
  CHECK(under(program, [&] { return clone(CLONE_NEWNS | SIGCHLD); }) == EPERM);
  CHECK(under(program, [] { return ::syscall(SYS_clone3, nullptr, 0); }) == ENOSYS);
  CHECK(under(program, [&] {
          const long child = clone(SIGCHLD);
          if (child == 0) ::_exit(0);
          return child;
        }) == 0);
}

TEST_CASE("ordinary programs do not notice the default profile", "[seccomp]") {
  const auto program = default_program(0);
  CHECK(run_under(program, "ls / >/dev/null && echo x | cat | grep -q x && (sleep 0.01 & wait)") == 0);
  CHECK(run_under(program,
                  "python3 -c 'import threading,socket,subprocess,mmap\n"
                  "t=threading.Thread(target=lambda:None);t.start();t.join()\n"
                  "socket.socket();mmap.mmap(-1,4096);subprocess.run([\"true\"],check=True)'") == 0);
}

TEST_CASE("a capability lifts what belongs to it", "[seccomp]") {
  const auto admin = default_program(std::uint64_t{1} << 21);
  CHECK(under(admin, [] { return ::syscall(SYS_umount2, "/nowhere/at/all", 0); }) == ENOENT);
  CHECK(under(admin, [] { return ::syscall(SYS_reboot, 0, 0, 0, nullptr); }) == EPERM);
}
