// Amounts of resources in the terms of the kernel.
#include <cmath>

#include "catch.hpp"
#include "isolators/cgroups/disks.hpp"
#include "isolators/cgroups/limits.hpp"

using namespace mesoscore;
using namespace mesoscore::control_groups;

namespace {

Limits limits(const std::string& resources, const CgroupsOptions& options = {},
              const TaskLimits* task = nullptr) {
  auto result = limits_of(*Resources::parse(resources), task, options);
  INFO((result ? "" : result.error().message));
  REQUIRE(result);
  return *result;
}

std::string failure(const Resources& resources, TaskLimits task = {}) {
  const auto result = limits_of(resources, &task, {});
  return result ? "" : result.error().message;
}

std::string text(const std::vector<Setting>& settings) {
  std::string all;
  for (const Setting& one : settings) all += std::string(one.file) + "=" + one.text + ";";
  return all;
}

}  // namespace

TEST_CASE("shares and weights are in proportion to cpus", "[cgroups]") {
  CHECK(limits("cpus:1;mem:64").cpu_shares() == 1024);
  CHECK(limits("cpus:1;mem:64").cpu_weight() == 100);
  CHECK(limits("cpus:0.5;mem:64").cpu_shares() == 512);
  CHECK(limits("cpus:0.5;mem:64").cpu_weight() == 50);
  CHECK(limits("cpus:3;mem:64").cpu_weight() == 300);
  CHECK(limits("cpus:0.01;mem:64").cpu_shares() == 10);
  CHECK(limits("cpus:0.01;mem:64").cpu_weight() == 1);
  CHECK(limits("cpus:5000;mem:64").cpu_shares() == 262'144);  // the most that the kernel takes
  CHECK(limits("cpus:5000;mem:64").cpu_weight() == 10'000);
  CHECK(limits("cpus(eng):1;cpus:1;mem:64").cpu_shares() == 2048);
}

TEST_CASE("what is too little is raised", "[cgroups]") {
  const Limits none = limits("disk:10");
  CHECK(none.cpus == 0.01);
  CHECK(none.memory == 32u << 20);
  CHECK(none.memory_max == 32u << 20);
  CHECK(limits("cpus:0.001;mem:1").memory == 32u << 20);
  CHECK(limits("cpus:1;mem:33").memory == 33u << 20);
  CHECK(limits("cpus:1;mem:64.5").memory == (64u << 20) + (1u << 19));
}

TEST_CASE("a quota comes from the limit of the task, or from the agent's option", "[cgroups]") {
  using std::chrono::microseconds;
  CHECK_FALSE(limits("cpus:2;mem:64").cpu_quota());
  CgroupsOptions hard;
  hard.cpu_hard_limit = true;
  CHECK(limits("cpus:2;mem:64", hard).cpu_quota() == microseconds(200'000));
  const TaskLimits burst{.cpus = 3, .mem = {}}, infinite{.cpus = INFINITY, .mem = INFINITY},
      other{.cpus = {}, .mem = 99};
  CHECK(limits("cpus:2;mem:64", hard, &burst).cpu_quota() == microseconds(300'000));
  CHECK(limits("cpus:2;mem:64", {}, &burst).cpu_quota() == microseconds(300'000));
  CHECK_FALSE(limits("cpus:2;mem:64", hard, &infinite).cpu_quota());
  CHECK(limits("cpus:2;mem:64", hard, &other).cpu_quota() == microseconds(200'000));
  hard.cpu_period = std::chrono::milliseconds(10);
  CHECK(limits("cpus:2;mem:64", hard).cpu_quota() == microseconds(20'000));
  CHECK(limits("cpus:0.01;mem:64", hard).cpu_quota() ==
        microseconds(1000));  // the least that the kernel takes
}

TEST_CASE("memory may burst to the limit of the task", "[cgroups]") {
  const TaskLimits burst{.cpus = {}, .mem = 128}, infinite{.cpus = {}, .mem = INFINITY};
  CHECK(limits("cpus:1;mem:64", {}, &burst).memory == 64u << 20);
  CHECK(limits("cpus:1;mem:64", {}, &burst).memory_max == 128u << 20);
  CHECK_FALSE(limits("cpus:1;mem:64", {}, &infinite).memory_max);
  CgroupsOptions options;
  options.memory_high = 0.75;
  CHECK(limits("cpus:1;mem:64", options).memory_high == 48u << 20);
  CHECK_FALSE(limits("cpus:1;mem:64", options, &infinite).memory_high);
  CHECK_FALSE(limits("cpus:1;mem:64").memory_high);
}

TEST_CASE("amounts that cannot be are refused by their value", "[cgroups]") {
  const auto with = [](const char* name, double value) {
    Resources resources = *Resources::parse("cpus:1;mem:64");
    resources.add(Resource(Name(name), Scalar::from_double(value)));
    return resources;
  };
  CHECK(failure(with("cpus", 1e9)).find("cpus:1000000001 is no amount") == 0);
  CHECK(failure(with("mem", 2e12)).find("mem:2") == 0);
  const Resources one = *Resources::parse("cpus:1;mem:64");
  CHECK(failure(one, {.cpus = 0.5, .mem = {}}) ==
        "limits of the task: cpus:0.5 is less than the 1 of its resources");
  CHECK(failure(one, {.cpus = {}, .mem = 63}) ==
        "limits of the task: mem:63 is less than the 64 of its resources");
  CHECK(failure(one, {.cpus = -1, .mem = {}}).find("limits of the task: cpus:-1 is no amount") == 0);
  CHECK(failure(one, {.cpus = NAN, .mem = {}}).find("limits of the task: cpus:nan is no amount") == 0);
  CHECK(failure(one, {.cpus = {}, .mem = 1e300}).find("limits of the task: mem:1e+300 is no amount") == 0);
  CHECK(failure(one).empty());
}

TEST_CASE("what the kernel is told, in both versions", "[cgroups]") {
  CgroupsOptions options;
  options.cpu_hard_limit = true;
  options.memory_high = 0.5;
  const Limits full = limits("cpus:2;mem:64", options), plain = limits("cpus:2;mem:64");
  const auto cpu = Controller::cpu, memory = Controller::memory, pids = Controller::pids;
  CHECK(text(settings_of(full, cpu, 2, true)) == "cpu.weight=200;cpu.max=200000 100000;");
  CHECK(text(settings_of(full, cpu, 1, true)) ==
        "cpu.shares=2048;cpu.cfs_period_us=100000;cpu.cfs_quota_us=200000;");
  CHECK(text(settings_of(plain, cpu, 2, true)) == "cpu.weight=200;");
  CHECK(text(settings_of(plain, cpu, 2, false)) == "cpu.weight=200;cpu.max=max 100000;");
  CHECK(text(settings_of(plain, cpu, 1, false)) ==
        "cpu.shares=2048;cpu.cfs_period_us=100000;cpu.cfs_quota_us=-1;");
  CHECK(text(settings_of(full, memory, 2, true)) ==
        "memory.low=67108864;memory.high=33554432;memory.oom.group=1;memory.swap.max=0;memory.max=67108864;");
  CHECK(text(settings_of(full, memory, 1, true)) ==
        "memory.limit_in_bytes=67108864;memory.memsw.limit_in_bytes=67108864;");
  Limits bursting = plain;  // what it should have is worth a word only if it may have more
  bursting.memory_max = 2 * *plain.memory_max;
  CHECK(text(settings_of(bursting, memory, 1, true)) ==
        "memory.soft_limit_in_bytes=67108864;memory.limit_in_bytes=134217728;memory.memsw.limit_in_bytes="
        "134217728;");
  // Of a running one the hard limit is changed with more care.
  CHECK(text(settings_of(plain, memory, 2, false)) == "memory.low=67108864;");
  CHECK(text(settings_of(plain, memory, 1, false)) == "memory.soft_limit_in_bytes=67108864;");
  options.swap = true;
  const Limits swapping = limits("cpus:2;mem:64", options);
  CHECK(text(settings_of(swapping, memory, 1, true)) == "memory.limit_in_bytes=67108864;");
  CHECK(text(settings_of(plain, pids, 2, true)) == "pids.max=4096;");
  options.pids_max.reset();
  CHECK(settings_of(limits("cpus:1;mem:64", options), pids, 2, true).empty());
  options.io_read_bytes_per_second = 1000;
  options.io_write_bytes_per_second = 2000;
  CHECK(text(disk_settings(options, {"254:0"}, 2)) == "io.max=254:0 rbps=1000;io.max=254:0 wbps=2000;");
  CHECK(text(disk_settings(options, {"254:0"}, 1)) ==
        "blkio.throttle.read_bps_device=254:0 1000;blkio.throttle.write_bps_device=254:0 2000;");
  CHECK(disk_settings({}, {"254:0"}, 2).empty());
}

TEST_CASE("options are checked by name and value", "[cgroups]") {
  const auto wrong = [](auto change) {
    CgroupsOptions options;
    change(options);
    const Status checked = check(options);
    return checked ? "" : checked.error().message;
  };
  CHECK(wrong([](CgroupsOptions&) {}).empty());
  for (const char* root : {"", "/", "a//b", "../a", "a/..", "/./a", "a/"}) {
    INFO(root);
    CHECK(wrong([&](CgroupsOptions& o) {
            o.root = root;
          }).find("CgroupsOptions::root: '" + std::string(root) + "'") == 0);
  }
  CHECK(wrong([](CgroupsOptions& o) { o.root = "/a/b"; }).empty());
  CHECK(wrong([](CgroupsOptions& o) { o.require = {"cpu", "blkio"}; }).empty());
  CHECK(wrong([](CgroupsOptions& o) {
          o.require = {"memory", "magic"};
        }).find("'magic' is no controller") != std::string::npos);
  CHECK(wrong([](CgroupsOptions& o) { o.avoid = {"cpu"}; }) ==
        "CgroupsOptions::avoid: 'cpu' is also required");
  CHECK(wrong([](CgroupsOptions& o) { o.mount_point = "cgroup"; }).find("'cgroup' is not an absolute path") !=
        std::string::npos);
  CHECK(wrong([](CgroupsOptions& o) { o.cpu_period = std::chrono::microseconds(10); }).find("1 ms to 1 s") !=
        std::string::npos);
  CHECK(wrong([](CgroupsOptions& o) { o.memory_high = 1.5; }).find("1.5") != std::string::npos);
  CHECK(wrong([](CgroupsOptions& o) { o.memory_high = NAN; }).find("nan") != std::string::npos);
  CHECK(wrong([](CgroupsOptions& o) { o.pids_max = 0; }).find("no task could start") != std::string::npos);
}
