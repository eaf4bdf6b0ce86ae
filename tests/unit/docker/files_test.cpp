// Files of the machine that a container gets to see, and those that its output goes to.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "isolators/docker/log_files.hpp"
#include "isolators/docker/volumes.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

namespace mesoscore::docker {
namespace {

namespace fs = std::filesystem;
using test::bytes_of;

TEST_CASE("output goes to files, and to new ones when they are full") {
  const test::Folder folder;
  LogFiles files;
  REQUIRE(files.open({.sandbox = folder.path().string(), .rotation = {10, 2}}));
  REQUIRE(files.write(Stream::out, "0123456789abcdefghijklmnopqrstuvwxyz"));
  REQUIRE(files.write(Stream::err, "err"));
  CHECK(bytes_of(folder / "stdout") == "uvwxyz");
  CHECK(bytes_of(folder / "stdout.1") == "klmnopqrst");
  CHECK(bytes_of(folder / "stdout.2") == "abcdefghij");
  CHECK(bytes_of(folder / "stdout.3") == "(none)");
  CHECK(bytes_of(folder / "stderr") == "err");
}

TEST_CASE("what was written is not written again") {
  const test::Folder folder;
  const LogFiles::Options options{
      .sandbox = folder.path().string(), .rotation = {10, 1}, .progress = folder / "progress"};
  {
    LogFiles files;
    REQUIRE(files.open(options));
    REQUIRE(files.write(Stream::out, "0123456789abcdefghijklmno"));
  }
  LogFiles files;
  REQUIRE(files.open(options));
  files.rewind();
  REQUIRE(files.write(Stream::out, "0123456789abc"));
  REQUIRE(files.write(Stream::out, "defghijklmnopq"));
  CHECK(bytes_of(folder / "stdout") == "klmnopq");
  CHECK(bytes_of(folder / "stdout.1") == "abcdefghij");
}

TEST_CASE("output follows no links, and writes to files of its own only") {
  const test::Folder folder, elsewhere;
  test::write_bytes(elsewhere / "precious", "precious");
  const std::string file = folder / "stdout";
  SECTION("symbolic") { fs::create_symlink(elsewhere / "precious", file); }
  SECTION("hard") { fs::create_hard_link(elsewhere / "precious", file); }
  SECTION("a pipe") { REQUIRE(::mkfifo(file.c_str(), 0600) == 0); }
  SECTION("a directory") { fs::create_directory(file); }
  LogFiles files;
  const Status opened = files.open({.sandbox = folder.path().string()});
  REQUIRE_FALSE(opened);
  CHECK(opened.error().message.find("\"" + file + "\"") != std::string::npos);
  CHECK_FALSE(files.is_open());
  CHECK(bytes_of(elsewhere / "precious") == "precious");
}

struct Places {
  Places() {
    fs::create_directory(folder / "sandbox");
    fs::create_directory(folder / "allowed");
    context.sandbox = folder / "sandbox";
    context.work_dir = folder / "work";
    context.roots = {folder / "allowed"};
    fs::create_directory(context.work_dir);
  }
  Result<std::vector<Mount>> mounts(Volume volume) { return mounts_of({std::move(volume)}, {}, context); }
  test::Folder folder;
  VolumeContext context;
};

TEST_CASE("a container sees its sandbox and its volumes") {
  Places places;
  fs::create_directory(places.folder / "allowed/data");
  fs::create_symlink("data", places.folder / "allowed/link");
  const auto mounts = mounts_of({{.container_path = "/a//b/.", .host_path = places.folder / "allowed/link"},
                                 {.container_path = "c/d", .mode = Volume::Mode::ro, .sandbox_path = "x/y"}},
                                {}, places.context);
  REQUIRE(mounts);
  const std::string real = fs::canonical(places.folder.path()).string();
  CHECK(*mounts == std::vector<Mount>{{places.context.sandbox, kSandbox, false},
                                      {real + "/allowed/data", "/a/b", false},
                                      {places.context.sandbox + "/x/y", "/mnt/mesos/sandbox/c/d", true}});
  CHECK(fs::is_directory(places.folder / "sandbox/x/y"));
  CHECK(fs::is_directory(places.folder / "sandbox/c/d"));
}

TEST_CASE("links in the sandbox lead no volume out of it") {
  Places places;
  fs::create_symlink("/etc", places.folder / "sandbox/out");
  for (const char* path : {"out", "out/x"}) {
    const auto refused = places.mounts({.container_path = "/v", .sandbox_path = path});
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == Errc::permission_denied);
    CHECK_FALSE(fs::exists("/etc/x"));
  }
  CHECK_FALSE(places.mounts({.container_path = "out/x", .sandbox_path = "y"}));
  CHECK_FALSE(fs::exists("/etc/x"));
}

TEST_CASE("volumes that are two things, or none, or two at one place, are refused") {
  Places places;
  CHECK_FALSE(places.mounts({.container_path = "/v"}));
  CHECK_FALSE(places.mounts({.container_path = "/v", .host_path = "/etc", .sandbox_path = "x"}));
  const Volume one{.container_path = "/v", .sandbox_path = "x"};
  const auto twice = mounts_of({one, {.container_path = "/v/", .sandbox_path = "y"}}, {}, places.context);
  REQUIRE_FALSE(twice);
  CHECK(twice.error().message == "two volumes at '/v'");
}

TEST_CASE("persistent volumes have a directory of the work directory") {
  Places places;
  const auto resources = Resources::parse("disk{static=eng/dev volume=v1 at=data}:10;cpus:1").value();
  const auto mounts = mounts_of({}, resources, places.context);
  REQUIRE(mounts);
  CHECK(mounts->at(1) ==
        Mount{places.context.work_dir + "/volumes/roles/eng dev/v1", "/mnt/mesos/sandbox/data", false});
  CHECK(fs::is_directory(places.context.work_dir + "/volumes/roles/eng dev/v1"));
}

Resources volume_of(const std::string& role, DiskInfo disk) {
  ResourceTraits traits;
  traits.reservations.push_back({Reservation::Type::dynamic, RoleName(role), {}, {}});
  disk.volume_container_path = "data";
  traits.disk = std::make_unique<DiskInfo>(std::move(disk));
  const Resources plain = Resources::parse("disk:10").value();
  return Resources{plain.begin()->with_traits(std::move(traits))};
}

TEST_CASE("the volume of a sub-role is not within one of its role") {
  Places places;
  const auto source = [&](const std::string& role, const std::string& id) {
    DiskInfo disk;
    disk.persistence_id = id;
    const auto mounts = mounts_of({}, volume_of(role, disk), places.context);
    return mounts ? mounts->at(1).source : mounts.error().message;
  };
  const std::string outer = source("eng", "b"), inner = source("eng/b", "c");
  CHECK(fs::is_empty(outer));
  CHECK(inner == places.context.work_dir + "/volumes/roles/eng b/c");
  for (const char* id : {"..", ".", "a/b"}) {
    CHECK(source("eng", id) ==
          "the persistent volume '" + std::string(id) + "' of role 'eng' cannot be the name of a directory");
  }
}

TEST_CASE("a persistent volume on a disk of its own is there") {
  using Source = DiskInfo::SourceType;
  Places places;
  const std::string disk = places.folder / "disk";
  fs::create_directory(disk);
  const auto source = [&](Source type, const std::string& root) {
    DiskInfo info;
    info.source = type;
    info.source_root = root;
    info.persistence_id = "v";
    const auto mounts = mounts_of({}, volume_of("eng", info), places.context);
    return mounts ? mounts->at(1).source : mounts.error().message;
  };
  CHECK(source(Source::path, disk) == disk + "/volumes/roles/eng/v");
  CHECK(source(Source::mount, disk) == disk);
  CHECK(source(Source::raw, "") == "the persistent volume 'v' of role 'eng' is on a disk without files");
  CHECK(source(Source::path, "disk") ==
        "the persistent volume 'v' of role 'eng' is on a disk whose root 'disk' is not an absolute path");
}

}  // namespace
}  // namespace mesoscore::docker
