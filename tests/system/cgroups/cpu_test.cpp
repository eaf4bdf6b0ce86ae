// Cpu time and processes.
#include "catch.hpp"
#include "harness.hpp"
#include "isolators/cgroups/group.hpp"
#include "support/skip.hpp"

using namespace cgroups_test;
using control_groups::Controller;

namespace {

constexpr const char* kBusy = "while :; do :; done";

bool is_user_mode_kernel() {
  return control_groups::read_all(AT_FDCWD, "/proc/cpuinfo").find("UML") != std::string::npos;
}

}  // namespace

TEST_CASE("two that want the same cpu share it as their resources say", "[cgroups][cpu]") {
  if (cannot_run()) return;
  if (is_user_mode_kernel()) return test::skip("shares of cpu time: the clock of this kernel is too coarse");
  Host host;
  host.launch("large", std::string("exec taskset -c 0 sh -c '") + kBusy + "'", "cpus:3;mem:64");
  host.launch("small", std::string("exec taskset -c 0 sh -c '") + kBusy + "'", "cpus:1;mem:64");
  host.wait_for("large", Kind::started);
  host.wait_for("small", Kind::started);
  host.run_for(300ms);
  const double large = host.cpu_seconds("large"), small = host.cpu_seconds("small");
  host.run_until([&] { return host.cpu_seconds("small") - small > 0.4; });
  const double ratio = (host.cpu_seconds("large") - large) / (host.cpu_seconds("small") - small);
  INFO("ratio " << ratio);
  CHECK(ratio == Approx(3).epsilon(0.1));
  host.close();
}

TEST_CASE("a quota holds, and how often it did is counted", "[cgroups][cpu]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_version())));
  host.launch("a", kBusy, "cpus:0.1;mem:64", TaskLimits{.cpus = 0.2, .mem = {}});
  host.wait_for("a", Kind::started);
  host.run_for(500ms);
  const double before = host.cpu_seconds("a");
  const auto begin = std::chrono::steady_clock::now();
  host.run_for(2500ms);
  const double used = host.cpu_seconds("a") - before;
  const double time = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  INFO("used " << used << " s in " << time << " s");
  CHECK(used / time < 0.23);
  CHECK(used / time > 0.1);  // others may want the cpu as well
  ContainerUsage usage;      // a task that others keep from its cpu is throttled less often
  CHECK(host.run_until([&] {
    usage = host.usage("a");
    return usage.cpus_nr_throttled.value_or(0) > 5 && usage.cpus_throttled_time_secs.value_or(0) > 0.05;
  }));
  CHECK(usage.cpus_nr_periods.value_or(0) >= usage.cpus_nr_throttled.value_or(0));
  ContainerUsage counted;  // by control groups alone: the process isolator could tell times as well
  host.cgroups().usage(ContainerId("a"), counted);
  CHECK(counted.cpus_user_time_secs.value_or(0) > 0.05);
  CHECK(counted.cpus_system_time_secs);
  host.close();
}

TEST_CASE("a fork bomb is held, and harms nobody", "[cgroups][pids]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  options.pids_max = 24;
  Host host(options);
  // The task's first process has no need to fork again: a shell that cannot, ends.
  host.launch("bomb", "bomb() { bomb & bomb & sleep 1000; }; bomb & exec sleep 1000", "cpus:1;mem:128");
  host.wait_for("bomb", Kind::started);
  const auto refused = [&] {
    const std::string events = host.read(Controller::pids, "bomb", "pids.events", "pids.events");
    return control_groups::value_of(events, "max").value_or(0);
  };
  REQUIRE(host.run_until([&] { return refused() > 0; }));
  host.launch("other", "for i in 1 2 3 4 5; do /bin/true; done; echo fine");
  CHECK(host.wait_for("other", Kind::exited).wait_status == 0);
  CHECK(host.output("other") == "fine\n");
  CHECK(host.usage("bomb").threads.value_or(99) <= 24);
  host.kill("bomb");
  host.wait_for("bomb", Kind::exited);
  host.close();
}

TEST_CASE("a frozen container stands still until it is thawed", "[cgroups][cpu]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_version())));
  host.launch("a", kBusy);
  host.wait_for("a", Kind::started);
  REQUIRE(host.run_until([&] { return host.cpu_seconds("a") > 0.05; }));
  REQUIRE(control_groups::freeze_group(host.subtree(), "a", true));
  host.run_for(200ms);
  const double frozen = host.cpu_seconds("a");
  host.run_for(500ms);
  CHECK(host.cpu_seconds("a") == frozen);
  REQUIRE(control_groups::freeze_group(host.subtree(), "a", false));
  CHECK(host.run_until([&] { return host.cpu_seconds("a") > frozen + 0.05; }));
  host.close();
}

TEST_CASE("all containers keep to the cpus that they are given", "[cgroups][cpu]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  options.cpuset_cpus = "0";
  {
    const auto texts = control_groups::proc_texts();
    const auto chosen =
        control_groups::choose(options, control_groups::find_hierarchies(texts, options.mount_point), {});
    if (!chosen) return test::skip("cpusets: " + chosen.error().message.substr(0, 34));
  }
  Host host(options);
  host.launch("a", "grep Cpus_allowed_list /proc/self/status");
  CHECK(host.wait_for("a", Kind::exited).wait_status == 0);
  CHECK(host.output("a") == "Cpus_allowed_list:\t0\n");
  host.close();
}
