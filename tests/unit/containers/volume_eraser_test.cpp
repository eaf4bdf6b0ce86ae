// The data of a destroyed volume goes, and nothing else does.
#include "runtime/containers/volume_eraser.hpp"

#include <asio/io_context.hpp>

#include "folder_tree.hpp"
#include "support/operation_resources.hpp"

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
  Disks() { start(); }
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
  void erase(const Resource& gone) { eraser->erase(Resources{gone}); }

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

TEST_CASE("a disk of type PATH keeps its other volumes, one of type MOUNT itself") {
  Disks disks;
  disks.write("path/volumes/roles/eng/v/d", "secret");
  disks.write("path/volumes/roles/eng/w/d", "kept");
  disks.write("mount/a/b", "secret");
  disks.write("mount/c", "secret");
  disks.write("mount/lost+found/x", "of the file system");
  disks.erase(on_disk(DiskInfo::SourceType::path, disks / "path"));
  disks.erase(on_disk(DiskInfo::SourceType::mount, disks / "mount"));
  CHECK_FALSE(disks.has("path/volumes/roles/eng/v"));
  CHECK_FALSE(disks.has("mount/a"));
  CHECK_FALSE(disks.has("mount/c"));
  disks.write("mount/new", "of the next one");
  disks.finish();
  CHECK(disks.has("path/volumes/roles/eng/w/d"));
  CHECK(disks.has("mount/new"));
  CHECK(disks.has("mount/lost+found/x"));
  CHECK_FALSE(disks.has("mount/.mesoscore-erased"));
  CHECK(disks.problems.empty());
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
