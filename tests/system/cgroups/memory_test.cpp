// Memory: the limit holds, and whoever crosses it is told so, with the figures.
#include <sys/wait.h>

#include "catch.hpp"
#include "harness.hpp"
#include "support/skip.hpp"

using namespace cgroups_test;
using control_groups::Controller;

namespace {

// Touches so many MiB.
std::string hog(int mib) { return "dd if=/dev/zero of=/dev/null bs=" + std::to_string(mib) + "M count=1"; }

void check_memory_end(const ContainerEvent& exited, const std::string& limit) {
  INFO(exited.message);
  CHECK(exited.state == TaskState::failed);
  REQUIRE(exited.reason == TaskReason::container_limitation_memory);
  CHECK(exited.message.find("used " + limit + " of memory, the limit is " + limit) == 0);
  CHECK(exited.limitation.get("mem") == std::stod(limit));
}

}  // namespace

TEST_CASE("who takes more memory than its limit is killed, and told how much", "[cgroups][memory]") {
  if (cannot_run()) return;
  Host host;
  host.launch("a", "exec " + hog(90), "cpus:1;mem:64");
  check_memory_end(host.wait_for("a", Kind::exited), "64 MiB");
  host.close();
}

TEST_CASE("the whole container ends when one of its processes is killed for memory", "[cgroups][memory]") {
  if (cannot_run()) return;
  Host host;
  host.launch("a", "sleep 1000 & " + hog(90) + "; sleep 1000", "cpus:1;mem:48");
  check_memory_end(host.wait_for("a", Kind::exited), "48 MiB");
  host.close();
}

TEST_CASE("a burst may use what the limit allows", "[cgroups][memory]") {
  if (cannot_run()) return;
  Host host;
  host.launch("a", hog(50), "cpus:1;mem:32", TaskLimits{.cpus = {}, .mem = 80});
  CHECK(host.wait_for("a", Kind::exited).wait_status == 0);
  host.launch("b", hog(110), "cpus:1;mem:32", TaskLimits{.cpus = {}, .mem = 80});
  check_memory_end(host.wait_for("b", Kind::exited), "80 MiB");
  host.close();
}

