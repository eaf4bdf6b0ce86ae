// SIGTERM to all now, SIGKILL after the grace, and a grace that only shrinks.
#include <signal.h>

#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;

namespace {

using Steady = std::chrono::steady_clock;

// Waits until the script has written its first line, so that its traps are set.
void wait_until_ready(Harness& harness, const std::string& id) {
  harness.wait_for(id, Kind::started);
  REQUIRE(harness.run_until([&] { return harness.output(id).find("ready") != std::string::npos; }));
}

void kill(Harness& harness, const std::string& id, Duration grace) {
  harness.launcher().kill(ContainerId(id), grace);
}

// Does not die of SIGTERM, and stays without busy waiting.
constexpr const char* kStubborn = "trap '' TERM; echo ready; while :; do sleep 1000; done";

}  // namespace

TEST_CASE("a kill is a SIGTERM first", "[process]") {
  Harness harness;
  harness.launch_script("plain", "echo ready; exec sleep 1000");
  harness.launch_script("polite", "trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.05; done");
  wait_until_ready(harness, "plain");
  wait_until_ready(harness, "polite");
  kill(harness, "plain", 1h);
  kill(harness, "polite", 1h);
  CHECK(harness.wait_for_exit("plain") == -SIGTERM);
  CHECK(harness.wait_for_exit("polite") == 9);
  CHECK(harness.output("polite") == "ready\nbye\n");
}

TEST_CASE("who ignores SIGTERM is killed after the grace, not before", "[process]") {
  Harness harness;
  harness.launch_script("a", kStubborn);
  wait_until_ready(harness, "a");
  const auto begin = Steady::now();
  kill(harness, "a", 700ms);
  CHECK(harness.wait_for_exit("a") == -SIGKILL);
  CHECK(Steady::now() - begin >= 700ms);
}

TEST_CASE("a grace of zero is SIGKILL at once", "[process]") {
  Harness harness;
  harness.launch_script("a", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.01; done");
  wait_until_ready(harness, "a");
  kill(harness, "a", 0s);
  CHECK(harness.wait_for_exit("a") == -SIGKILL);
}

TEST_CASE("a second kill shortens the grace, which counts from the first", "[process]") {
  Harness harness;
  harness.launch_script("a", kStubborn);
  wait_until_ready(harness, "a");
  const auto begin = Steady::now();
  kill(harness, "a", 1h);
  harness.run_for(300ms);
  CHECK_FALSE(harness.event("a", Kind::exited));
  kill(harness, "a", 600ms);
  CHECK(harness.wait_for_exit("a") == -SIGKILL);
  CHECK(Steady::now() - begin >= 600ms);

  harness.launch_script("b", kStubborn);
  wait_until_ready(harness, "b");
  kill(harness, "b", 1h);
  harness.run_for(300ms);
  kill(harness, "b", 100ms);  // over already
  CHECK(harness.wait_for_exit("b") == -SIGKILL);
}

TEST_CASE("a second kill never lengthens the grace", "[process]") {
  Harness harness;
  harness.launch_script("a", kStubborn);
  wait_until_ready(harness, "a");
  kill(harness, "a", 500ms);
  kill(harness, "a", 1h);
  kill(harness, "a", 1h);
  CHECK(harness.wait_for_exit("a") == -SIGKILL);
}

TEST_CASE("all processes get the SIGTERM, also those in other groups and sessions", "[process]") {
  Harness harness;
  const std::string dir = harness.directory()->path();
  const std::string child = "sh -c 'trap \"echo $0 >>" + dir + "/told; exit\" TERM; echo $0 >>" + dir +
                            "/here; while :; do sleep 0.05; done' ";
  // The main process stays until its children have had their time.
  harness.launch_script("a", child + "same & setsid " + child + "session & (setsid " + child +
                                 "orphan &) ; trap '' TERM; echo ready; while :; do sleep 0.05; done");
  wait_until_ready(harness, "a");
  REQUIRE(harness.run_until(
      [&] { return read_file(dir + "/here").size() == std::string("same\nsession\norphan\n").size(); }));
  kill(harness, "a", 1h);
  CHECK(harness.run_until(
      [&] { return read_file(dir + "/told").size() == std::string("same\nsession\norphan\n").size(); }));
  kill(harness, "a", 0s);
  CHECK(harness.wait_for_exit("a") == -SIGKILL);
}

TEST_CASE("a stopped process can be killed politely", "[process]") {
  Harness harness;
  harness.launch_script("a", "trap 'exit 9' TERM; echo ready; kill -STOP $$; while :; do sleep 0.05; done");
  wait_until_ready(harness, "a");
  kill(harness, "a", 1h);
  CHECK(harness.wait_for_exit("a") == 9);
}

TEST_CASE("kills without effect: unknown, too late, twice", "[process]") {
  Harness harness;
  kill(harness, "unknown", 0s);
  harness.launch_script("a", "exit 3");
  CHECK(harness.wait_for_exit("a") == 3);
  kill(harness, "a", 0s);
  // The supervisor of the ended container has the next one: that kill was not for it.
  harness.launch_script("b", "sleep 0.2; exit 4");
  harness.wait_for("b", Kind::started);
  kill(harness, "a", 0s);
  CHECK(harness.wait_for_exit("b") == 4);
  CHECK(harness.count(Kind::exited) == 2);
}

TEST_CASE("a late signal for an earlier container does not hit the next one of the supervisor", "[process]") {
  Harness harness;
  harness.launch_script("a", "while [ ! -e go ]; do sleep 0.01; done; exit 3");
  harness.wait_for("a", Kind::started);
  const auto supervisor = harness.launcher().supervisor_of(ContainerId("a"));
  write_file(*harness.directory() / "go", "");
  CHECK(harness.wait_for_exit("a") == 3);
  harness.launch_script("b", "sleep 0.3; exit 4");
  harness.wait_for("b", Kind::started);
  REQUIRE(harness.launcher().supervisor_of(ContainerId("b")).pid == supervisor.pid);
  CHECK(supervision::signal_supervisor(supervisor, 1, 0s));
  CHECK(harness.wait_for_exit("b") == 4);
}

TEST_CASE("a kill before the start is not lost", "[process]") {
  Harness harness;
  harness.launch_script("a", "exec sleep 1000");
  kill(harness, "a", 1h);
  CHECK(harness.wait_for_exit("a") == -SIGTERM);

  harness.launch("held", harness.script("held", "exit 1"), [&](pid_t) {
    kill(harness, "held", 0s);
    return Status{};
  });
  const ContainerEvent event = harness.wait_for("held", Kind::launch_failed);
  CHECK(event.message == "killed before it was started");
  CHECK(event.state == TaskState::killed);
  CHECK(event.reason == TaskReason::task_killed_during_launch);
}

TEST_CASE("a plain SIGTERM to the supervisor is a kill with the default grace", "[process]") {
  Harness harness;
  harness.launch_script("a", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done");
  wait_until_ready(harness, "a");
  ::kill(harness.launcher().supervisor_of(ContainerId("a")).pid, SIGTERM);
  CHECK(harness.wait_for_exit("a") == 9);
}
