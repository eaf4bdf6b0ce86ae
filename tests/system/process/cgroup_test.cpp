// A process is born inside of its control groups, and one that cannot be put there does not run.
#include <sched.h>

#include <unistd.h>

#include <filesystem>
#include <string>

#include "catch.hpp"
#include "harness.hpp"

using namespace process_test;

namespace {

constexpr const char* kV2 = "/sys/fs/cgroup/unified";
constexpr const char* kV1 = "/sys/fs/cgroup/pids";

// A group of the test's own; empty if this machine does not let us.
class Group {
 public:
  Group(const std::string& hierarchy, const std::string& file) {
    if (!std::filesystem::exists(hierarchy + "/" + file)) return;
    std::string path = hierarchy + "/mesoscore-process-" + std::to_string(::getpid());
    std::error_code code;
    if (std::filesystem::create_directory(path, code) && !code) path_ = std::move(path);
  }
  ~Group() {
    if (!path_.empty()) ::rmdir(path_.c_str());
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  const std::string& path() const { return path_; }
  std::string name() const { return "/" + std::filesystem::path(path_).filename().string(); }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a process is born into its control group of version 2", "[process][cgroup]") {
  const Group group(kV2, "cgroup.procs");
  if (group.path().empty()) return skip(std::string("no control groups can be made in ") + kV2);
  Harness harness;
  LaunchPlan plan = harness.script("a", "grep ^0:: /proc/self/cgroup");
  plan.cgroup = group.path();
  std::string when_held;
  harness.launch("a", std::move(plan), [&](pid_t pid) {
    when_held = read_file("/proc/" + std::to_string(pid) + "/cgroup");
    return Status{};
  });
  CHECK(harness.wait_for_exit("a") == 0);
  CHECK(harness.output("a") == "0::" + group.name() + "\n");
  CHECK(when_held.find("0::" + group.name() + "\n") != std::string::npos);
}

TEST_CASE("a process enters its control groups of version 1 first", "[process][cgroup]") {
  const Group group(kV1, "cgroup.procs");
  if (group.path().empty()) return skip(std::string("no control groups can be made in ") + kV1);
  Harness harness;
  LaunchPlan plan = harness.script("a", "grep :pids: /proc/self/cgroup");
  plan.cgroups_v1 = {group.path()};
  std::string when_held;
  harness.launch("a", std::move(plan), [&](pid_t pid) {
    when_held = read_file(group.path() + "/cgroup.procs");
    return when_held == std::to_string(pid) + "\n" ? Status{} : fail(Errc::launch_failed, when_held);
  });
  CHECK(harness.wait_for_exit("a") == 0);
  CHECK(harness.output("a").find(":pids:" + group.name() + "\n") != std::string::npos);
}

TEST_CASE("the init of a pid namespace is in its control groups before it is looked at",
          "[process][cgroup]") {
  const Group group(kV1, "cgroup.procs");
  if (group.path().empty()) return skip(std::string("no control groups can be made in ") + kV1);
  Harness harness;
  int outside = 0;
  for (int i = 0; i < 50; ++i) {
    const std::string id = "c" + std::to_string(i);
    LaunchPlan plan = harness.command(id, {"true"});
    plan.cgroups_v1 = {group.path()};
    plan.namespaces = CLONE_NEWPID;
    harness.launch(id, std::move(plan), [&](pid_t pid) {
      const std::string own = read_file("/proc/" + std::to_string(pid) + "/cgroup");
      outside += own.find(":pids:" + group.name() + "\n") == std::string::npos;
      return Status{};
    });
    CHECK(harness.wait_for_exit(id) == 0);
  }
  CHECK(outside == 0);
}

TEST_CASE("a control group that is not there fails the launch", "[process][cgroup]") {
  Harness harness;
  LaunchPlan plan = harness.command("a", {"true"});
  plan.cgroup = "/no/such/group";
  CHECK(harness.failure_of("a", std::move(plan)) ==
        "cannot run \"true\": control group \"/no/such/group\": No such file or directory");
  plan = harness.command("b", {"true"});
  plan.cgroups_v1 = {"/proc", "/no/such/group"};
  CHECK(harness.failure_of("b", std::move(plan)) ==
        "cannot run \"true\": control group \"/proc\": No such file or directory");
  plan = harness.command("c", {"true"});
  plan.cgroup = harness.directory()->path();
  CHECK(harness.failure_of("c", std::move(plan)) ==
        "cannot run \"true\": control group \"" + harness.directory()->path() + "\": Bad file descriptor");
  plan = harness.command("d", {"true"});
  plan.cgroup = "relative";
  CHECK(harness.failure_of("d", std::move(plan)) ==
        "cannot run \"true\": control group \"relative\" is not an absolute path");
  harness.launch_script("after", "exit 5");
  CHECK(harness.wait_for_exit("after") == 5);
}
