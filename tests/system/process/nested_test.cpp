// Processes that run inside of a container that runs.
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;

namespace {

// A container in everything of its own, which runs until it is killed.
LaunchPlan outer(Harness& harness, const std::string& id) {
  LaunchPlan plan =
      harness.script(id, "touch /tmp/here; trap 'exit 9' TERM; echo up; while :; do sleep 0.05; done");
  plan.namespaces = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC;
  plan.hostname = "outer";
  plan.mounts = {{.source = "tmpfs", .target = "/dev/shm", .type = "tmpfs"},
                 {.source = "proc", .target = "/proc", .type = "proc"}};
  plan.capabilities = PlannedCapabilities{.bounding = 1u << CAP_KILL, .effective = 1u << CAP_KILL};
  plan.no_new_privileges = true;
  plan.limits = {{.resource = 7, .soft = 333, .hard = 444}};  // RLIMIT_NOFILE
  return plan;
}

LaunchPlan inside(Harness& harness, const std::string& id, const std::string& parent,
                  const std::string& text) {
  LaunchPlan plan = harness.script(id, text);
  plan.parent = ContainerId(parent);
  return plan;
}

void start_outer(Harness& harness, LaunchPlan plan) {
  harness.launch("outer", std::move(plan));
  harness.wait_for("outer", Kind::started);
  REQUIRE(harness.run_until([&] { return harness.output("outer") == "up\n"; }));
}

constexpr const char* kTell =
    "hostname; test $$ -lt 100 && echo few; cat /proc/1/comm; grep -E 'CapEff|NoNewPrivs' /proc/self/status; "
    "ulimit -n";
constexpr const char* kTold = "outer\nfew\nmesoscore-init\nCapEff:\t0000000000000020\nNoNewPrivs:\t1\n333\n";

}  // namespace

TEST_CASE("a process enters a container: its namespaces, limits and capabilities", "[process][nested]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  start_outer(harness, outer(harness, "outer"));
  harness.launch("in", inside(harness, "in", "outer", kTell));
  CHECK(harness.wait_for_exit("in") == 0);
  CHECK(harness.output("in") == kTold);
  harness.launch("signal", inside(harness, "signal", "outer", "kill -TERM $$; sleep 60"));
  CHECK(harness.wait_for_exit("signal") == -SIGTERM);
  LaunchPlan missing = inside(harness, "missing", "outer", "");
  missing.program = "no-such-program";
  CHECK(harness.failure_of("missing", std::move(missing)) ==
        "cannot run \"no-such-program\": no such program in PATH=/usr/bin:/bin");
}

TEST_CASE("what runs in a container ends with it", "[process][nested]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  const bool own_pids = GENERATE(true, false);
  LaunchPlan plan = outer(harness, "outer");
  if (!own_pids) plan.namespaces &= ~static_cast<std::uint64_t>(CLONE_NEWPID);
  start_outer(harness, std::move(plan));
  const std::string mark = "mark-" + std::to_string(::getpid());
  harness.launch("in",
                 inside(harness, "in", "outer", "trap '' TERM; while :; do sleep 0.05; done; : " + mark));
  harness.wait_for("in", Kind::started);
  harness.launcher().kill(ContainerId("outer"), 0s);
  CHECK(harness.wait_for_exit("outer") == -SIGKILL);
  CHECK(harness.wait_for_exit("in") == -SIGKILL);
  CHECK(processes_with(mark).empty());
}

TEST_CASE("what runs in a container is killed alone", "[process][nested]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  start_outer(harness, outer(harness, "outer"));
  harness.launch("in",
                 inside(harness, "in", "outer", "trap 'exit 8' TERM; echo up; while :; do sleep 0.05; done"));
  harness.wait_for("in", Kind::started);
  REQUIRE(harness.run_until([&] { return harness.output("in") == "up\n"; }));
  harness.launcher().kill(ContainerId("in"), 60s);
  CHECK(harness.wait_for_exit("in") == 8);
  CHECK(harness.event("outer", Kind::exited) == nullptr);
}

TEST_CASE("a container that does not run cannot be entered", "[process][nested]") {
  Harness harness;
  CHECK(harness.failure_of("a", inside(harness, "a", "nobody", "true")) ==
        "cannot run \"/bin/sh\": the container \"nobody\" does not run");
  harness.launch_script("outer", "exit 0");
  CHECK(harness.wait_for_exit("outer") == 0);
  CHECK(harness.failure_of("b", inside(harness, "b", "outer", "true")) ==
        "cannot run \"/bin/sh\": the container \"outer\" does not run");
}

TEST_CASE("a process enters a container without namespaces, as its user", "[process][nested]") {
  if (!is_root()) return skip("users are changed by root only");
  Harness harness;
  REQUIRE(::chown(harness.directory()->path().c_str(), 65534, 65534) == 0);
  LaunchPlan plan = harness.script("outer", "echo up; sleep 1000");
  plan.user = "nobody";
  start_outer(harness, std::move(plan));
  harness.launch("in", inside(harness, "in", "outer", "id -u"));
  CHECK(harness.wait_for_exit("in") == 0);
  CHECK(harness.output("in") == "65534\n");
  plan = inside(harness, "root", "outer", "id -u");
  plan.user = "root";
  harness.launch("root", std::move(plan));
  CHECK(harness.wait_for_exit("root") == 0);
  CHECK(harness.output("root") == "0\n");
}

TEST_CASE("a container of an earlier agent can be entered, and what ran in it has ended",
          "[process][nested]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  auto first = std::make_unique<Harness>();
  start_outer(*first, outer(*first, "outer"));
  const pid_t pid = first->launcher().pid_of(ContainerId("outer"));
  const std::string mark = "mark-" + std::to_string(::getpid());
  first->launch("old", inside(*first, "old", "outer", "sleep 1000; : " + mark));
  first->wait_for("old", Kind::started);
  first->drop_launcher();

  Harness second(first->directory());
  const ContainerId known[] = {ContainerId("outer")};
  const auto recovered = second.launcher().recover(known);
  REQUIRE(recovered);
  CHECK((*recovered)[0].fate == RecoveredContainer::Fate::live);
  CHECK((*recovered)[0].pid == pid);
  CHECK(pid > 0);
  CHECK(second.launcher().pid_of(ContainerId("outer")) == pid);
  CHECK(second.run_until([&] { return processes_with(mark).empty(); }));
  second.launch("in", inside(second, "in", "outer", kTell));
  CHECK(second.wait_for_exit("in") == 0);
  CHECK(second.output("in") == kTold);
  second.launcher().kill(ContainerId("outer"), 0s);
  CHECK(second.wait_for_exit("outer") == -SIGKILL);
}
