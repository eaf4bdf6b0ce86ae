// All isolators together, through the programs.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cluster.hpp"
#include "support/skip.hpp"

using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

std::string own_root() { return "mesoscore-test-full-" + std::to_string(::getpid()); }

// In all hierarchies.
std::size_t groups_left() {
  std::size_t count = 0;
  std::error_code ignored;
  for (const auto& one : fs::recursive_directory_iterator(
           "/sys/fs/cgroup", fs::directory_options::skip_permission_denied, ignored))
    count += one.path().filename() == own_root() ? 1 : 0;
  return count;
}

// One agent that has everything, but for the time of its tests.
struct Full {
  TempDirectory data;
  TestCluster cluster;

  explicit Full(std::vector<std::string> more = {})
      : cluster("unix", 1, "cpus:4;mem:1024;disk:1024", flags(std::move(more))) {
    std::ofstream(data.path("file")) << "shared\n";
  }
  std::vector<std::string> flags(std::vector<std::string> more) const {
    more.insert(more.end(), {"--isolation", "full", "--cgroup-root", own_root(), "--task-user", "nobody",
                             "--volume-root", data.path(), "--allow-exec"});
    return more;
  }
  std::string tell(const std::string& script, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--follow", "--shell", "--", script});
    const auto run = cluster.start_run(more);
    const int exit_code = run->wait();
    INFO(run->err());
    CHECK(exit_code == 0);
    return run->out();
  }
};

std::string ctl(const TestCluster& cluster, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {MESOSCORE_PROGRAM_MESOSCORE_CTL, "--master", cluster.endpoint()});
  Process process(std::move(arguments));
  process.wait();
  return process.out();
}

bool is_missing() {
  if (::geteuid() == 0 && fs::exists("/sys/fs/cgroup")) return false;
  mesoscore::test::skip("the full set of isolators needs root and control groups");
  return true;
}

}  // namespace

TEST_CASE("a task in the full set has what it asks for, and is held by every isolator", "[isolation]") {
  if (is_missing()) return;
  {
    Full full;
    CHECK(full.tell("id -u; cat data/file; touch data/x 2>/dev/null || echo read-only; touch /tmp/mine && ls "
                    "/tmp/mine",
                    {"--volume", full.data.path() + ":data:ro"}) == "65534\nshared\nread-only\n/tmp/mine\n");
    const std::string state =
        full.tell("cat /proc/1/comm; grep -E 'Seccomp:|NoNewPrivs|CapEff' /proc/self/status; grep -c " +
                  own_root() + " /proc/self/cgroup");
    CHECK_THAT(state, Contains("mesoscore-init\n") && Contains("CapEff:\t0000000000000000\n") &&
                          Contains("NoNewPrivs:\t1\n") && Contains("Seccomp:\t2\n"));
    CHECK_FALSE(fs::exists("/tmp/mine"));
    // As root it may do little more.
    CHECK(full.tell("for f in /proc/sys/kernel/core_pattern /sys/fs/cgroup/*/cgroup.procs; do "
                    "(exec 2>/dev/null; true >> $f && echo wrote $f); done; "
                    "mount -t tmpfs t /mnt 2>/dev/null || echo held",
                    {"--user", "root"}) == "held\n");
    REQUIRE(groups_left() > 0);
  }
  CHECK(eventually([] { return groups_left() == 0; }));
}

TEST_CASE("tasks of another user reach their sandbox in the work directory that the agent chooses",
          "[isolation]") {
  if (::geteuid() != 0) return mesoscore::test::skip("other users are for root");
  TestCluster cluster("unix", 0);
  Process agent({MESOSCORE_PROGRAM_MESOSCORE_AGENT, "--master", cluster.endpoint(), "--resources",
                 "cpus:1;mem:64", "--task-user", "nobody"});
  REQUIRE(!agent.line("registered").empty());
  const auto run = cluster.start_run({"--follow", "--", "id", "-u"});
  CHECK(run->wait() == 0);
  CHECK(run->out() == "65534\n");
}

TEST_CASE("a memory hog in the full set fails with the figures, and a limit lets it burst", "[isolation]") {
  if (is_missing()) return;
  Full full;
  const std::string hog = "exec dd if=/dev/zero of=/dev/null bs=60M count=1";
  CHECK(full.cluster.run({"--mem", "32", "--shell", "--", hog}) == 1);
  CHECK_THAT(full.cluster.last_output, Contains("the limit is 32 MiB"));
  CHECK(full.cluster.run({"--mem", "32", "--limit-mem", "128", "--shell", "--", hog}) == 0);
}

TEST_CASE("checks and exec run in the namespaces of a task of the full set", "[isolation]") {
  if (is_missing()) return;
  Full full;
  const auto run = full.cluster.start_run(
      {"--name", "job", "--health-cmd", "test $(cat /proc/1/comm) = mesoscore-init", "--health-interval",
       "100ms", "--health-failures", "1", "--health-grace", "0s", "--", "sleep", "1000"});
  REQUIRE(eventually([&] { return ctl(full.cluster, {"tasks"}).find("TASK_RUNNING") != std::string::npos; }));
  const std::string seen =
      ctl(full.cluster, {"exec", "job-0", "--", "sh", "-c",
                         "cat /proc/1/comm; grep Seccomp: /proc/self/status; id -u; ls / | wc -l"});
  CHECK_THAT(seen, Contains("mesoscore-init\nSeccomp:\t2\n65534\n"));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // some checks more
  CHECK_THAT(ctl(full.cluster, {"tasks"}), Contains("TASK_RUNNING"));
  run->signal(SIGTERM);
  run->wait();

  // A check that does not hold: the task is killed.
  CHECK(full.cluster.run({"--health-cmd", "test $(cat /proc/1/comm) = init", "--health-interval", "100ms",
                          "--health-failures", "2", "--health-grace", "0s", "--", "sleep", "1000"}) != 0);
}

TEST_CASE("a killed agent comes back to its tasks of the full set", "[isolation]") {
  if (is_missing()) return;
  TempDirectory state;
  const auto run_of = [](const TestCluster& cluster) {
    return cluster.start_run(
        {"--name", "job", "--follow", "--shell", "--", "echo up; sleep 4; echo over; exit 7"});
  };
  Full full({"--storage", state.path("agent.db")});
  const auto run = run_of(full.cluster);
  REQUIRE(eventually([&] { return run->out().find("up\n") != std::string::npos; }));
  full.cluster.kill_agent_and_restart(0);
  CHECK(run->wait() == 7);
  CHECK_THAT(run->out(), Contains("up\n") && Contains("over\n"));
}
