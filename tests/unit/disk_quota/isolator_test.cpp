// The isolator over sandboxes that the test fills itself.
#include <filesystem>
#include <optional>
#include <thread>

#include <asio/io_context.hpp>

#include "catch.hpp"
#include "mesoscore/isolators/linux.hpp"
#include "support/folder.hpp"

using namespace mesoscore;
using namespace std::chrono_literals;
using test::Folder;

namespace {

struct Fixture {
  explicit Fixture(isolators::DiskQuotaOptions options = {.interval = 10ms})
      : isolator(isolators::disk_quota(options)) {
    started = isolator->start({.executor = context.get_executor()});
  }
  std::string sandbox(const std::string& id) const { return folder / id; }
  void fill(const std::string& id, const std::string& file, std::size_t kib) const {
    test::write_bytes(sandbox(id) + "/" + file, std::string(kib * 1024, 'x'));
  }
  // 20 directories with 256 KiB and 1,000 names of one empty file in each: inodes can be slow to make.
  void fill_with_files(const std::string& id) const {
    fill(id, "empty", 0);
    for (int i = 0; i < 20; ++i) {
      const std::string directory = std::to_string(i) + "/";
      std::filesystem::create_directory(sandbox(id) + "/" + directory);
      fill(id, directory + "big", 256);
      for (int j = 0; j < 1000; ++j) {
        std::filesystem::create_hard_link(sandbox(id) + "/empty",
                                          sandbox(id) + "/" + directory + std::to_string(j));
      }
    }
  }
  void prepare(const std::string& id, const std::string& resources) {
    std::filesystem::create_directory(sandbox(id));
    LaunchContainer call;
    call.container_id = ContainerId(id);
    call.resources = Resources::parse(resources).value();
    LaunchPlan plan;
    REQUIRE(isolator->prepare({call, sandbox(id)}, plan));
  }
  void watch(const std::string& id) {
    isolator->watch(ContainerId(id), [this](const ContainerId& which, Limitation limitation) {
      told.emplace_back(which.str(), std::move(limitation));
    });
  }
  ContainerUsage usage(const std::string& id) {
    ContainerUsage usage;
    isolator->usage(ContainerId(id), usage);
    return usage;
  }
  template <class Condition>
  bool run_until(Condition condition, std::chrono::milliseconds most = 10s) {
    const auto deadline = std::chrono::steady_clock::now() + most;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      context.restart();
      context.run_one_for(5ms);
    }
    return true;
  }
  bool measured(const std::string& id) {
    return run_until([&] { return usage(id).disk_used_bytes.has_value(); });
  }

  Folder folder;
  asio::io_context context;
  std::shared_ptr<Isolator> isolator;
  Status started;
  std::vector<std::pair<std::string, Limitation>> told;
};

constexpr std::uint64_t kMiB = 1 << 20;

}  // namespace

TEST_CASE("a sandbox over its disk is told with the figures", "[disk_quota]") {
  Fixture fixture;
  fixture.prepare("a", "cpus:1;disk:2");
  fixture.prepare("b", "cpus:1;disk:4");
  fixture.fill("a", "file", 3072);
  fixture.fill("b", "file", 3072);
  fixture.watch("a");
  fixture.watch("b");
  CHECK(fixture.told.empty());  // never from within watch()
  REQUIRE(fixture.measured("b"));
  REQUIRE(fixture.run_until([&] { return !fixture.told.empty(); }));
  const auto& [id, limitation] = fixture.told[0];
  CHECK(id == "a");
  CHECK(limitation.reason == TaskReason::container_limitation_disk);
  const std::uint64_t used = fixture.usage("a").disk_used_bytes.value();
  CHECK(used >= 3 * kMiB);
  CHECK(used < 4 * kMiB);
  CHECK_THAT(limitation.message,
             Catch::StartsWith("used 3") && Catch::EndsWith(" MiB of disk, the limit is 2 MiB"));
  CHECK(limitation.resources.get("disk") >= static_cast<double>(used) / static_cast<double>(kMiB));
  CHECK(limitation.resources.get("disk") < static_cast<double>(used) / static_cast<double>(kMiB) + 0.001);
  CHECK(fixture.usage("b").disk_limit_bytes == 4 * kMiB);
  CHECK_FALSE(fixture.run_until([&] { return fixture.told.size() > 1; }, 100ms));  // once
}

TEST_CASE("a sandbox that grows is told when it has grown", "[disk_quota]") {
  Fixture fixture;
  fixture.prepare("a", "disk:2");
  fixture.watch("a");
  REQUIRE(fixture.measured("a"));
  CHECK(fixture.told.empty());
  fixture.fill("a", "file", 3072);
  CHECK(fixture.run_until([&] { return !fixture.told.empty(); }));
}

TEST_CASE("persistent volumes are not disk of the sandbox", "[disk_quota]") {
  Fixture fixture;
  fixture.prepare("a", "disk:2;disk(ads){volume=v1 at=data}:512");
  CHECK(fixture.usage("a").disk_limit_bytes == 2 * kMiB);
  fixture.prepare("b", "disk(ads){volume=v1 at=data}:512");
  CHECK_FALSE(fixture.usage("b").disk_limit_bytes);
}

