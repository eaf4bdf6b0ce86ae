// The data of a destroyed volume goes, and nothing else does.
#include "runtime/containers/volume_eraser.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <asio/io_context.hpp>

#include "folder_tree.hpp"
#include "support/operation_resources.hpp"
#include "support/own_mounts.hpp"
#include "support/skip.hpp"

namespace mesoscore::test {
namespace {

using namespace std::chrono_literals;
using runtime::VolumeEraser;

// A volume that is on a disk of its own.
Resource on_disk(DiskInfo::SourceType type, const std::string& root) {
  Resource plain = volume("v", "eng");
  ResourceTraits traits = plain.traits();
  traits.disk->source = type;
  traits.disk->source_root = root;
  return plain.with_traits(std::move(traits));
}

struct Disks : Tree {
  Disks() {
    make("work");
    start();
  }
  ~Disks() { eraser->stop(); }
  // As an agent that starts.
  void start(const Resources& resources = {}) {
    if (eraser) eraser->stop();
    const Logger logger{LogLevel::info, [this](LogLevel level, std::string_view line) {
                          if (level != LogLevel::info) problems.emplace_back(line);
                        }};
    eraser = std::make_shared<VolumeEraser>(io.get_executor(), *this / "work", logger);
    eraser->start(resources);
  }
  void finish() {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (eraser->busy() && std::chrono::steady_clock::now() < deadline) {
      io.run_one_for(100ms);
      io.restart();
    }
    REQUIRE_FALSE(eraser->busy());
  }
  // A directory of ours, as a disk that is mounted. False: this machine does not let us.
  bool mount(const std::string& name, const char* options = "") {
    make(name);
    if (mounts && ::mount("none", (*this / name).c_str(), "tmpfs", 0, options) == 0) return true;
    skip("a disk of type MOUNT: mounts may be made by root only");
    return false;
  }
  void erase(const Resource& gone) { eraser->erase(Resources{gone}); }

