#include "isolators/linux/devices_folder.hpp"

#include <filesystem>

#include "catch.hpp"
#include "machine.hpp"
#include "support/skip.hpp"

using namespace mesoscore;
using namespace mesoscore::devices_detail;
using test::Folder;

namespace {

std::string refusal(const isolators::Device& device, const std::string& dev) {
  const auto node = node_of(device, dev);
  return node ? "accepted" : node.error().message;
}

mode_t mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::lstat(path.c_str(), &found) == 0);
  return found.st_mode;
}

}  // namespace

TEST_CASE("a device that is none is refused with its path", "[devices]") {
  Folder folder;
  test::write_bytes(folder / "file", "x");
  const std::string dev = folder / "";
  CHECK(refusal({.path = "/sys/x"}, dev) ==
        "device '/sys/x': is not the path of a device, such as '/dev/fuse'");
  for (const char* path : {"/dev/", "/dev//x", "/dev/../etc/passwd", "/dev/a/./b", "/dev/a/", "dev/x"}) {
    CHECK_THAT(refusal({.path = path}, dev), Catch::Contains("is not the path of a device"));
  }
  CHECK(refusal({.path = "/dev/pts/3"}, dev) ==
        "device '/dev/pts/3': every task has its own of that already");
  CHECK(refusal({.path = "/dev/stdin"}, dev) ==
        "device '/dev/stdin': every task has its own of that already");
  CHECK(refusal({.path = "/dev/missing"}, dev) == "device '/dev/missing': No such file or directory");
  CHECK(refusal({.path = "/dev/file"}, dev) == "device '/dev/file': is no device");
  CHECK(refusal({.path = "/dev/file", .mknod = true}, dev) ==
        "device '/dev/file': tasks can make no device nodes");
  CHECK(refusal({.path = "/dev/file", .read = false, .write = false}, dev) ==
        "device '/dev/file': is neither to be read nor written");
}

TEST_CASE("a device is what the machine has, with the access that is given", "[devices]") {
  CHECK(node_of({.path = "/dev/null"}, "/dev").value() == Node{"null", S_IFCHR | 0666, makedev(1, 3)});
  CHECK(node_of({.path = "/dev/null", .write = false}, "/dev").value().mode == (S_IFCHR | 0444));
  CHECK(node_of({.path = "/dev/null", .read = false}, "/dev").value().mode == (S_IFCHR | 0222));
}

TEST_CASE("who is named twice gets what either says", "[devices]") {
  const Nodes some{{"a", S_IFCHR | 0444, 1}, {"b", S_IFCHR | 0666, 2}};
  const Nodes all = united(some, {{"a", S_IFCHR | 0222, 1}, {"0", S_IFCHR | 0666, 3}});
  CHECK(all == Nodes{{"0", S_IFCHR | 0666, 3}, {"a", S_IFCHR | 0666, 1}, {"b", S_IFCHR | 0666, 2}});
  CHECK(describe(some) != describe(all));
}

TEST_CASE("a folder has nodes, links and mount points", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Folder folder;
  const std::string dev = folder / "dev";
  const mode_t before = ::umask(0077);
  const Status made =
      make_folder(dev, united(usual_nodes(), {{"dri/deep/card0", S_IFCHR | 0444, makedev(1, 3)}}));
  ::umask(before);
  REQUIRE(made);
  CHECK(check_folder(dev));
  for (const char* name : {"null", "zero", "full", "random", "urandom", "tty"}) {
    CHECK(mode_of(dev + "/" + name) == (S_IFCHR | 0666));
    struct stat here {
    }, there{};
    REQUIRE(::stat((dev + "/" + name).c_str(), &here) == 0);
    REQUIRE(::stat((std::string("/dev/") + name).c_str(), &there) == 0);
    CHECK(here.st_rdev == there.st_rdev);
  }
  CHECK(mode_of(dev + "/dri/deep/card0") == (S_IFCHR | 0444));
  CHECK(std::filesystem::read_symlink(dev + "/fd") == "/proc/self/fd");
  CHECK(std::filesystem::read_symlink(dev + "/stderr") == "/proc/self/fd/2");
  CHECK(std::filesystem::read_symlink(dev + "/ptmx") == "pts/ptmx");
  for (const char* name : {"pts", "shm", "mqueue"}) CHECK(S_ISDIR(mode_of(dev + "/" + name)));
  CHECK((mode_of(dev) & 07777) == 0755);
}

TEST_CASE("a folder is there completely or not at all", "[devices]") {
  Folder folder;
  const Nodes bad{{"null", S_IFCHR | 0666, makedev(1, 3)}, {"null/below", S_IFCHR | 0666, makedev(1, 3)}};
  CHECK_FALSE(make_folder(folder / "dev", bad));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a folder changes from some nodes to others", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Folder folder;
  const Node a{"a", S_IFCHR | 0666, makedev(1, 3)}, b{"b", S_IFCHR | 0666, makedev(1, 3)};
  const Node c{"sub/c", S_IFCHR | 0666, makedev(1, 3)};
  REQUIRE(make_folder(folder / "dev", {a, b}));
  REQUIRE(change_folder(folder / "dev", {a, b}, {b, c}));
  CHECK_FALSE(std::filesystem::exists(folder / "dev/a"));
  CHECK(std::filesystem::exists(folder / "dev/b"));
  CHECK(std::filesystem::exists(folder / "dev/sub/c"));
}
