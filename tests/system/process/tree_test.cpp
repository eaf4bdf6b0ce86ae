// No process of a container survives its end, however it has tried to get away.
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;

namespace {

// A command line that only this test has.
std::string marker(const std::string& name) { return "3" + std::to_string(::getpid()) + "." + name; }

void check_gone(Harness& harness, const std::string& id, const std::string& script, int exit) {
  const std::string mark = marker("1" + std::to_string(id.size()));
  INFO(script);
  harness.launch_script(id, "M=" + mark + "; " + script);
  CHECK(harness.wait_for_exit(id) == exit);
  // At the moment of the report, not some time later.
  CHECK(processes_with(mark).empty());
}

}  // namespace

TEST_CASE("what the main process leaves behind dies with it", "[process]") {
  Harness harness;
  check_gone(harness, "child", "sleep $M & exit 1", 1);
  check_gone(harness, "grandchild", "(sleep $M & sleep $M) & sleep 0.1; exit 2", 2);
  check_gone(harness, "double-fork", "( ( sleep $M & ) & ) ; sleep 0.1; exit 3", 3);
  check_gone(harness, "session", "setsid sleep $M & sleep 0.1; exit 4", 4);
  check_gone(harness, "daemon", "( ( setsid sh -c 'sleep '$M' & sleep '$M & ) & ) ; sleep 0.1; exit 5", 5);
  check_gone(harness, "deaf", "sh -c 'trap \"\" TERM HUP INT; sleep '$M & sleep 0.1; exit 6", 6);
  check_gone(harness, "killed", "setsid sleep $M & sleep 0.1; kill -KILL $$", -SIGKILL);
}

TEST_CASE("a main process that leaves its own group is still the container's", "[process]") {
  Harness harness;
  const std::string mark = marker("9");
  // The shell starts the session leader as a child, and then becomes one with a child of its own.
  harness.launch_script("a", "exec setsid --wait sh -c 'echo ready; sleep " + mark + "'");
  harness.wait_for("a", Kind::started);
  REQUIRE(harness.run_until([&] { return harness.output("a") == "ready\n"; }));
  harness.launcher().kill(ContainerId("a"), 1h);
  harness.wait_for_exit("a");
  CHECK(processes_with(mark).empty());
}

TEST_CASE("orphans are reaped while the main process runs", "[process]") {
  Harness harness;
  harness.launch_script(
      "a", "for i in 1 2 3 4 5; do ( ( true & ) & ); done; sleep 0.2; echo ready; exec sleep 1000");
  harness.wait_for("a", Kind::started);
  REQUIRE(harness.run_until([&] { return harness.output("a") == "ready\n"; }));
  const pid_t supervisor = harness.launcher().supervisor_of(ContainerId("a")).pid;
  CHECK(harness.run_until([&] { return children_of(supervisor).size() == 1; }));
}

TEST_CASE("many processes, some that breed", "[process]") {
  Harness harness;
  const std::string mark = marker("7");
  harness.launch_script("wide",
                        "i=0; while [ $i -lt 150 ]; do sleep " + mark + " & i=$((i+1)); done; exit 8");
  CHECK(harness.wait_for_exit("wide") == 8);
  // Each generation forks its successor into a new session and goes, for as long as nobody stops them.
  write_file(*harness.directory() / "breed",
             "#!/bin/sh\n# " + mark + "\nsetsid \"$0\" " + mark + " &\nsleep 0.02\n", 0755);
  harness.launch_script("breed", "./breed " + mark + " & sleep 0.3; exit 9");
  CHECK(harness.wait_for_exit("breed") == 9);
  CHECK(processes_with(mark).empty());
}

TEST_CASE("no zombies and no descriptors are left, and idle supervisors are few and small", "[process]") {
  const std::size_t before = children_of(::getpid()).size();
  const auto descriptors = [] {
    std::size_t count = 0;
    for (int fd = 0; fd < 1024; ++fd)
      count += ::access(("/proc/self/fd/" + std::to_string(fd)).c_str(), F_OK) == 0;
    return count;
  };
  const std::size_t open_before = descriptors();
  {
    Harness harness;
    harness.launch_script("warm", "true");
    harness.wait_for_exit("warm");
    const std::size_t open_warm = descriptors();
    for (int i = 0; i < 100; ++i) {
      const std::string id = "c" + std::to_string(i);
      if (i % 3 == 0) {
        harness.launch(id, harness.script(id, "true"), [](pid_t) { return Status{}; });
      } else if (i % 3 == 1) {
        harness.launch(id, harness.command(id, {"no-such-program"}));
      } else {
        harness.launch_script(id, "exit 1");
      }
    }
    REQUIRE(harness.run_until(
        [&] { return harness.count(Kind::exited) + harness.count(Kind::launch_failed) == 101; }));
    CHECK(descriptors() == open_warm);
    const pid_t zygote = harness.launcher().zygote_pid();
    CHECK(children_of(::getpid()).size() == before + 1);
    CHECK(harness.run_until([&] { return children_of(zygote).size() <= 32; }));
    for (pid_t supervisor : children_of(zygote)) {
      CHECK(state_of(supervisor) != 'Z');
      CHECK(children_of(supervisor).empty());
      const std::string status = read_file("/proc/" + std::to_string(supervisor) + "/status");
      const std::size_t rss = status.find("VmRSS:");
      REQUIRE(rss != std::string::npos);
      CHECK(std::stoi(status.substr(rss + 6)) <= 300);
    }
  }
  CHECK(children_of(::getpid()).size() == before);
  CHECK(descriptors() == open_before);
}

// Trees that double-fork, in sessions of their own, and ignore all that can be ignored.
TEST_CASE("1,000 kills of trees that hold on leave no process", "[process][kills]") {
  const bool own_pids = GENERATE(false, true);
  if (own_pids && !is_root()) return skip("pid namespaces may be made by root only");
  Harness harness;
  const std::string mark = marker(own_pids ? "22" : "21");
  const std::string script = "trap '' TERM INT HUP; ( ( setsid sh -c 'sleep " + mark + " & exec sleep " +
                             mark + "' & ) & sleep " + mark + " & ) & exec sleep " + mark;
  constexpr int kKills = 1000, kAtOnce = 20;
  int launched = 0, killed = 0;
  const auto start_some = [&] {
    for (int i = 0; i < kAtOnce; ++i, ++launched) {
      const std::string id = "t" + std::to_string(launched);
      LaunchPlan plan = harness.script(id, script);
      plan.stdout_path = plan.stderr_path = "/dev/null";
      if (own_pids) plan.namespaces = CLONE_NEWPID;
      harness.launch(id, std::move(plan));
    }
  };
  while (killed < kKills) {
    start_some();
    REQUIRE(harness.run_until(
        [&] { return harness.count(Kind::started) == static_cast<std::size_t>(launched); }));
    // Some while the tree is still growing, some with a grace that is not used.
    harness.run_for(std::chrono::milliseconds(killed % 3));
    for (; killed < launched; ++killed) {
      harness.launcher().kill(ContainerId("t" + std::to_string(killed)), killed % 2 == 0 ? 0ms : 5ms);
    }
    REQUIRE(
        harness.run_until([&] { return harness.count(Kind::exited) == static_cast<std::size_t>(killed); }));
    if (killed % 200 == 0) REQUIRE(processes_with(mark).empty());
  }
  CHECK(processes_with(mark).empty());
  std::cout << killed << " trees killed, " << (own_pids ? "with" : "without")
            << " a pid namespace: none left\n";
}