  OwnMounts mounts;
  asio::io_context io;
  std::vector<std::string> problems;
  std::shared_ptr<VolumeEraser> eraser;
};

const std::string kRoles = "work/volumes/roles/";

}  // namespace

TEST_CASE("the data of a volume is gone at once, and its room soon") {
  Disks disks;
  disks.write(kRoles + "eng/v/a/b/c", "secret");
  disks.write(kRoles + "eng/v/d", "secret");
  disks.write(kRoles + "eng/other/d", "kept");
  disks.write(kRoles + "ops/v/d", "kept");
  disks.erase(volume("v", "eng"));
  CHECK_FALSE(disks.has(kRoles + "eng/v"));
  disks.write(kRoles + "eng/v/new", "of the next one");
  disks.finish();
  CHECK(disks.has(kRoles + "eng/v/new"));
  CHECK(disks.has(kRoles + "eng/other/d"));
  CHECK(disks.has(kRoles + "ops/v/d"));
  CHECK_FALSE(disks.has("work/volumes/.erased"));
  CHECK(disks.problems.empty());
}

TEST_CASE("a role and its sub-role have volumes of their own") {
  Disks disks;
  disks.write(kRoles + "eng/v/d", "kept");
  disks.write(kRoles + "eng web/v/d", "secret");
  disks.erase(volume("v", "eng/web"));
  disks.finish();
  CHECK(disks.has(kRoles + "eng/v/d"));
  CHECK_FALSE(disks.has(kRoles + "eng web/v"));
}

TEST_CASE("a volume that was never used, or is erased twice, is nothing to complain of") {
  Disks disks;
  disks.erase(volume("v", "eng"));
  disks.write(kRoles + "eng/v/d", "secret");
  disks.erase(volume("v", "eng"));
  disks.erase(volume("v", "eng"));
  disks.finish();
  CHECK_FALSE(disks.has(kRoles + "eng/v"));
  CHECK(disks.problems.empty());
}

TEST_CASE("a disk of type PATH keeps its other volumes") {
  Disks disks;
  disks.write("path/volumes/roles/eng/v/d", "secret");
  disks.write("path/volumes/roles/eng/w/d", "kept");
  disks.erase(on_disk(DiskInfo::SourceType::path, disks / "path"));
  CHECK_FALSE(disks.has("path/volumes/roles/eng/v"));
  disks.finish();
  CHECK(disks.has("path/volumes/roles/eng/w/d"));
  CHECK_FALSE(disks.has("path/volumes/.erased"));
  CHECK(disks.problems.empty());
}

TEST_CASE("a disk of type MOUNT keeps itself") {
  Disks disks;
  if (!disks.mount("mount")) return;
  disks.write("mount/a/b", "secret");
  disks.write("mount/c", "secret");
  disks.write("mount/lost+found/x", "of the file system");
  disks.erase(on_disk(DiskInfo::SourceType::mount, disks / "mount"));
  CHECK_FALSE(disks.has("mount/a"));
  CHECK_FALSE(disks.has("mount/c"));
  disks.write("mount/new", "of the next one");
  disks.finish();
  CHECK(disks.has("mount/new"));
  CHECK(disks.has("mount/lost+found/x"));
  CHECK_FALSE(disks.has("mount/.mesoscore-erased"));
  CHECK(disks.problems.empty());
}

TEST_CASE("a disk of type MOUNT that is not mounted, or has another one on it, is not erased") {
  Disks disks;
  const Resource gone = on_disk(DiskInfo::SourceType::mount, disks / "mount");
  disks.write("mount/d", "not ours");
  std::string why = "nothing is mounted there";
  SECTION("not mounted") {}
  SECTION("another") {
    if (!disks.mount("mount")) return;
    disks.write("mount/d", "not ours");
    disks.start(Resources{gone, on_disk(DiskInfo::SourceType::path, disks / "mount/other")});
    why = "the disk " + disks / "mount/other" + " is on it";
  }
  disks.erase(gone);
  REQUIRE(disks.problems.size() == 1);
  CHECK(disks.problems[0].find(why) != std::string::npos);
  CHECK(disks.has("mount/d"));
  CHECK_FALSE(disks.eraser->check(Resources{gone}));
}

TEST_CASE("a full disk is erased, too") {
  Disks disks;
  if (!disks.mount("mount", "nr_inodes=40")) return;
  disks.write("mount/directory/d", "secret");
  const auto fill = [&] {
    for (int i = 0; i < 64; ++i) disks.write("mount/file" + std::to_string(i), "full");
  };
  SECTION("one of type MOUNT") {
    fill();
    disks.erase(on_disk(DiskInfo::SourceType::mount, disks / "mount"));
    CHECK_FALSE(disks.has("mount/directory"));
  }
  SECTION("one of type PATH") {
    disks.write("mount/volumes/roles/eng/v/d", "secret");
    fill();
    disks.erase(on_disk(DiskInfo::SourceType::path, disks / "mount"));
    CHECK_FALSE(disks.has("mount/volumes/roles/eng/v"));
  }
  disks.finish();
  CHECK(disks.problems.empty());
}

TEST_CASE("what is read-only for its owner goes as well") {
  if (::geteuid() == 0) {  // whom no mode keeps from anything
    if (::seteuid(65534) != 0) return skip("directories of another user: users are switched by root only");
  }
  {
    Disks disks;
    disks.write(kRoles + "eng/v/a/b", "secret");
    for (const char* name : {"eng/v/a", "eng/v"})
      REQUIRE(::chmod((disks / (kRoles + name)).c_str(), 0555) == 0);
    disks.erase(volume("v", "eng"));
    CHECK_FALSE(disks.has(kRoles + "eng/v"));
    disks.finish();
    CHECK_FALSE(disks.has("work/volumes/.erased"));
    CHECK(disks.problems.empty());
  }
  if (::getuid() == 0) REQUIRE(::seteuid(0) == 0);
}

TEST_CASE("a volume whose data cannot be erased is not used before it can") {
  Disks disks;
  disks.make("work/hidden/roles/eng/v");
  disks.link("work/volumes", "hidden");  // no way that is followed
  disks.erase(volume("v", "eng"));
  CHECK(disks.problems.size() == 1);
  CHECK(disks.eraser->check(Resources{volume("other", "eng")}));
  const Status refused = disks.eraser->check(Resources{volume("v", "eng")});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("the volume v has data of one of before") == 0);
  std::filesystem::remove(disks / "work/volumes");
  std::filesystem::rename(disks / "work/hidden", disks / "work/volumes");
  CHECK(disks.eraser->check(Resources{volume("v", "eng")}));
  CHECK_FALSE(disks.has(kRoles + "eng/v"));
  disks.write(kRoles + "eng/v/new", "of the next one");
  CHECK(disks.eraser->check(Resources{volume("v", "eng")}));
  disks.finish();
  CHECK(disks.has(kRoles + "eng/v/new"));
}

