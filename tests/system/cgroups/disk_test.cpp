// Disks: limits of what is written to them, and what is counted of it.
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "harness.hpp"
#include "isolators/cgroups/disks.hpp"
#include "support/skip.hpp"

using namespace cgroups_test;
using control_groups::Controller;
using control_groups::UniqueFd;

namespace {

// A file as a disk that nobody has ever used.
class FreshDisk {
 public:
  explicit FreshDisk(const test::Folder& folder) : node_(folder / "disk") {
    const std::string file = folder / "in_disk";
    std::ofstream{file};
    std::filesystem::resize_file(file, 16 << 20);
    control_ = UniqueFd(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    index_ = control_ ? ::ioctl(control_.get(), LOOP_CTL_ADD, 4000 + ::getpid() % 1000) : -1;
    if (index_ < 0) return;
    if (::mknod(node_.c_str(), S_IFBLK | 0600, makedev(kLoopMajor, static_cast<unsigned>(index_))) != 0)
      return;
    const UniqueFd in(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    disk_ = UniqueFd(::open(node_.c_str(), O_RDWR | O_CLOEXEC));
    if (disk_ && ::ioctl(disk_.get(), LOOP_SET_FD, in.get()) != 0) disk_ = UniqueFd();
  }
  ~FreshDisk() {
    if (disk_) ::ioctl(disk_.get(), LOOP_CLR_FD, 0);
    disk_ = UniqueFd();
    if (index_ >= 0) ::ioctl(control_.get(), LOOP_CTL_REMOVE, index_);
  }
  explicit operator bool() const { return bool(disk_); }
  const std::string& node() const { return node_; }
  std::string number() const { return std::to_string(kLoopMajor) + ":" + std::to_string(index_); }

 private:
  static constexpr unsigned kLoopMajor = 7;
  std::string node_;
  UniqueFd control_, disk_;
  int index_ = -1;
};

}  // namespace

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

TEST_CASE("what goes to a disk is counted if it never had a limit, too", "[cgroups][io]") {
  if (cannot_run()) return;
  const auto folder = std::make_shared<test::Folder>();
  const FreshDisk disk(*folder);
  if (!disk) return test::skip("a disk that never had a limit: no loop device can be made");
  std::filesystem::create_directories(*folder / "block/disk");
  std::ofstream(*folder / "block/disk/dev") << disk.number() << '\n';
  Host host(own_root(), folder, GENERATE(from_range(by_version())), *folder / "block");
  if (!host.subtree().part_of(Controller::io)) {
    test::skip("a disk that never had a limit: no controller counts");
    return host.close();
  }
  host.launch("a",
              "dd if=" + disk.node() + " of=/dev/null bs=1M count=4 iflag=direct && echo done; sleep 1000");
  REQUIRE(host.wait_for_output("a", "done\n"));
  CHECK(host.usage("a").io_read_bytes.value_or(0) >= 4u << 20);
  CHECK(host.usage("a").io_reads.value_or(0) >= 4);
  host.close();
}

TEST_CASE("a limit of all containers that somebody has set stays", "[cgroups][io]") {
  if (cannot_run()) return;
  const auto disks = control_groups::disks_in("/sys/block");
  Host host;
  const auto* const io = host.subtree().part_of(Controller::io);
  if (!io || io->version != 1 || disks.empty()) {
    test::skip("a limit of all containers in version 1: no disk, or no blkio");
    return host.close();
  }
  const auto limit = [&] {
    return control_groups::read_all(io->dir.get(), "blkio.throttle.read_bps_device");
  };
  REQUIRE(control_groups::write_file(io->dir.get(), "blkio.throttle.read_bps_device",
                                     disks.front() + " 1048576") == 0);
  const std::string before = limit();
  control_groups::have_transfers_counted(*io, disks);
  CHECK(limit() == before);
  CHECK(before.find("1048576") != std::string::npos);
  host.close();
}
