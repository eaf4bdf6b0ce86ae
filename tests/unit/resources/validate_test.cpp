// Rules of well-formed resources that text and JSON cannot break, or that a program can.
#include <functional>

#include "mesoscore/resources.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

namespace {

std::string flaw(const Resource& resource) {
  const Status status = validate(resource);
  return status ? "" : status.error().message;
}

Resource disk_with(const std::function<void(ResourceTraits&)>& change) {
  ResourceTraits traits;
  traits.disk = std::make_unique<DiskInfo>();
  change(traits);
  return Resource("disk", Scalar{1000}).with_traits(std::move(traits));
}

}  // namespace

TEST_CASE("plain resources of every kind are well formed") {
  CHECK(validate(Resource("cpus", Scalar{1})));
  CHECK(validate(Resource("cpus", Scalar{0})));
  CHECK(validate(Resource("ports", Ranges())));
  CHECK(validate(Resource("bugs", std::vector<std::string>{"a"})));
  CHECK(validate(Resource("ünïcode-näme.of_a-resource", Scalar{1})));
  CHECK(validate(Resources()));
}

TEST_CASE("a negative amount is refused") {
  CHECK(flaw(Resource("cpus", Scalar{-1500})) ==
        "resource 'cpus': amount -1.5 is negative: give zero or more");
}

TEST_CASE("names are one word") {
  for (const char* name : {"", "a b", "a:b", "a;b", "a(b", "a]b", "a{b", "a,b", "a\n"}) {
    CAPTURE(name);
    CHECK_FALSE(flaw(Resource(name, Scalar{1})).empty());
  }
}

TEST_CASE("only persistent volumes are shared") {
  CHECK_THAT(flaw(disk_with([](ResourceTraits& t) { t.shared = true; })),
             Contains("not a persistent volume"));
  CHECK(flaw(disk_with([](ResourceTraits& t) {
          t.shared = true;
          t.disk->persistence_id = "v";
        })).empty());
}

TEST_CASE("only PATH and MOUNT disks have a root") {
  using Source = DiskInfo::SourceType;
  for (Source type : {Source::none, Source::path, Source::mount, Source::block, Source::raw}) {
    const bool may = type == Source::path || type == Source::mount;
    const std::string said = flaw(disk_with([type](ResourceTraits& t) {
      t.disk->source = type;
      t.disk->source_root = "/x";
    }));
    CHECK(said.empty() == may);
  }
}

TEST_CASE("properties of a source need a source") {
  const std::function<void(DiskInfo&)> changes[] = {
      [](DiskInfo& disk) { disk.source_id = "x"; },
      [](DiskInfo& disk) { disk.source_profile = "x"; },
      [](DiskInfo& disk) { disk.source_vendor = "x"; },
      [](DiskInfo& disk) {
        disk.source_metadata = {{"x", ""}};
      },
  };
  for (const auto& change : changes) {
    CHECK_THAT(flaw(disk_with([&](ResourceTraits& t) { change(*t.disk); })), Contains("no source type"));
    CHECK(flaw(disk_with([&](ResourceTraits& t) {
            t.disk->source = DiskInfo::SourceType::raw;
            change(*t.disk);
          })).empty());
  }
}

TEST_CASE("a name has one kind of value in a bag") {
  const Resources bag{Resource("a", Scalar{1}), Resource("a", std::vector<std::string>{"x"})};
  const Status status = validate(bag);
  REQUIRE_FALSE(status);
  CHECK_THAT(status.error().message, Contains("'a' comes with two kinds of value"));
}