TEST_CASE("what an agent has not finished the next one does, on all of its disks") {
  Disks disks;
  const std::vector<std::string> left = {"work/volumes/.erased", "path/volumes/.erased",
                                         "mount/.mesoscore-erased"};
  for (const std::string& trash : left) disks.write(trash + "/1/a/b", "secret");
  disks.start(Resources{on_disk(DiskInfo::SourceType::path, disks / "path"),
                        on_disk(DiskInfo::SourceType::mount, disks / "mount")});
  disks.finish();
  for (const std::string& trash : left) CHECK_FALSE(disks.has(trash));
}

TEST_CASE("symbolic links that tasks have left lead nowhere") {
  Disks disks;
  disks.write("outside/d", "kept");
  const auto link = [&](const std::string& name, const std::string& to) {
    disks.make(std::filesystem::path(name).parent_path());
    disks.link(name, disks / to);
  };
  SECTION("in the volume") { link(kRoles + "eng/v/link", "outside"); }
  SECTION("as the volume") { link(kRoles + "eng/v", "outside"); }
  SECTION("as the role") {
    disks.write("outside/v/d", "kept");
    link(kRoles + "eng", "outside");
    disks.erase(volume("v", "eng"));
    CHECK(disks.has("outside/v/d"));
  }
  SECTION("as the place for what is erased") {
    disks.write(kRoles + "eng/v/d", "secret");
    link("work/volumes/.erased", "outside");
  }
  SECTION("as that of a disk") {
    if (!disks.mount("mount")) return;
    disks.write("mount/d", "secret");
    link("mount/.mesoscore-erased", "outside");
    disks.erase(on_disk(DiskInfo::SourceType::mount, disks / "mount"));
    CHECK_FALSE(disks.has("mount/d"));
  }
  disks.erase(volume("v", "eng"));
  disks.start();  // and when an agent starts
  disks.finish();
  CHECK(disks.has("outside/d"));
}

TEST_CASE("a disk that has the agent's own directory on it is not erased") {
  Disks disks;
  disks.write("work/sandboxes/x", "kept");
  disks.make("elsewhere");
  disks.link("elsewhere/link", disks.root());
  for (const std::string& root : {disks.root(), disks / "work", disks / "elsewhere/link", std::string("/")}) {
    INFO(root);
    disks.problems.clear();
    disks.erase(on_disk(DiskInfo::SourceType::mount, root));
    REQUIRE(disks.problems.size() == 1);
    CHECK(disks.problems[0].find("did not erase the disk " + root) != std::string::npos);
  }
  disks.finish();
  CHECK(disks.has("work/sandboxes/x"));
}

TEST_CASE("what cannot be a volume of an agent is said, and nothing is touched") {
  Disks disks;
  disks.write("work/volumes/d", "kept");
  for (const char* id : {"..", ".", "a/b"}) disks.erase(volume(id, "eng"));
  disks.erase(on_disk(DiskInfo::SourceType::mount, "relative"));
  disks.erase(on_disk(DiskInfo::SourceType::block, "/"));
  disks.finish();
  CHECK(disks.problems.size() == 5);
  CHECK(disks.has("work/volumes/d"));
}

TEST_CASE("many files are taken apart without holding others up") {
  Disks disks;
  for (int i = 0; i < 3000; ++i) disks.write(kRoles + "eng/v/" + std::to_string(i), "");
  int turns = 0;
  disks.erase(volume("v", "eng"));
  while (disks.eraser->busy()) {
    disks.io.run_one_for(100ms);
    disks.io.restart();
    ++turns;
  }
  CHECK(turns > 3);
  CHECK_FALSE(disks.has("work/volumes/.erased"));
}

}  // namespace mesoscore::test
