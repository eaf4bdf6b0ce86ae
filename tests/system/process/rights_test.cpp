// What a process may do: limits, capabilities, privileges, filters of system calls.
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;

namespace {

constexpr std::uint64_t bit(int capability) { return std::uint64_t{1} << capability; }

std::uint64_t instruction(const sock_filter& one) {
  std::uint64_t packed = 0;
  static_assert(sizeof packed == sizeof one);
  std::memcpy(&packed, &one, sizeof packed);
  return packed;
}

// mkdir(2) and mkdirat(2) fail with EPERM.
std::vector<std::uint64_t> no_directories() {
  const unsigned short load = BPF_LD | BPF_W | BPF_ABS, equal = BPF_JMP | BPF_JEQ | BPF_K,
                       give = BPF_RET | BPF_K;
  return {instruction({load, 0, 0, offsetof(seccomp_data, nr)}),
#ifdef SYS_mkdir
          instruction({equal, 1, 0, SYS_mkdir}),
#else
          instruction({equal, 1, 0, SYS_mkdirat}),
#endif
          instruction({equal, 0, 1, SYS_mkdirat}), instruction({give, 0, 0, SECCOMP_RET_ERRNO | 1}),
          instruction({give, 0, 0, SECCOMP_RET_ALLOW})};
}

std::string capabilities_of(Harness& harness, const std::string& id, LaunchPlan plan) {
  harness.launch(id, std::move(plan));
  CHECK(harness.wait_for_exit(id) == 0);
  return harness.output(id);
}

constexpr const char* kTell =
    "grep -E 'CapPrm|CapEff|CapBnd|CapAmb' /proc/self/status | cut -f2 | tr '\\n' ' '";

}  // namespace

TEST_CASE("limits hold, and one that may not be raised fails the launch", "[process][rights]") {
  Harness harness;
  LaunchPlan plan = harness.script("a", "ulimit -Sn; ulimit -Hn; ulimit -c");
  plan.limits = {{RLIMIT_NOFILE, 100, 200}, {RLIMIT_CORE, 0, 0}};
  harness.launch("a", std::move(plan));
  CHECK(harness.wait_for_exit("a") == 0);
  CHECK(harness.output("a") == "100\n200\n0\n");
  plan = harness.command("b", {"true"});
  plan.limits = {{RLIMIT_CORE, 0, 0}, {RLIMIT_NOFILE, 5, 4}};
  CHECK(harness.failure_of("b", std::move(plan)) ==
        "cannot run \"true\": limit 7: the soft one, 5, is above the hard one, 4");
  plan = harness.command("c", {"true"});
  plan.limits = {{999, 1, 1}};
  CHECK(harness.failure_of("c", std::move(plan)) ==
        "cannot run \"true\": limit 999 cannot be 1 of 1: Invalid argument");
}

TEST_CASE("root has the capabilities that are planned, and no program gains others", "[process][rights]") {
  if (!is_root()) return skip("capabilities are given by root only");
  Harness harness;
  LaunchPlan plan = harness.script("a", kTell);
  plan.capabilities =
      PlannedCapabilities{.bounding = bit(CAP_KILL) | bit(CAP_CHOWN), .effective = bit(CAP_CHOWN)};
  CHECK(capabilities_of(harness, "a", std::move(plan)) ==
        "0000000000000001 0000000000000001 0000000000000021 0000000000000001 ");
  plan = harness.script("b", kTell);
  plan.capabilities = PlannedCapabilities{.bounding = bit(CAP_KILL), .effective = bit(CAP_KILL)};
  CHECK(capabilities_of(harness, "b", std::move(plan)) ==
        "0000000000000020 0000000000000020 0000000000000020 0000000000000020 ");
  plan = harness.script("c", kTell);
  plan.capabilities = PlannedCapabilities{};
  CHECK(capabilities_of(harness, "c", std::move(plan)) ==
        "0000000000000000 0000000000000000 0000000000000000 0000000000000000 ");
}

TEST_CASE("another user has the capabilities that are planned, in namespaces as well", "[process][rights]") {
  if (!is_root()) return skip("capabilities are given by root only");
  Harness harness;
  REQUIRE(::chown(harness.directory()->path().c_str(), 65534, 65534) == 0);
  LaunchPlan plan = harness.script("a", kTell);
  plan.user = "nobody";
  plan.capabilities =
      PlannedCapabilities{.bounding = bit(CAP_NET_RAW) | bit(CAP_KILL), .effective = bit(CAP_NET_RAW)};
  plan.no_new_privileges = true;
  if (GENERATE(true, false)) plan.namespaces = CLONE_NEWPID | CLONE_NEWNS;
  CHECK(capabilities_of(harness, "a", std::move(plan)) ==
        "0000000000002000 0000000000002000 0000000000002020 0000000000002000 ");
}

TEST_CASE("without new privileges, set-user-id gives nothing", "[process][rights]") {
  if (!is_root()) return skip("set-user-id programs of root are made by root only");
  Harness harness;
  const std::string dir = harness.directory()->path(), program = dir + "/id";
  REQUIRE(::chown(dir.c_str(), 65534, 65534) == 0);
  std::filesystem::copy_file("/usr/bin/id", program);
  REQUIRE(::chmod(program.c_str(), 04755) == 0);
  for (const bool allowed : {true, false}) {
    const std::string id = allowed ? "allowed" : "refused";
    LaunchPlan plan = harness.command(id, {program, "-u"});
    plan.user = "nobody";
    plan.no_new_privileges = !allowed;
    harness.launch(id, std::move(plan));
    CHECK(harness.wait_for_exit(id) == 0);
    CHECK(harness.output(id) == (allowed ? "0\n" : "65534\n"));
  }
}

TEST_CASE("a filter of system calls holds from the first instruction on", "[process][rights]") {
  Harness harness;
  const std::string dir = harness.directory()->path();
  LaunchPlan plan = harness.script("a", "mkdir " + dir + "/made; grep Seccomp: /proc/self/status");
  plan.seccomp = no_directories();
  plan.no_new_privileges = true;
  const bool with_init = GENERATE(false, true);
  if (with_init && !is_root()) return skip("pid namespaces may be made by root only");
  if (with_init) plan.namespaces = CLONE_NEWPID;
  harness.launch("a", std::move(plan));
  CHECK(harness.wait_for_exit("a") == 0);
  CHECK(harness.output("a") == "Seccomp:\t2\n");
  CHECK(read_file(dir + "/a.err").find("Operation not permitted") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(dir + "/made"));
  plan = harness.command("b", {"true"});
  plan.seccomp = {0xffff};
  plan.no_new_privileges = true;
  CHECK(harness.failure_of("b", std::move(plan)) ==
        "cannot run \"true\": the system call filter: Invalid argument");
}

TEST_CASE("how readily the kernel ends a process that needs memory", "[process][rights]") {
  Harness harness;
  LaunchPlan plan = harness.script("a", "cat /proc/self/oom_score_adj");
  plan.oom_score_adj = 345;
  harness.launch("a", std::move(plan));
  CHECK(harness.wait_for_exit("a") == 0);
  CHECK(harness.output("a") == "345\n");
  CHECK(read_file("/proc/" + std::to_string(harness.launcher().zygote_pid()) + "/oom_score_adj") ==
        read_file("/proc/self/oom_score_adj"));
  plan = harness.command("b", {"true"});
  plan.oom_score_adj = 1001;
  CHECK(harness.failure_of("b", std::move(plan)) ==
        "cannot run \"true\": oom_score_adj 1001 is not within -1000 to 1000");
}
