// Version 1: the group of a container that has ended is given to the next one, but only if nothing of the
// first can be seen there.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>

#include "catch.hpp"
#include "harness.hpp"
#include "isolators/cgroups/group.hpp"
#include "isolators/cgroups/spares.hpp"
#include "support/skip.hpp"

using namespace cgroups_test;
using control_groups::Controller;
using control_groups::Part;

namespace {

ino_t number_of(const Part& part, const std::string& name) {
  struct stat about {};
  return ::stat((part.path + "/" + name).c_str(), &about) == 0 ? about.st_ino : 0;
}

// Of the hierarchy with that controller; nothing, said aloud, if groups are not given on there.
const Part* part_with_spares(const Host& host, Controller controller) {
  const Part* const part = host.subtree().part_of(controller);
  if (part && control_groups::Spares::can_be_of(*part)) return part;
  test::skip("spare groups of " + std::string(name_of(controller, 1)) + ": not in a version 1 of its own");
  return nullptr;
}

Status end(Host& host, const std::string& id) { return host.cgroups().cleanup(ContainerId(id)); }

// Is the group of `first`, which exists, the one that `second` gets after it?
bool is_given_on(Host& host, const Part& part, const std::string& first, const std::string& second) {
  const ino_t number = number_of(part, first);
  REQUIRE(number != 0);
  REQUIRE(end(host, first));
  host.prepare(second);
  REQUIRE(number_of(part, second) != 0);
  CHECK(number_of(part, first) == 0);
  return number_of(part, second) == number;
}

// The same of a container that runs.
bool is_given_on_when_killed(Host& host, const Part& part, const std::string& first,
                             const std::string& second) {
  const ino_t number = number_of(part, first);
  REQUIRE(number != 0);
  host.kill(first);
  host.wait_for(first, Kind::exited);
  host.prepare(second);
  return number_of(part, second) == number;
}

void write(const Part& part, const std::string& file, const char* text) {
  REQUIRE(control_groups::write_file(part.dir.get(), file.c_str(), text) == 0);
}

}  // namespace

TEST_CASE("the next container has the group of one that has ended, with limits of its own",
          "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_version())));
  host.prepare("a", "cpus:3;mem:64");
  for (const Part& part : host.subtree().parts()) {
    if (!control_groups::Spares::can_be_of(part)) continue;
    INFO(part.path);
    host.prepare("first", "cpus:3;mem:64");
    CHECK(is_given_on(host, part, "first", "second"));
    REQUIRE(end(host, "second"));
  }
  const Part* const cpu = part_with_spares(host, Controller::cpu);
  if (cpu) {
    CHECK(is_given_on(host, *cpu, "a", "b"));
    CHECK(host.read(Controller::cpu, "b", "", "cpu.shares") == "1024");
  }
  host.close();
}

TEST_CASE("groups of memory and of version 2 are never given on", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_version())));
  for (const Part& part : host.subtree().parts()) {
    if (part.version == 1 && !part.controllers.has(Controller::memory)) continue;
    INFO(part.path);
    host.prepare("first");
    REQUIRE(end(host, "first"));
    CHECK(number_of(part, "first") == 0);
  }
  host.close();
}

TEST_CASE("what runs in a group that was another's is limited and counted anew", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host;
  const Part* const pids = part_with_spares(host, Controller::pids);
  if (!pids) return;
  host.prepare("spare");
  const ino_t number = number_of(*pids, "spare");
  REQUIRE(end(host, "spare"));
  host.launch("a", "cat /proc/self/cgroup; sleep 1000");
  REQUIRE(host.wait_for_output("a", pids->shown + "/a\n"));
  CHECK(number_of(*pids, "a") == number);
  CHECK(host.usage("a").threads.value_or(0) >= 1);
  CHECK(host.usage("a").io_writes.value_or(0) == 0);
  host.close();
}

TEST_CASE("a group that kept its container from forking is not given on", "[cgroups][spares]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  options.pids_max = 3;
  Host host(options);
  const Part* const pids = part_with_spares(host, Controller::pids);
  if (!pids) return;
  // The task's first process has no need to fork again: a shell that cannot, ends.
  host.launch("a", "(sleep 1000 & sleep 1000 & sleep 1000 & wait) & exec sleep 1000");
  REQUIRE(host.run_until([&] { return host.read(Controller::pids, "a", "", "pids.events") != "max 0"; }));
  CHECK_FALSE(is_given_on_when_killed(host, *pids, "a", "b"));
  host.close();
}

