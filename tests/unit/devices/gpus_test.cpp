#include "isolators/linux/devices_gpus.hpp"

#include <filesystem>

#include "catch.hpp"
#include "isolators/linux/gpu_discovery.hpp"
#include "machine.hpp"
#include "support/skip.hpp"

using namespace mesoscore;
using devices_detail::GpuBook;
using test::Folder;

namespace {

using Names = std::vector<std::string>;

struct Book {
  explicit Book(const Folder& folder, Names names = {"g0", "g1", "g2"}) {
    std::filesystem::create_directory(folder / "gpus");
    REQUIRE(book.open(folder / "gpus", std::move(names)));
  }
  Status set(const char* id, std::size_t count) { return book.set(ContainerId(id), count); }
  Names of(const char* id) const {
    const auto names = book.of(ContainerId(id));
    return {names.begin(), names.end()};
  }
  GpuBook book;
};

}  // namespace

TEST_CASE("each gpu is held by one container", "[devices]") {
  Folder folder;
  Book book(folder);
  REQUIRE(book.set("a", 2));
  REQUIRE(book.set("b", 1));
  CHECK(book.of("a") == Names{"g0", "g1"});
  CHECK(book.of("b") == Names{"g2"});
  const Status more = book.set("c", 1);
  REQUIRE_FALSE(more);
  CHECK(more.error().message == "it asks for gpus:1, and of the 3 of this agent it can have 0");
  REQUIRE(book.book.release(ContainerId("a")));
  REQUIRE(book.set("c", 1));
  CHECK(book.of("c") == Names{"g0"});
}

TEST_CASE("a container may get more gpus, and give some back", "[devices]") {
  Folder folder;
  Book book(folder);
  REQUIRE(book.set("b", 1));
  REQUIRE(book.set("a", 1));
  REQUIRE(book.set("a", 2));
  CHECK(book.of("a") == Names{"g1", "g2"});
  const Status more = book.set("a", 3);
  REQUIRE_FALSE(more);
  CHECK(more.error().message == "it asks for gpus:3, and of the 3 of this agent it can have 2");
  CHECK(book.of("a") == Names{"g1", "g2"});
  REQUIRE(book.set("a", 1));
  CHECK(book.of("a") == Names{"g1"});
}

TEST_CASE("gpus stay with who lives, and only with them", "[devices]") {
  Folder folder;
  {
    Book book(folder);
    REQUIRE(book.set("live", 1));
    REQUIRE(book.set("dead", 1));
    REQUIRE(book.set("shrunk", 1));
    REQUIRE(book.set("shrunk", 0));
  }
  Book book(folder, {"g2", "g0", "g1"});  // another order
  const std::vector<ContainerId> live{ContainerId("live"), ContainerId("shrunk"), ContainerId("without")};
  REQUIRE(book.book.recover(live));
  CHECK(book.of("live") == Names{"g0"});
  CHECK(book.of("dead").empty());
  CHECK(book.of("shrunk").empty());
  CHECK_FALSE(std::filesystem::exists(folder / "gpus/dead"));
  REQUIRE(book.set("new", 2));
  CHECK(book.of("new") == Names{"g2", "g1"});
}

TEST_CASE("a gpu that is no longer there is nobody else's either", "[devices]") {
  Folder folder;
  { REQUIRE(Book(folder).set("live", 2)); }
  Book book(folder, {"g1", "g2"});
  const std::vector<ContainerId> live{ContainerId("live")};
  REQUIRE(book.book.recover(live));
  CHECK(book.of("live") == Names{"g0", "g1"});
  REQUIRE(book.set("new", 1));
  CHECK(book.of("new") == Names{"g2"});
  REQUIRE(book.book.release(ContainerId("live")));
  CHECK_FALSE(book.set("big", 2));
}

TEST_CASE("what cannot be kept is not given", "[devices]") {
  Folder folder;
  Book book(folder);
  std::filesystem::remove(folder / "gpus");
  CHECK_FALSE(book.set("a", 1));
  CHECK(book.of("a").empty());
}

TEST_CASE("names of gpus must be names", "[devices]") {
  Folder folder;
  GpuBook book;
  CHECK(book.open(folder / "gpus", {"a", "a"}).error().message == "two gpus have the name 'a'");
  CHECK(book.open(folder / "gpus", {""}).error().message == "the gpu '' needs a name of one line");
  CHECK_FALSE(book.open(folder / "gpus", {"a\nb"}));
}

TEST_CASE("nvidia's gpus are found by their nodes, in the order of their numbers", "[devices]") {
  if (!test::can_make_nodes()) return test::skip(test::kNoNodes);
  Folder dev;
  for (const char* name : {"nvidiactl", "nvidia-uvm", "nvidia", "nvidia1x", "null"})
    test::make_null(dev / name);
  for (int number : {7, 10, 0, 2, 12, 5, 1, 11}) test::make_null(dev / ("nvidia" + std::to_string(number)));
  test::write_bytes(dev / "nvidia3", "not a device");
  const auto discovery = devices_detail::nvidia_device_nodes_in(dev / "");
  const auto gpus = discovery->gpus();
  REQUIRE(gpus);
  Names names;
  for (const auto& gpu : *gpus) {
    names.push_back(gpu.name);
    CHECK(gpu.devices == std::vector<isolators::Device>{{.path = "/dev/" + gpu.name}});
  }
  CHECK(names ==
        Names{"nvidia0", "nvidia1", "nvidia2", "nvidia5", "nvidia7", "nvidia10", "nvidia11", "nvidia12"});
  CHECK(discovery->shared_devices() ==
        std::vector<isolators::Device>{{.path = "/dev/nvidiactl"}, {.path = "/dev/nvidia-uvm"}});
}

TEST_CASE("a machine without a /dev has no answer about gpus", "[devices]") {
  Folder folder;
  CHECK_FALSE(devices_detail::nvidia_device_nodes_in(folder / "nowhere")->gpus());
  CHECK(isolators::nvidia_device_nodes()->gpus());
}
