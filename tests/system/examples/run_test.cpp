// mesoscore-master, mesoscore-agent and mesoscore-run as real processes.
#include <csignal>
#include <string>

#include "cluster.hpp"

using Catch::Matchers::Contains;

namespace {

// A command that nobody else on this machine runs, to find its processes by.
std::string unique_sleep(int seconds) {
  static int counter = 0;
  return std::to_string(seconds) + "." + std::to_string(getpid()) + std::to_string(++counter);
}

}  // namespace

TEST_CASE("a hundred commands over every transport") {
  const std::string transport = GENERATE("tcp", "unix");
  CAPTURE(transport);
  TestCluster cluster(transport);
  CHECK(cluster.run({"--cpus", "0.5", "--count", "100", "--", "true"}) == 0);
  CHECK_THAT(cluster.last_output, Contains("100 tasks: 100 finished, 0 failed, 0 repeated"));
}

TEST_CASE("the exit code is that of the tasks when all failed alike") {
  TestCluster cluster("tcp");
  CHECK(cluster.run({"--count", "3", "--", "sh", "-c", "exit 7"}) == 7);
  CHECK_THAT(cluster.last_output, Contains("task 0: TASK_FAILED: exit code 7"));
  CHECK(cluster.run({"--count", "3", "--shell", "--", "kill", "-9", "$$"}) == 137);
  CHECK(cluster.run({"--count", "4", "--shell", "--", "exit $MESOSCORE_RUN_INDEX"}) == 1);
  CHECK_THAT(cluster.last_output, Contains("1 finished, 3 failed"));
  CHECK(cluster.run({"--", "no-such-program"}) == 1);
  CHECK_THAT(cluster.last_output, Contains("no-such-program"));
}

TEST_CASE("arguments and environment arrive as they were given") {
  TestCluster cluster("unix");
  CHECK(cluster.run({"--", "test", "a  b", "=", "a  b"}) == 0);
  CHECK(cluster.run({"--env", "A=1=2", "--env", "B=", "--shell", "--", "test \"$A-$B\" = 1=2-"}) == 0);
}

TEST_CASE("failed tasks are repeated as often as was asked for") {
  TestCluster cluster("tcp");
  TempDirectory files;
  const std::string script = "mkdir " + files.path() + "/$MESOSCORE_RUN_INDEX 2>/dev/null && exit 5; exit 0";
  CHECK(cluster.run({"--count", "3", "--retries", "1", "--shell", "--", script}) == 0);
  CHECK_THAT(cluster.last_output, Contains("3 finished, 0 failed, 3 repeated"));
  CHECK(cluster.run({"--count", "2", "--retries", "2", "--", "false"}) == 1);
  CHECK_THAT(cluster.last_output, Contains("0 finished, 2 failed, 4 repeated"));
}

TEST_CASE("tasks that fail their health checks are killed, and count as failed") {
  TestCluster cluster("unix");
  TempDirectory files;
  const std::string marker = files.path("ill");
  CHECK(cluster.run({"--health-cmd", "test ! -e " + marker, "--health-delay", "10ms", "--health-interval",
                     "20ms", "--health-grace", "0s", "--health-failures", "2", "--retries", "1", "--shell",
                     "--", "sleep 2.5; touch " + marker + "; sleep 1000"}) == 1);
  CHECK_THAT(cluster.last_output, Contains("healthy 1"));
  CHECK_THAT(cluster.last_output, Contains("task 0: TASK_KILLED: health check (command 'test ! -e "));
  CHECK_THAT(cluster.last_output, Contains("failed 2 times in a row: exited with status 1"));
  CHECK_THAT(cluster.last_output, Contains("0 finished, 1 failed, 1 repeated"));
}

TEST_CASE("no more tasks at a time than was asked for") {
  TestCluster cluster("tcp");
  TempDirectory files;
  // Two at a time would find the directory of the other.
  const std::string script =
      "mkdir " + files.path("alone") + " && sleep 0.02 && rmdir " + files.path("alone");
  CHECK(cluster.run({"--count", "10", "--parallel", "1", "--shell", "--", script}) == 0);
}

TEST_CASE("an interrupt kills the tasks and takes the framework down") {
  TestCluster cluster("tcp");
  const std::string duration = unique_sleep(1000);
  auto run = cluster.start_run({"--count", "6", "--", "sleep", duration});
  REQUIRE(eventually([&] { return processes_with("sleep " + duration) >= 7; }));  // six and mesoscore-run
  run->signal(SIGINT);
  CHECK(run->wait() == 130);
  CHECK_THAT(run->err(), Contains("interrupted: killing 6 tasks"));
  CHECK(eventually([&] { return processes_with("sleep " + duration) == 0; }));
  CHECK(cluster.run({"--count", "8", "--", "true"}) == 0);  // all resources are back
}

TEST_CASE("when mesoscore-run is killed its tasks end and the cluster goes on") {
  const std::string transport = GENERATE("tcp", "unix");
  CAPTURE(transport);
  TestCluster cluster(transport);
  const std::string duration = unique_sleep(1000);
  auto run = cluster.start_run({"--count", "8", "--", "sleep", duration});
  REQUIRE(eventually([&] { return processes_with("sleep " + duration) >= 9; }));
  run->signal(SIGKILL);
  CHECK(run->wait() == 128 + SIGKILL);
  CHECK(eventually([&] { return processes_with("sleep " + duration) == 0; }));
  CHECK(cluster.run({"--count", "8", "--", "true"}) == 0);
}

TEST_CASE("two runs share the cluster") {
  TestCluster cluster("unix");
  auto one = cluster.start_run({"--role", "eng/one", "--count", "40", "--", "sleep", "0.05"});
  auto two = cluster.start_run({"--role", "eng/two", "--count", "40", "--", "sleep", "0.05"});
  CHECK(one->wait() == 0);
  CHECK(two->wait() == 0);
}

TEST_CASE("master and agent end in good order") {
  TestCluster cluster("tcp", 1);
  const std::string duration = unique_sleep(1000);
  auto run = cluster.start_run({"--", "sleep", duration});
  REQUIRE(eventually([&] { return processes_with("sleep " + duration) >= 2; }));
  cluster.agent(0).signal(SIGTERM);
  CHECK(cluster.agent(0).wait() == 0);
  // The task is gone. mesoscore-run has heard of it (1: killed), or still waits for another agent (130:
  // interrupted).
  CHECK(eventually([&] { return processes_with("sleep " + duration) <= 1; }));
  run->signal(SIGTERM);
  const int code = run->wait();
  CHECK((code == 1 || code == 130));
}