TEST_CASE("a group with a quota is not given on", "[cgroups][spares]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  options.cpu_hard_limit = true;
  Host host(options);
  const Part* const cpu = part_with_spares(host, Controller::cpu);
  if (!cpu) return;
  host.prepare("a");
  CHECK_FALSE(is_given_on(host, *cpu, "a", "b"));
  host.close();
}

TEST_CASE("a group whose periods were counted is not given on", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host;
  const Part* const cpu = part_with_spares(host, Controller::cpu);
  if (!cpu) return;
  host.launch("a", "while :; do :; done");
  host.wait_for("a", Kind::started);
  write(*cpu, "a/cpu.cfs_quota_us", "20000");  // by somebody
  REQUIRE(host.run_until([&] {
    return control_groups::value_of(host.read(Controller::cpu, "a", "", "cpu.stat"), "nr_periods") != 0u;
  }));
  write(*cpu, "a/cpu.cfs_quota_us", "-1");
  CHECK_FALSE(is_given_on_when_killed(host, *cpu, "a", "b"));
  host.close();
}

TEST_CASE("a group whose disk transfers were counted is not given on", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host;
  const Part* const io = part_with_spares(host, Controller::io);
  const std::string place = place_on_disk(host.folder());
  if (place.empty()) test::skip("spare groups of blkio: no disk");
  if (!io || place.empty()) return;
  host.launch("a", "dd if=/dev/zero of=" + place + " bs=1M count=1 oflag=direct && echo written; sleep 1000");
  REQUIRE(host.wait_for_output("a", "written"));
  CHECK_FALSE(is_given_on_when_killed(host, *io, "a", "b"));
  host.close();
}

TEST_CASE("a group with groups below it is not given on", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host;
  const Part* const pids = part_with_spares(host, Controller::pids);
  if (!pids) return;
  host.prepare("a");
  REQUIRE(std::filesystem::create_directories(pids->path + "/a/lower/lowest"));
  CHECK_FALSE(is_given_on(host, *pids, "a", "b"));
  host.close();
}

TEST_CASE("a group with a process in it is not given on, and the process ends", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_kill())));
  const Part* const pids = part_with_spares(host, Controller::pids);
  if (!pids) return;
  host.prepare("a");
  const pid_t pid = stranger({pids->path + "/a"});
  REQUIRE(host.run_until([&] { return host.read(Controller::pids, "a", "", "pids.current") == "1"; }));
  host.hide_kill_file("a");
  const ino_t number = number_of(*pids, "a");
  REQUIRE(end(host, "a"));
  host.prepare("b");
  CHECK(number_of(*pids, "b") != number);
  int status = 0;
  CHECK(host.run_until([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }));
  CHECK(WTERMSIG(status) == SIGKILL);
  host.close();
}

TEST_CASE("a group whose processes wait to be reaped is not given on", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_version())));
  const Part* const pids = part_with_spares(host, Controller::pids);
  if (!pids) return;
  host.prepare("a");
  const pid_t pid = stranger({pids->path + "/a"});
  REQUIRE(host.run_until([&] { return host.read(Controller::pids, "a", "", "pids.current") == "1"; }));
  ::kill(pid, SIGKILL);
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
  CHECK_FALSE(is_given_on(host, *pids, "a", "b"));
  CHECK(host.read(Controller::pids, "b", "", "pids.current") == "0");
  CHECK(::waitpid(pid, nullptr, 0) == pid);
  host.close();
}

TEST_CASE("when one group of a container is not empty all are removed, and made anew for its id",
          "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_version())));
  const Part* const pids = part_with_spares(host, Controller::pids);
  if (!pids) return;
  host.prepare("a");
  const pid_t pid = stranger({pids->path + "/a"});
  REQUIRE(host.run_until([&] { return host.read(Controller::pids, "a", "", "pids.current") == "1"; }));
  REQUIRE(end(host, "a"));
  CHECK(::waitpid(pid, nullptr, 0) == pid);
  CHECK(host.run_until([&] { return host.groups_left().empty(); }));
  CHECK(host.cgroups().groups_left() == 0);
  host.prepare("a");
  for (const Part& part : host.subtree().parts()) {
    INFO(part.path);
    CHECK(number_of(part, "a") != 0);
  }
  host.close();
}

