// The planned /dev in the kernel: a child of the test mounts it and looks around in it.
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "catch.hpp"
#include "isolators/linux/devices.hpp"
#include "support/skip.hpp"
#include "unit/devices/machine.hpp"

using namespace mesoscore;
using test::Folder;

namespace {

// What a launcher does with the plan, as far as it is of interest here. The sources of binds are all below
// the state directory, which nothing covers.
bool enter(const LaunchPlan& plan) {
  if (::unshare(static_cast<int>(plan.namespaces)) != 0) return false;
  if (::mount("", "/", "", MS_REC | MS_PRIVATE, "") != 0) return false;
  for (const PlannedMount& each : plan.mounts) {
    const char* target = each.target.c_str();
    if (::mount(each.source.c_str(), target, each.type.c_str(), each.flags, each.options.c_str()) != 0)
      return false;
    if ((each.flags & MS_BIND) == 0) continue;
    if (::mount("", target, "", each.flags | MS_REMOUNT, "") != 0) return false;
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  const PlannedCapabilities& planned = *plan.capabilities;
  for (unsigned i = 0; i < 64; ++i) {
    if ((planned.bounding >> i & 1) == 0) ::prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
  }
  for (unsigned i = 0; i < 2; ++i) {
    data[i].effective = data[i].permitted = static_cast<unsigned>(planned.effective >> (32 * i));
  }
  return ::syscall(SYS_capset, &header, data) == 0;
}

// What the shell says to the command in such a /dev: 0 is well.
int in_dev(const LaunchPlan& plan, const char* command) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!enter(plan)) ::_exit(120);
    ::execl("/bin/sh", "sh", "-c", command, nullptr);
    ::_exit(121);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

// May mounts be made here, and device nodes?
bool is_able() {
  Folder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string node = folder / "null";
    const bool able = ::unshare(CLONE_NEWNS) == 0 &&
                      ::mknod(node.c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0 &&
                      ::open(node.c_str(), O_RDONLY) >= 0;
    ::_exit(able ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status == 0;
}

struct Fixture {
  Fixture() {
    for (const char* name : {"dev", "state"}) std::filesystem::create_directory(folder / name);
    for (const char* name : {"dev/g0", "dev/g1", "dev/gpuctl"}) test::make_null(folder / name);
    isolators::DeviceOptions options;
    options.gpus = std::make_shared<test::FakeGpus>(std::vector<std::string>{"g0", "g1"});
    isolator = devices_detail::devices_of(std::move(options), folder / "dev");
    REQUIRE(isolator->start({.state_directory = folder / "state"}));
  }
  LaunchPlan prepare(const std::string& resources, ContainerKind kind = ContainerKind::command) {
    LaunchContainer call;
    call.container_id = ContainerId("a");
    call.kind = kind;
    call.resources = Resources::parse(resources).value();
    LaunchPlan plan;
    REQUIRE(isolator->prepare({call, "/"}, plan));
    return plan;
  }
  Folder folder;
  std::shared_ptr<Isolator> isolator;
};

constexpr const char* kNotAble = "mounts and device nodes cannot be made here: not root, or nodev";

}  // namespace

TEST_CASE("programs find in the new /dev what they expect", "[devices]") {
  if (!is_able()) return test::skip(kNotAble);
  Fixture fixture;
  const LaunchPlan plan = fixture.prepare("cpus:1");
  CHECK(in_dev(plan, "echo x >/dev/null && test $(head -c 10 /dev/zero | wc -c) = 10") == 0);
  CHECK(in_dev(plan, "test $(head -c 3 /dev/urandom | wc -c) = 3") == 0);
  CHECK(in_dev(plan, "echo y >/dev/full 2>/dev/null") != 0);
  CHECK(in_dev(plan, "echo hello | cat /dev/stdin | grep -q hello && echo z | cat /dev/fd/0 | grep -q z") ==
        0);
  CHECK(in_dev(plan, "echo out >/dev/stdout | cat >/dev/null; echo err 2>&1 >/dev/stderr | grep -q err") ==
        0);
  CHECK(in_dev(plan,
               "python3 -c 'import os, pty\n"
               "leader, other = pty.openpty()\n"
               "assert os.ttyname(other).startswith(\"/dev/pts/\")\n"
               "from multiprocessing import shared_memory\n"
               "m = shared_memory.SharedMemory(create=True, size=4096); m.close(); m.unlink()'") == 0);
}

TEST_CASE("there is nothing else, and nothing can be made", "[devices]") {
  if (!is_able()) return test::skip(kNotAble);
  Fixture fixture;
  const LaunchPlan plan = fixture.prepare("cpus:1");
  CHECK(in_dev(plan,
               "test \"$(ls /dev | sort | tr '\\n' ' ')\" = "
               "'fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero '") == 0);
  CHECK(in_dev(plan, "ls /dev/pts | grep -qv ptmx") != 0);  // no terminal of the machine
  CHECK(in_dev(plan, "mknod node c 1 3 2>&1 | grep -q 'not permitted'; rm -f node") == 0);
  CHECK(in_dev(plan, "touch /dev/x 2>&1 | grep -q 'Read-only'") == 0);
  CHECK(in_dev(plan, "chmod 600 /dev/null 2>&1 | grep -q 'Read-only'") == 0);
  CHECK(in_dev(plan, "rm /dev/null 2>&1 | grep -q 'Read-only'") == 0);
  CHECK(in_dev(plan, "touch /dev/shm/there") == 0);
  CHECK_FALSE(std::filesystem::exists("/dev/shm/there"));
}

TEST_CASE("a task sees its own gpus only", "[devices]") {
  if (!is_able()) return test::skip(kNotAble);
  Fixture fixture;
  const LaunchPlan plan = fixture.prepare("gpus:1");
  CHECK(in_dev(plan, "echo x >/dev/g0 && echo x >/dev/gpuctl && ! test -e /dev/g1") == 0);
}

TEST_CASE("gpus come and go in a /dev that is in use", "[devices]") {
  if (!is_able()) return test::skip(kNotAble);
  Fixture fixture;
  const LaunchPlan plan = fixture.prepare("cpus:1", ContainerKind::executor);
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const char* command =
        "wait_for() { for i in $(seq 500); do \"$@\" && return; sleep 0.02; done; exit 1; }\n"
        "test -e /dev/g0 && exit 2; echo >&3\n"
        "wait_for test -e /dev/g0; echo x >/dev/g0 || exit 3; echo >&3\n"
        "wait_for test ! -e /dev/g0";
    if (!enter(plan) || ::dup2(ready[1], 3) != 3) ::_exit(120);
    ::execl("/bin/sh", "sh", "-c", command, nullptr);
    ::_exit(121);
  }
  ::close(ready[1]);
  char byte = 0;
  CHECK(::read(ready[0], &byte, 1) == 1);
  CHECK(fixture.isolator->update(ContainerId("a"), Resources::parse("gpus:1").value()));
  CHECK(::read(ready[0], &byte, 1) == 1);
  CHECK(fixture.isolator->update(ContainerId("a"), Resources()));
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0);
  ::close(ready[0]);
}
