// Whatever is in a group, and whoever left it there: it is emptied and removed.
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "harness.hpp"
#include "isolators/cgroups/group.hpp"

using namespace cgroups_test;

namespace {

// In the groups of `name`, which the launcher knows nothing of.
pid_t stranger_in(const Host& host, const std::string& name) {
  std::vector<std::string> groups;
  for (const auto& part : host.subtree().parts()) groups.push_back(part.path + "/" + name);
  return stranger(groups);
}

bool is_in(const Host& host, pid_t pid, const std::string& name) {
  const auto pids = control_groups::processes_of(host.subtree().parts().back(), name);
  return std::find(pids.begin(), pids.end(), pid) != pids.end();
}

// 0: it does not end.
int signal_of(Host& host, pid_t pid) {
  int status = 0;
  const bool ended = host.run_until([&] { return ::waitpid(pid, &status, WNOHANG) == pid; });
  return ended && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("what nobody knows of in a group ends with it", "[cgroups][end]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_kill())));
  host.prepare("a");
  const pid_t pid = stranger_in(host, "a");
  REQUIRE(host.run_until([&] { return is_in(host, pid, "a"); }));
  host.hide_kill_file("a");
  CHECK(host.cgroups().cleanup(ContainerId("a")));
  CHECK(signal_of(host, pid) == SIGKILL);
  CHECK(host.run_until([&] { return host.groups_left().empty(); }));
  host.close();
}

TEST_CASE("groups that a task has made in its own end with it", "[cgroups][end]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_kill())));
  host.prepare("a");
  for (const auto& part : host.subtree().parts()) {
    REQUIRE(std::filesystem::create_directories(part.path + "/a/lower/lowest"));
  }
  const pid_t pid = stranger_in(host, "a/lower/lowest");
  const bool entered = host.run_until([&] { return is_in(host, pid, "a/lower/lowest"); });
  host.hide_kill_file("a");
  CHECK(host.cgroups().cleanup(ContainerId("a")));
  CHECK(entered);
  CHECK(signal_of(host, pid) == SIGKILL);
  CHECK(host.run_until([&] { return host.groups_left().empty(); }));
  host.close();
}

TEST_CASE("a kill leaves nothing of what forks as fast as it can", "[cgroups][end]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  options.pids_max = 40;
  Host host(options, nullptr, GENERATE(from_range(by_kill())));
  for (int i = 0; i < 5; ++i) {
    const std::string id = "bomb" + std::to_string(i);
    host.launch(
        id, "trap '' TERM; bomb() { (setsid sleep 1000 &) ; bomb & bomb & wait; }; bomb & exec sleep 1000",
        "cpus:1;mem:128");
    host.wait_for(id, Kind::started);
    host.hide_kill_file(id);
    host.run_for(100ms);
    host.kill(id);
    host.wait_for(id, Kind::exited);
  }
  CHECK(host.run_until([&] { return host.groups_left().empty(); }));
  host.close();
}

TEST_CASE("containers go on under the next agent, and orphans end", "[cgroups][end]") {
  if (cannot_run()) return;
  const CgroupsOptions options = own_root();
  const Machine machine = GENERATE(from_range(by_version()));
  std::shared_ptr<test::Folder> folder;
  {
    Host first(options, nullptr, machine);
    first.launch("kept", "echo here; sleep 1000", "cpus:1;mem:64", TaskLimits{.cpus = {}, .mem = 200});
    first.launch("orphan", "echo here; sleep 1000");
    REQUIRE(first.wait_for_output("kept", "here"));
    REQUIRE(first.wait_for_output("orphan", "here"));
    folder = first.leave();
  }
  Host second(options, folder, machine);
  CHECK(second.groups_left().size() == 2 * second.subtree().parts().size());
  second.recover({"kept"});
  CHECK(second.run_until([&] { return second.groups_left().size() == second.subtree().parts().size(); }));
  CHECK(second.usage("kept").mem_limit_bytes == 200u << 20);
  CHECK(second.usage("kept").threads.value_or(0) >= 1);
  second.update("kept", "cpus:1;mem:100");
  CHECK(second.usage("kept").mem_limit_bytes == 200u << 20);  // its own limit still counts
  CHECK(second.usage("kept").mem_soft_limit_bytes == 100u << 20);
  second.kill("kept");
  second.wait_for("kept", Kind::exited);
  second.close();
}

TEST_CASE("memory is watched over under the next agent as well", "[cgroups][end]") {
  if (cannot_run()) return;
  const CgroupsOptions options = own_root();
  const Machine machine = GENERATE(from_range(by_version()));
  std::shared_ptr<test::Folder> folder;
  {
    Host first(options, nullptr, machine);
    first.launch(
        "a",
        "until [ -e go ]; do sleep 0.05; done; dd if=/dev/zero of=/dev/null bs=200M count=1; sleep 1000");
    first.wait_for("a", Kind::started);
    folder = first.leave();
  }
  Host second(options, folder, machine);
  second.recover({"a"});
  std::ofstream(*folder / "work/sandboxes/agent/framework/task-a/a/go") << "now";
  const ContainerEvent exited = second.wait_for("a", Kind::exited);
  CHECK(exited.reason == TaskReason::container_limitation_memory);
  second.close();
}

TEST_CASE("an agent that is not asked to recover removes what it finds before it starts anything",
          "[cgroups][end]") {
  if (cannot_run()) return;
  const CgroupsOptions options = own_root();
  const Machine machine = GENERATE(from_range(by_version()));
  std::shared_ptr<test::Folder> folder;
  pid_t pid = 0;
  {
    Host first(options, nullptr, machine);
    first.prepare("left");
    pid = stranger_in(first, "left");
    REQUIRE(first.run_until([&] { return is_in(first, pid, "left"); }));
    folder = first.leave();
  }
  Host second(options, folder, machine);
  second.launch("a", "exit 3");
  second.wait_for("a", Kind::exited);
  CHECK(signal_of(second, pid) == SIGKILL);
  second.close();
}
