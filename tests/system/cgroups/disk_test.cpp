// Disks: limits of what is written to them, and what is counted of it.
#include <fstream>

#include "catch.hpp"
#include "harness.hpp"
#include "support/skip.hpp"

using namespace cgroups_test;
using control_groups::Controller;

TEST_CASE("the limits of disks are those of each disk", "[cgroups][io]") {
  if (cannot_run()) return;
  const auto disks = control_groups::disks_in("/sys/block");
  if (disks.empty()) return test::skip("limits of disks: this machine has none");
  CgroupsOptions options = own_root();
  options.io_write_bytes_per_second = 4 << 20;
  Host host(options);
  const std::string place = place_on_disk(host.folder());
  const std::string target = place.empty() ? host.folder() / "file" : place;
  host.launch("a", "dd if=/dev/zero of=" + target + " bs=1M count=8 oflag=direct 2>&1");
  host.wait_for("a", Kind::started);
  const auto began = std::chrono::steady_clock::now();
  const std::string limit = host.read(Controller::io, "a", "io.max", "blkio.throttle.write_bps_device");
  INFO(limit);
  CHECK(limit.find(disks.front()) == 0);
  CHECK(limit.find("4194304") != std::string::npos);
  const ContainerEvent end = host.wait_for("a", Kind::exited);
  if (place.empty()) {
    test::skip("a limit of writes at work: the directory for temporary files is on no disk");
  } else {
    CHECK(end.wait_status == 0);
    CHECK(std::chrono::steady_clock::now() - began > 1s);  // 2 s, but for the first burst
  }
  host.close();
}

TEST_CASE("what is read from a disk and written to it is counted", "[cgroups][io]") {
  if (cannot_run()) return;
  Host host(GENERATE(from_range(by_version())));
  const std::string place = place_on_disk(host.folder());
  if (place.empty()) {
    test::skip("transfers of disks: the directory for temporary files is on no disk");
    return host.close();
  }
  host.launch("a", "until [ -e go ]; do sleep 0.05; done; exec 2>&1; dd if=/dev/zero of=" + place +
                       " bs=1M count=8 oflag=direct && dd if=" + place +
                       " of=/dev/null bs=1M count=4 iflag=direct && echo done; exec sleep 1000");
  host.wait_for("a", Kind::started);
  const ContainerUsage before = host.usage("a");
  REQUIRE(before.io_write_bytes);
  CHECK(*before.io_write_bytes < 1 << 20);
  std::ofstream(host.folder() / "work/sandboxes/agent/framework/task-a/a/go") << "now";
  REQUIRE(host.wait_for_output("a", "done\n"));
  host.run_for(50ms);  // the last figures may be those of a moment before
  const ContainerUsage after = host.usage("a");
  constexpr std::uint64_t kMiB = 1 << 20;
  CHECK(after.io_write_bytes.value_or(0) - before.io_write_bytes.value_or(0) >= 8 * kMiB);
  CHECK(after.io_read_bytes.value_or(0) - before.io_read_bytes.value_or(0) >= 4 * kMiB);
  CHECK(after.io_write_bytes.value_or(0) - before.io_write_bytes.value_or(0) < 10 * kMiB);
  CHECK(after.io_writes.value_or(0) - before.io_writes.value_or(0) >= 8);
  CHECK(after.io_reads.value_or(0) - before.io_reads.value_or(0) >= 4);
  host.close();
}
