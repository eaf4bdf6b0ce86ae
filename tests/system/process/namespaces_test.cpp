// Processes in namespaces of their own: what they see, and that their end is told as it was.
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;

namespace {

LaunchPlan in_namespaces(LaunchPlan plan, std::uint64_t namespaces) {
  plan.namespaces = namespaces;
  return plan;
}

}  // namespace

TEST_CASE("in a pid namespace, exit codes and signals are reported as they were", "[process][namespaces]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  const auto launch = [&](const std::string& id, const std::string& text) {
    harness.launch(id, in_namespaces(harness.script(id, text), CLONE_NEWPID));
  };
  launch("zero", "exit 0");
  launch("seven", "exit 7");
  launch("term", "kill -TERM $$; sleep 60");
  launch("kill", "kill -KILL $$; sleep 60");
  launch("segv", "kill -SEGV $$; sleep 60");
  launch("pid", "echo $$; sh -c 'echo $PPID'");
  launch("group", "cut -d' ' -f5 /proc/$PPID/stat >/dev/null; kill -TERM -$$; sleep 60");
  CHECK(harness.wait_for_exit("zero") == 0);
  CHECK(harness.wait_for_exit("seven") == 7);
  CHECK(harness.wait_for_exit("term") == -SIGTERM);
  CHECK(harness.wait_for_exit("kill") == -SIGKILL);
  CHECK(harness.wait_for_exit("segv") == -SIGSEGV);
  CHECK(harness.wait_for_exit("group") == -SIGTERM);
  CHECK(harness.wait_for_exit("pid") == 0);
  CHECK(harness.output("pid") == "2\n2\n");
}

TEST_CASE("a failure in a pid namespace is told like any other", "[process][namespaces]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  CHECK(harness.failure_of("a", in_namespaces(harness.command("a", {"no-such-program"}), CLONE_NEWPID)) ==
        "cannot run \"no-such-program\": no such program in PATH=/usr/bin:/bin");
  LaunchPlan plan = in_namespaces(harness.command("b", {"true"}), CLONE_NEWPID | CLONE_NEWNS);
  plan.working_directory = "/no/such/directory";
  CHECK(harness.failure_of("b", std::move(plan)) ==
        "cannot run \"true\": working directory \"/no/such/directory\": No such file or directory");
  plan = in_namespaces(harness.command("c", {"true"}), CLONE_NEWPID);
  plan.cgroups_v1 = {"/no/such/group"};
  CHECK(harness.failure_of("c", std::move(plan)) ==
        "cannot run \"true\": control group \"/no/such/group\": No such file or directory");
  harness.launch("after", in_namespaces(harness.script("after", "exit 5"), CLONE_NEWPID));
  CHECK(harness.wait_for_exit("after") == 5);
}

TEST_CASE("in a pid namespace, a process is held and let go, or given up", "[process][namespaces]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  pid_t held = 0;
  harness.launch("a", in_namespaces(harness.script("a", "exit 3"), CLONE_NEWPID), [&](pid_t pid) {
    held = pid;
    return ::kill(pid, 0) == 0 && harness.output("a").empty() ? Status{} : fail(Errc::launch_failed, "gone");
  });
  CHECK(harness.wait_for_exit("a") == 3);
  CHECK(held > 0);
  harness.launch("b", in_namespaces(harness.script("b", "exit 3"), CLONE_NEWPID),
                 [](pid_t) { return fail(Errc::launch_failed, "not today"); });
  CHECK(harness.wait_for("b", Kind::launch_failed).message == "not today");
}

TEST_CASE("a kill reaches every process of a pid namespace, and its grace counts", "[process][namespaces]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  // One in a session of its own, an orphan of process 1, tells when it was asked to end.
  harness.launch(
      "a", in_namespaces(harness.script("a",
                                        "setsid sh -c 'trap \"echo asked; exit\" TERM; echo up; while :; "
                                        "do sleep 0.05; done' & trap 'wait; exit 4' TERM; wait; wait"),
                         CLONE_NEWPID));
  harness.wait_for("a", Kind::started);
  REQUIRE(harness.run_until([&] { return harness.output("a") == "up\n"; }));
  harness.launcher().kill(ContainerId("a"), 60s);
  CHECK(harness.wait_for_exit("a") == 4);
  CHECK(harness.output("a") == "up\nasked\n");

  const std::string mark = "mark-" + std::to_string(::getpid());
  harness.launch(
      "b",
      in_namespaces(harness.script("b", "trap '' TERM; echo up; while :; do sleep 0.05; done; : " + mark),
                    CLONE_NEWPID));
  harness.wait_for("b", Kind::started);
  REQUIRE(harness.run_until([&] { return harness.output("b") == "up\n"; }));
  harness.launcher().kill(ContainerId("b"), 200ms);
  CHECK(harness.wait_for_exit("b") == -SIGKILL);
  CHECK(processes_with(mark).empty());
}

