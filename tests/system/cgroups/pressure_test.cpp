// Pressure: how long tasks have waited for what others had.
#include "catch.hpp"
#include "harness.hpp"
#include "support/skip.hpp"

using namespace cgroups_test;

namespace {

// Said aloud if the kernel has no such file, or cannot read it.
bool has_pressure(const Host& host, const std::string& what) {
  const control_groups::Part* const part = host.subtree().unified();
  if (part && !control_groups::read_all(part->dir.get(), (what + ".pressure").c_str()).empty()) return true;
  test::skip("pressure of " + what + ": the kernel does not tell it of control groups (PSI, version 2)");
  return false;
}

using Pressure = std::optional<double> ContainerUsage::*;

// Set from the beginning, and more and more.
void check_growth(Host& host, const std::string& id, Pressure pressure) {
  INFO("container " << id);
  REQUIRE(host.usage(id).*pressure);
  REQUIRE(host.run_until([&] { return (host.usage(id).*pressure).value_or(0) > 0; }));
  const double first = (host.usage(id).*pressure).value_or(0);
  CHECK(host.run_until([&] { return (host.usage(id).*pressure).value_or(0) > first; }));
}

}  // namespace

TEST_CASE("two that want the same cpu are told how long they have waited", "[cgroups][pressure]") {
  if (cannot_run()) return;
  Host host;
  if (has_pressure(host, "cpu")) {
    const auto began = std::chrono::steady_clock::now();
    for (const char* id : {"a", "b"}) host.launch(id, "exec taskset -c 0 sh -c 'while :; do :; done'");
    for (const char* id : {"a", "b"}) host.wait_for(id, Kind::started);
    for (const char* id : {"a", "b"}) check_growth(host, id, &ContainerUsage::cpu_pressure_secs);
    REQUIRE(host.run_until([&] { return host.usage("a").cpu_pressure_secs.value_or(0) > 0.05; }));
    const double waited = *host.usage("a").cpu_pressure_secs;
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - began;
    CHECK(waited < time.count() + 1);
  }
  host.close();
}

TEST_CASE("who has too little memory for what it reads is told how long it has waited",
          "[cgroups][pressure]") {
  if (cannot_run()) return;
  Host host;
  const std::string place = place_on_disk(host.folder());
  if (place.empty()) test::skip("pressure of memory: the directory for temporary files is on no disk");
  if (!place.empty() && has_pressure(host, "memory")) {
    host.launch("a", "while :; do cat " + place + " >/dev/null; done", "cpus:1;mem:32");
    host.wait_for("a", Kind::started);
    check_growth(host, "a", &ContainerUsage::mem_pressure_secs);
  }
  host.close();
}

TEST_CASE("who waits for a disk is told how long", "[cgroups][pressure]") {
  if (cannot_run()) return;
  CgroupsOptions options = own_root();
  options.io_write_bytes_per_second = 4 << 20;  // a disk may be too fast for anybody to wait
  Host host(options);
  const std::string place = place_on_disk(host.folder());
  if (place.empty()) test::skip("pressure of disks: the directory for temporary files is on no disk");
  if (!place.empty() && has_pressure(host, "io")) {
    host.launch("a", "while :; do dd if=/dev/zero of=" + place + " bs=64k count=64 oflag=direct; done 2>&1");
    host.wait_for("a", Kind::started);
    check_growth(host, "a", &ContainerUsage::io_pressure_secs);
  }
  host.close();
}