// The end is heard of by another way than the notice of the kernel, and may be there first.
TEST_CASE("an exit that nobody was told the cause of is told apart afterwards", "[cgroups][memory]") {
  if (cannot_run()) return;
  Host host;
  LaunchContainer call;
  call.container_id = ContainerId("a");
  call.resources = *Resources::parse("cpus:1;mem:32");
  LaunchPlan plan;
  REQUIRE(host.cgroups().prepare({.call = call}, plan));
  const pid_t child = ::fork();
  if (child == 0) {
    for (const auto& part : host.subtree().parts()) {
      if (control_groups::write_file(part.dir.get(), "a/cgroup.procs", "0") != 0) ::_exit(99);
    }
    ::execl("/bin/sh", "sh", "-c", ("exec " + hog(60)).c_str(), nullptr);
    ::_exit(98);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK_FALSE(host.cgroups().verdict(ContainerId("a"), 0));  // what has succeeded has succeeded
  const auto verdict = host.cgroups().verdict(ContainerId("a"), status);
  REQUIRE(verdict);
  CHECK(verdict->reason == TaskReason::container_limitation_memory);
  CHECK(verdict->message == "used 32 MiB of memory, the limit is 32 MiB");
  CHECK(verdict->resources.get("mem") == 32);
  CHECK(host.cgroups().cleanup(ContainerId("a")));
  host.close();
}

TEST_CASE("a container that is killed for no limit is not said to have crossed one", "[cgroups][memory]") {
  if (cannot_run()) return;
  Host host;
  host.launch("a", "kill -KILL $$");
  const ContainerEvent exited = host.wait_for("a", Kind::exited);
  CHECK(WTERMSIG(exited.wait_status) == SIGKILL);
  CHECK_FALSE(exited.reason);
  host.close();
}

TEST_CASE("the memory limit of a running container follows its resources", "[cgroups][memory]") {
  if (cannot_run()) return;
  Host host;
  host.launch("a", "echo here; sleep 1000", "cpus:1;mem:64");
  REQUIRE(host.wait_for_output("a", "here"));
  const auto limit = [&] {
    return host.read(Controller::memory, "a", "memory.max", "memory.limit_in_bytes");
  };
  host.update("a", "cpus:2;mem:256");
  CHECK(limit() == std::to_string(256 << 20));
  CHECK(host.usage("a").mem_limit_bytes == 256u << 20);
  CHECK(host.usage("a").cpus_soft_limit == 2);
  const bool v2 = host.subtree().part_of(Controller::cpu)->version == 2;
  CHECK(host.read(Controller::cpu, "a", "cpu.weight", "cpu.shares") == (v2 ? "200" : "2048"));
  host.update("a", "cpus:1;mem:40");
  CHECK(limit() == std::to_string(40 << 20));
  CHECK(host.usage("a").mem_limit_bytes == 40u << 20);
  CHECK_FALSE(host.event("a", Kind::exited));
  host.close();
}

TEST_CASE("a limit below what is used is not set, and kills nobody", "[cgroups][memory]") {
  if (cannot_run()) return;
  Host host;
  // Keeps 80 MiB, which no reclaim can take from it.
  host.launch("a", "dd if=/dev/zero bs=80M count=1 | sleep 1000", "cpus:1;mem:400");
  host.wait_for("a", Kind::started);
  REQUIRE(host.run_until([&] { return host.usage("a").mem_total_bytes.value_or(0) > 80u << 20; }));
  host.update("a", "cpus:1;mem:64");
  CHECK(host.read(Controller::memory, "a", "memory.max", "memory.limit_in_bytes") ==
        std::to_string(400 << 20));
  CHECK(host.usage("a").mem_limit_bytes == 400u << 20);
  CHECK(host.usage("a").mem_soft_limit_bytes == 64u << 20);
  const bool said = std::any_of(host.log().begin(), host.log().end(), [](const std::string& line) {
    return line.find("uses more than its new memory limit of 64 MiB and keeps that of 400 MiB") !=
           std::string::npos;
  });
  CHECK(said);
  host.run_for(300ms);
  CHECK_FALSE(host.event("a", Kind::exited));
  host.close();
}

// Version 2 slows down who is above memory.high. That is of use for a moment only, while a limit shrinks.
TEST_CASE("memory.high is always that of the limit which counts", "[cgroups][memory]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  options.memory_high = GENERATE(0., 0.75);
  Host host(options);
  if (host.subtree().part_of(Controller::memory)->version == 1) {
    test::skip("memory.high: memory is limited by version 1 here");
    return host.close();
  }
  const auto part_of = [&](std::uint64_t mib) {
    return options.memory_high > 0 ? std::to_string((mib << 20) * 3 / 4) : "max";
  };
  const auto high = [&] { return host.read(Controller::memory, "a", "memory.high", ""); };
  host.launch("a", "dd if=/dev/zero bs=80M count=1 | sleep 1000", "cpus:1;mem:400");
  host.wait_for("a", Kind::started);
  REQUIRE(host.run_until([&] { return host.usage("a").mem_total_bytes.value_or(0) > 80u << 20; }));
  CHECK(high() == part_of(400));
  host.update("a", "cpus:1;mem:64");  // does not fit
  CHECK(host.usage("a").mem_limit_bytes == 400u << 20);
  CHECK(high() == part_of(400));
  host.update("a", "cpus:1;mem:200");
  CHECK(host.usage("a").mem_limit_bytes == 200u << 20);
  CHECK(high() == part_of(200));
  host.update("a", "cpus:1;mem:300");
  CHECK(host.usage("a").mem_limit_bytes == 300u << 20);
  CHECK(high() == part_of(300));
  host.close();
}

TEST_CASE("a limit shrinks at the cost of what is cached", "[cgroups][memory]") {
  if (cannot_run()) return;
  Host host;
  const std::string place = place_on_disk(host.folder());
  if (place.empty()) {
    test::skip("caches of a disk: the directory for temporary files is on no disk");
    return host.close();
  }
  host.launch("a", "exec 3<" + place + "; cat <&3 >/dev/null; exec sleep 1000", "cpus:1;mem:200");
  host.wait_for("a", Kind::started);
  REQUIRE(host.run_until([&] { return host.usage("a").mem_total_bytes.value_or(0) > 60u << 20; }));
  host.update("a", "cpus:1;mem:40");
  CHECK(host.usage("a").mem_limit_bytes == 40u << 20);
  CHECK(host.read(Controller::memory, "a", "memory.max", "memory.limit_in_bytes") ==
        std::to_string(40 << 20));
  if (host.subtree().part_of(Controller::memory)->version == 2) {
    CHECK(host.read(Controller::memory, "a", "memory.high", "") == "max");
  }
  CHECK_FALSE(host.event("a", Kind::exited));
  host.close();
}

TEST_CASE("who is killed since a group above has no memory left is told so", "[cgroups][memory]") {
  if (cannot_run()) return;
  Host host;
  const control_groups::Part& part = *host.subtree().part_of(Controller::memory);
  const auto set = [&](const char* file, const std::string& text) {
    return control_groups::write_file(part.dir.get(), file, text);
  };
  const std::string most = std::to_string(48 << 20);
  REQUIRE(set(part.version == 2 ? "memory.max" : "memory.limit_in_bytes", most) == 0);
  if (part.version == 2) set("memory.swap.max", "0");  // not every kernel has these two
  if (part.version == 1) set("memory.memsw.limit_in_bytes", most);
  host.launch("a", "exec " + hog(100), "cpus:1;mem:200");
  const ContainerEvent exited = host.wait_for("a", Kind::exited);
  INFO(exited.message);
  CHECK(exited.state == TaskState::failed);
  REQUIRE(exited.reason == TaskReason::container_limitation_memory);
  CHECK(exited.message.find("the machine, or the agent's share of it, ran out of memory; this container had "
                            "used ") == 0);
  CHECK(exited.message.find(" MiB at most, its limit is 200 MiB") != std::string::npos);
  const double used = exited.limitation.get("mem");
  CHECK(used > 40);
  CHECK(used < 56);  // what the kernel cannot refuse goes beyond a limit
  host.close();
}
