// Sandboxes on a disk that fills: which of them have to go, by what the file system says.
#include "support/own_mounts.hpp"
#include "support/skip.hpp"
#include "world.hpp"

namespace mesoscore::test {
namespace {

constexpr auto kHour = std::chrono::hours(1);
constexpr std::size_t kTenth = 1 << 20;  // of the disk

// In the place of the machine's directory for such files, for this thread alone.
struct SmallDisk {
  OwnMounts mounts;
  const bool there = mounts && ::mount("tmpfs", std::filesystem::temp_directory_path().c_str(), "tmpfs", 0,
                                       "size=10m,mode=1777") == 0;
};

// On an empty disk sandboxes are kept for 90 hours.
runtime::ContainersConfig config() {
  runtime::ContainersConfig config;
  config.sandboxes = {.gc_after = 100 * kHour, .disk_headroom = 0.1, .gc_interval = 5ms};
  return config;
}

struct Disk : World {
  Disk() : World(std::make_shared<FakeLauncher>(), config()) {}

  std::string box(const std::string& id) const { return "sandboxes/S1/F/t-" + id + "/" + id; }
  void fill(const std::string& id, std::size_t tenths, const std::string& name = "file") {
    write(box(id) + "/" + name, std::string(tenths * kTenth, 'x'));
  }
  void looks_old(const std::string& id, std::chrono::seconds ago) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(*this / box(id)))
      names.push_back(entry.path().filename());
    for (const std::string& name : names) age(box(id) + "/" + name, ago);
    age(box(id), ago);
  }
  bool kept(const std::string& id) const { return has(box(id)); }
  // Whether it goes, and the disk is tidied up.
  bool goes(const std::string& id) {
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (kept(id) && std::chrono::steady_clock::now() < until) run_for(10ms);
    run_for(200ms);  // many times over
    return !kept(id) && std::filesystem::is_empty(*this / "sandboxes/.garbage");
  }
};

}  // namespace

TEST_CASE("as the disk fills, the oldest sandboxes go, and none of a container that runs") {
  const SmallDisk disk;
  if (!disk.there) return skip("file systems cannot be mounted here");
  Disk world;
  for (const char* id : {"lives", "old", "older", "oldest"}) {
    world.start(id);
    world.fill(id, 1);
  }
  for (const char* id : {"old", "older", "oldest"}) world.report(id, EventKind::exited);
  world.looks_old("old", 5 * kHour);
  world.looks_old("older", 30 * kHour);
  world.looks_old("oldest", 55 * kHour);
  world.looks_old("lives", 1000 * kHour);
  CHECK(world.goes("oldest"));  // at 4/10 of the disk 50 hours are too long
  CHECK(world.kept("older"));   // and at 3/10, which it is now, 60
  world.fill("lives", 4, "more");
  world.looks_old("lives", 1000 * kHour);
  CHECK(world.goes("older"));  // 7/10: 20 hours
  CHECK(world.kept("old"));
  world.fill("lives", 3, "most");
  world.looks_old("lives", 1000 * kHour);
  CHECK(world.goes("old"));  // 9/10: all
  world.fill("lives", 1, "rest");
  world.looks_old("lives", 1000 * kHour);
  world.run_for(200ms);
  for (const char* file : {"/file", "/more", "/most", "/rest"}) CHECK(world.has(world.box("lives") + file));
  world.report("lives", EventKind::exited);
  CHECK(world.goes("lives"));  // with a disk so full, as soon as it has ended
}

}  // namespace mesoscore::test