TEST_CASE("a task without disk has no limit", "[disk_quota]") {
  Fixture fixture;
  fixture.prepare("a", "cpus:1");
  fixture.fill("a", "file", 3072);
  fixture.watch("a");
  REQUIRE(fixture.run_until([&] { return fixture.usage("a").disk_used_bytes > 3 * kMiB; }));
  CHECK_FALSE(fixture.usage("a").disk_limit_bytes);
  CHECK(fixture.told.empty());
}

TEST_CASE("without enforcement it is only reported", "[disk_quota]") {
  Fixture fixture({.interval = 10ms, .enforce = false});
  fixture.prepare("a", "disk:2");
  fixture.fill("a", "file", 3072);
  fixture.watch("a");
  REQUIRE(fixture.measured("a"));
  CHECK(fixture.usage("a").disk_used_bytes.value() > 3 * kMiB);
  CHECK(fixture.told.empty());
}

TEST_CASE("the limit may change", "[disk_quota]") {
  Fixture fixture;
  fixture.prepare("a", "disk:8");
  fixture.fill("a", "file", 3072);
  fixture.watch("a");
  REQUIRE(fixture.measured("a"));
  CHECK(fixture.told.empty());
  REQUIRE(fixture.isolator->update(ContainerId("a"), Resources::parse("disk:1").value()));
  CHECK(fixture.usage("a").disk_limit_bytes == kMiB);
  CHECK(fixture.run_until([&] { return !fixture.told.empty(); }));
}

TEST_CASE("a container of before is watched again", "[disk_quota]") {
  Fixture fixture;
  std::filesystem::create_directory(fixture.sandbox("a"));
  fixture.fill("a", "file", 3072);
  const std::vector<LiveContainer> live{{.id = ContainerId("a"),
                                         .sandbox = fixture.sandbox("a"),
                                         .resources = Resources::parse("disk:1").value()}};
  REQUIRE(fixture.isolator->recover(live));
  fixture.watch("a");
  CHECK(fixture.run_until([&] { return !fixture.told.empty(); }));
}

TEST_CASE("nothing is told after the cleanup, or after the stop", "[disk_quota]") {
  Fixture fixture;
  fixture.prepare("a", "disk:1");
  fixture.prepare("b", "disk:1");
  fixture.prepare("c", "disk:8");
  for (const char* id : {"a", "b", "c"}) {
    fixture.fill(id, "file", 3072);
    fixture.watch(id);
  }
  REQUIRE(fixture.isolator->cleanup(ContainerId("a")));
  REQUIRE(fixture.isolator->cleanup(ContainerId("b")));
  REQUIRE(fixture.measured("c"));
  CHECK(fixture.told.empty());
  CHECK_FALSE(fixture.usage("a").disk_limit_bytes);
  REQUIRE(fixture.isolator->update(ContainerId("c"), Resources::parse("disk:1").value()));
  fixture.isolator->stop();
  CHECK_FALSE(fixture.run_until([&] { return !fixture.told.empty(); }, 100ms));
}

TEST_CASE("a handler may end its container at once", "[disk_quota]") {
  Fixture fixture;
  fixture.prepare("a", "disk:1");
  fixture.fill("a", "file", 3072);
  int told = 0;
  fixture.isolator->watch(ContainerId("a"), [&](const ContainerId& id, Limitation) {
    ++told;
    CHECK(fixture.isolator->cleanup(id));
    fixture.isolator->stop();
  });
  CHECK(fixture.run_until([&] { return told == 1; }));
}

// A big sandbox is looked at in slices: what others want of the executor comes between.
TEST_CASE("a big sandbox does not hold up the executor, or other sandboxes", "[disk_quota]") {
  Fixture fixture;
  fixture.prepare("big", "disk:1000");
  fixture.fill_with_files("big");
  fixture.watch("big");
  fixture.prepare("small", "disk:1");
  fixture.fill("small", "file", 3072);
  fixture.watch("small");
  CHECK(fixture.run_until([&] { return !fixture.told.empty(); }));
  CHECK_FALSE(fixture.usage("big").disk_used_bytes);  // 20,000 files are more than a slice, or two
  CHECK(fixture.measured("big"));
}

// The task may make files faster than they are counted.
TEST_CASE("a walk without an end does not save a sandbox that is over its limit", "[disk_quota]") {
  Fixture fixture;
  fixture.prepare("a", "disk:1");
  fixture.fill_with_files("a");
  fixture.fill("a", "file", 3072);
  fixture.watch("a");
  const auto slowly = [&] {
    std::this_thread::sleep_for(100ms);
    return !fixture.told.empty();
  };
  CHECK(fixture.run_until(slowly));
  CHECK(fixture.usage("a").disk_used_bytes.value() > 3 * kMiB);
  CHECK(fixture.usage("a").disk_used_bytes.value() < 7 * kMiB);  // of 8 MiB
}

TEST_CASE("an interval must be positive", "[disk_quota]") {
  Fixture fixture({.interval = -1s});
  REQUIRE_FALSE(fixture.started);
  CHECK(fixture.started.error().message == "disk_quota: the interval of -1 s is not positive, such as 15 s");
}