TEST_CASE("a process cannot end its pid namespace but by its own end", "[process][namespaces]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  harness.launch(
      "a", in_namespaces(harness.script("a", "kill -TERM 1; kill -KILL 1; kill -CONT 1; sleep 0.2; exit 6"),
                         CLONE_NEWPID));
  CHECK(harness.wait_for_exit("a") == 6);
}

TEST_CASE("the init of a pid namespace has no rights to win", "[process][namespaces]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  LaunchPlan plan = in_namespaces(
      harness.script(
          "a", "grep -E 'CapPrm|NoNewPrivs' /proc/1/status; ls /proc/1/fd | wc -l; kill -0 1 && exit 3"),
      CLONE_NEWPID | CLONE_NEWNS);
  plan.mounts = {{.source = "proc", .target = "/proc", .type = "proc"}};
  harness.launch("a", std::move(plan));
  CHECK(harness.wait_for_exit("a") == 3);
  CHECK(harness.output("a") == "CapPrm:\t0000000000000020\nNoNewPrivs:\t1\n0\n");
}

TEST_CASE("what a process leaves in its pid namespace ends with it", "[process][namespaces]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  const std::string mark = "mark-" + std::to_string(::getpid());
  harness.launch("a", in_namespaces(harness.script("a", "setsid sh -c 'trap \"\" TERM; sleep 1000; : " +
                                                            mark + "' & sleep 0.1; exit 2"),
                                    CLONE_NEWPID));
  CHECK(harness.wait_for_exit("a") == 2);
  CHECK(processes_with(mark).empty());
}

TEST_CASE("a supervisor that is killed takes its pid namespace along", "[process][namespaces]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  const std::string mark = "mark-" + std::to_string(::getpid());
  harness.launch("a", in_namespaces(harness.script("a", "sleep 1000; : " + mark), CLONE_NEWPID));
  harness.wait_for("a", Kind::started);
  ::kill(harness.launcher().supervisor_of(ContainerId("a")).pid, SIGKILL);
  harness.wait_for("a", Kind::exited);
  CHECK(harness.run_until([&] { return processes_with(mark).empty(); }));
}

TEST_CASE("a host name, and a network of its own", "[process][namespaces]") {
  if (!is_root()) return skip("namespaces may be made by root only");
  Harness harness;
  LaunchPlan plan = harness.script(
      "a", "hostname; cat /proc/net/dev | tail -n +3 | cut -d: -f1; cat /sys/class/net/lo/flags");
  plan.namespaces = CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWNS;
  plan.hostname = "red-panda";
  plan.mounts = {{.source = "sysfs", .target = "/sys", .type = "sysfs"}};
  harness.launch("a", std::move(plan));
  CHECK(harness.wait_for_exit("a") == 0);
  CHECK(harness.output("a") == "red-panda\n    lo\n0x9\n");
}

TEST_CASE("plans that nobody could carry out are refused", "[process][namespaces]") {
  Harness harness;
  LaunchPlan plan = harness.command("a", {"true"});
  plan.hostname = "x";
  CHECK(harness.failure_of("a", std::move(plan)) ==
        "cannot run \"true\": the host name \"x\" needs a UTS namespace, which is not planned");
  plan = harness.command("b", {"true"});
  plan.root = "/x";
  CHECK(harness.failure_of("b", std::move(plan)) ==
        "cannot run \"true\": the root \"/x\" needs a mount namespace, which is not planned");
  plan = in_namespaces(harness.command("c", {"true"}), CLONE_NEWUSER);
  CHECK(harness.failure_of("c", std::move(plan)) ==
        "cannot run \"true\": namespaces that are not known: " + std::to_string(CLONE_NEWUSER));
}