TEST_CASE("who enters a spare ends with it", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host;
  const Part* const cpu = part_with_spares(host, Controller::cpu);
  if (!cpu) return;
  host.prepare("a");
  REQUIRE(end(host, "a"));
  const pid_t pid = stranger({cpu->path + "/a"});
  const auto entered = [&] { return !control_groups::processes_of(*cpu, "a").empty(); };
  while (!entered()) {  // the host does not run meanwhile: the spare stays
    if (::waitpid(pid, nullptr, WNOHANG) == pid) FAIL("the spare was gone");
  }
  CHECK(host.run_until([&] { return ::waitpid(pid, nullptr, WNOHANG) == pid; }));
  CHECK(host.run_until([&] { return host.groups_left().empty(); }));
  host.close();
}

TEST_CASE("a spare that does not take the settings is replaced", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host;
  const Part* const cpu = part_with_spares(host, Controller::cpu);
  if (!cpu) return;
  host.prepare("a");
  if (control_groups::write_file(cpu->dir.get(), "a/cpu.idle", "1") != 0) {
    return test::skip("a group without a weight: this kernel has no cpu.idle");
  }
  CHECK_FALSE(is_given_on(host, *cpu, "a", "b"));
  CHECK(host.read(Controller::cpu, "b", "", "cpu.shares") == "1024");
  host.close();
}

TEST_CASE("a spare that was removed by somebody is replaced", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host;
  const Part* const pids = part_with_spares(host, Controller::pids);
  if (!pids) return;
  host.prepare("a");
  REQUIRE(end(host, "a"));
  REQUIRE(std::filesystem::remove(pids->path + "/a"));
  host.prepare("b");
  CHECK(number_of(*pids, "b") != 0);
  REQUIRE(end(host, "b"));
  REQUIRE(std::filesystem::remove(pids->path + "/b"));
  host.prepare("b");
  CHECK(number_of(*pids, "b") != 0);
  host.close();
}

TEST_CASE("an id that is used again has its group again, and no second one", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_version())));
  host.prepare("other");
  host.prepare("a");
  REQUIRE(end(host, "a"));
  REQUIRE(end(host, "other"));
  host.prepare("a");
  LaunchContainer call;
  call.container_id = ContainerId("a");
  LaunchPlan plan;
  const Status again = host.cgroups().prepare({.call = call}, plan);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::already_exists);
  for (const Part& part : host.subtree().parts()) CHECK(number_of(part, "a") != 0);
  host.close();
}

TEST_CASE("spares that nobody wants are removed soon", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host;
  if (!part_with_spares(host, Controller::pids)) return;
  host.prepare("a");
  host.prepare("b");
  REQUIRE(end(host, "a"));
  REQUIRE(end(host, "b"));
  CHECK_FALSE(host.groups_left().empty());
  CHECK(host.cgroups().groups_left() == host.groups_left().size());
  CHECK(host.run_until([&] { return host.groups_left().empty(); }));
  CHECK(host.cgroups().groups_left() == 0);
  host.close();
}

TEST_CASE("an agent that ends leaves no spares", "[cgroups][spares]") {
  if (cannot_run()) return;
  Host host;
  std::vector<std::string> roots;
  for (const Part& part : host.subtree().parts()) roots.push_back(part.path);
  host.prepare("a");
  REQUIRE(end(host, "a"));
  host.leave();
  for (const std::string& root : roots) CHECK_FALSE(std::filesystem::exists(root));
}

TEST_CASE("no more groups are kept than the option says", "[cgroups][spares]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  options.spare_groups = GENERATE(0u, 1u);
  Host host(options);
  const Part* const pids = part_with_spares(host, Controller::pids);
  if (!pids) return;
  host.prepare("a");
  host.prepare("b");
  REQUIRE(end(host, "a"));
  REQUIRE(end(host, "b"));
  CHECK(control_groups::directories_in(pids->dir.get()).size() == options.spare_groups);
  host.close();
}
