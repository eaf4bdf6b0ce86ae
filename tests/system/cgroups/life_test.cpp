// Where a container is put, what the kernel is told of it, and that nothing of it remains.
#include "catch.hpp"
#include "harness.hpp"
#include "isolators/cgroups/files.hpp"
#include "support/skip.hpp"

using namespace cgroups_test;
using control_groups::Controller;

TEST_CASE("the controllers are those that this run is meant for", "[cgroups]") {
  if (cannot_run()) return;
  const char* const version = std::getenv("MESOSCORE_TEST_CGROUP_VERSION");
  if (!version) return;
  Host host;
  for (const Controller one : {Controller::cpu, Controller::memory, Controller::pids, Controller::io}) {
    REQUIRE(host.subtree().part_of(one));
    CHECK(host.subtree().part_of(one)->version == std::stoi(version));
  }
  host.close();
}

TEST_CASE("all machines that this one can be taken for are tried", "[cgroups]") {
  if (cannot_run()) return;
  for (const Machine machine : {Machine::version_1, Machine::no_kill_file}) {
    const std::string missing = missing_for(machine);
    const std::string what = machine == Machine::version_1 ? "version 1 alone: " : "no cgroup.kill: ";
    if (!missing.empty()) test::skip(what + missing);
  }
  if (!missing_for(Machine::version_1).empty()) return;
  Host host(Machine::version_1);
  CHECK_FALSE(host.subtree().unified());
  for (const Controller one :
       {Controller::cpu, Controller::memory, Controller::pids, Controller::cpuacct, Controller::freezer}) {
    CHECK(host.subtree().part_of(one));
  }
  host.close();
}

TEST_CASE("a process is in its groups from the beginning, and so is what it starts", "[cgroups]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_version())));
  host.launch("a", "cat /proc/self/cgroup; (cat /proc/self/cgroup)");
  CHECK(host.wait_for("a", Kind::exited).wait_status == 0);
  const std::string output = host.output("a");
  for (const auto& part : host.subtree().parts()) {
    const std::string line = ":" + part.key + ":" + part.shown + "/a\n";
    INFO(output);
    const std::size_t first = output.find(line);
    REQUIRE(first != std::string::npos);
    CHECK(output.find(line, first + 1) != std::string::npos);
  }
  host.close();
}

TEST_CASE("the kernel has the limits that the resources say", "[cgroups]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  options.pids_max = 77;
  options.cpu_hard_limit = true;
  Host host(options, nullptr, GENERATE(from_range(by_version())));
  host.launch("a", "sleep 1000", "cpus:0.5;mem:64");
  host.wait_for("a", Kind::started);
  CHECK(host.read(Controller::memory, "a", "memory.max", "memory.limit_in_bytes") == "67108864");
  CHECK(host.read(Controller::pids, "a", "pids.max", "pids.max") == "77");
  const bool v2 = host.subtree().part_of(Controller::cpu)->version == 2;
  CHECK(host.read(Controller::cpu, "a", "cpu.weight", "cpu.shares") == (v2 ? "50" : "512"));
  CHECK(host.read(Controller::cpu, "a", "cpu.max", "cpu.cfs_quota_us") == (v2 ? "50000 100000" : "50000"));
  if (host.subtree().part_of(Controller::memory)->version == 2) {
    CHECK(host.read(Controller::memory, "a", "memory.oom.group", "") == "1");
    CHECK(host.read(Controller::memory, "a", "memory.low", "") == "67108864");
  }
  const ContainerUsage usage = host.usage("a");
  CHECK(usage.mem_limit_bytes == 64u << 20);
  CHECK(usage.mem_soft_limit_bytes == 64u << 20);
  CHECK(usage.cpus_limit == 0.5);
  CHECK(usage.cpus_soft_limit == 0.5);
  CHECK(usage.processes_limit == 77u);
  CHECK(usage.threads.value_or(0) >= 1);
  CHECK(usage.processes.value_or(0) >= 1);
  CHECK(usage.mem_total_bytes.value_or(0) > 0);
  CHECK(usage.cpus_user_time_secs);
  CHECK(usage.timestamp > 1e9);
  host.close();
}

TEST_CASE("limits of a task above its resources let it burst", "[cgroups]") {
  if (cannot_run()) return;
  Host host;
  host.launch("a", "sleep 1000", "cpus:0.1;mem:32", TaskLimits{.cpus = 1.5, .mem = 96});
  host.launch("b", "sleep 1000", "cpus:0.1;mem:32", TaskLimits{.cpus = INFINITY, .mem = INFINITY});
  host.wait_for("a", Kind::started);
  host.wait_for("b", Kind::started);
  CHECK(host.read(Controller::memory, "a", "memory.max", "memory.limit_in_bytes") == "100663296");
  CHECK(host.usage("a").cpus_limit == 1.5);
  CHECK_FALSE(host.usage("b").cpus_limit);
  CHECK(host.usage("b").mem_limit_bytes == std::numeric_limits<std::uint64_t>::max());
  CHECK(control_groups::limit_in(host.read(Controller::memory, "b", "memory.max", "memory.limit_in_bytes")) ==
        std::nullopt);
  host.launch("c", "true", "cpus:0.1;mem:64", TaskLimits{.cpus = {}, .mem = 48});
  CHECK(host.wait_for("c", Kind::launch_failed).message.find("mem:48 is less than the 64 of its resources") !=
        std::string::npos);
  host.close();
}

TEST_CASE("a container id that would lead elsewhere makes no group", "[cgroups]") {
  if (cannot_run()) return;
  Host host;
  LaunchContainer call;
  for (const char* id : {"../up", "a/b", "/abs", ".", ".."}) {
    call.container_id = ContainerId(id);
    LaunchPlan plan;
    const Status prepared = host.cgroups().prepare({.call = call}, plan);
    REQUIRE_FALSE(prepared);
    INFO(prepared.error().message);
    CHECK(prepared.error().message.find(id) != std::string::npos);
    CHECK(plan.cgroup.empty());
  }
  CHECK(host.groups_left() == std::vector<std::string>());
  host.close();
}
