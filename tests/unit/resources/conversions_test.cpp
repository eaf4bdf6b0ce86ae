// What operations turn into what.
#include "core/operations.hpp"
#include "random_bags.hpp"
#include "support/catch.hpp"
#include "support/operation_resources.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

namespace {

Conversion converted(const Operation& operation) {
  Result<Conversion> change = conversion_of(operation);
  if (!change) FAIL(change.error().message);
  return *std::move(change);
}

// The bag after the operation, which must be possible.
Resources after(Resources bag, const Operation& operation) {
  const Status applied = apply(converted(operation), bag);
  if (!applied) FAIL(applied.error().message);
  return bag;
}

constexpr int kRounds = 2000;

}  // namespace

TEST_CASE("RESERVE needs what is one reservation less, UNRESERVE gives it back") {
  const Conversion reserve_plain = converted(reserve(reserved("cpus:1;disk:64", "eng")));
  CHECK(reserve_plain.consumed == parsed("cpus:1;disk:64"));
  CHECK(reserve_plain.converted == reserved("cpus:1;disk:64", "eng"));

  const Resources refined = reserved(reserved("cpus:1", "eng"), "eng/web");
  CHECK(converted(reserve(refined)).consumed == reserved("cpus:1", "eng"));
  CHECK(converted(unreserve(refined)).converted == reserved("cpus:1", "eng"));
}

TEST_CASE("a reservation with a source takes the source") {
  const Operation moved{{}, ReserveOperation{reserved("cpus:1", "ads"), reserved("cpus:1", "eng")}};
  CHECK(converted(moved).consumed == reserved("cpus:1", "eng"));
  CHECK(converted(moved).converted == reserved("cpus:1", "ads"));
}

TEST_CASE("a volume is made of reserved disk and becomes that again") {
  const Resources disk = reserved("disk:64", "eng");
  CHECK(converted(create({volume("v", "eng")})).consumed == disk);
  CHECK(converted(create({volume("v", "eng", 64, true)})).consumed == disk);
  CHECK(converted(destroy({volume("v", "eng")})).converted == disk);
}

TEST_CASE("a volume on a MOUNT disk keeps its disk") {
  ResourceTraits traits = volume("v", "eng").traits();
  traits.disk->source = DiskInfo::SourceType::mount;
  traits.disk->source_root = "/mnt/a";
  const Resource on_mount = volume("v", "eng").with_traits(traits);
  const Resources disk = converted(destroy({on_mount})).converted;
  REQUIRE(disk.size() == 1);
  CHECK(disk.begin()->traits().disk->source_root == "/mnt/a");
  CHECK_FALSE(disk.begin()->traits().disk->persistent());
}

TEST_CASE("all copies of a shared volume end together") {
  const Resource shared = volume("v", "eng", 64, true);
  Resources bag{shared, shared, shared};
  Conversion change = converted(destroy({shared}));
  take_all_copies(change, bag);
  REQUIRE(apply(change, bag));
  CHECK(bag == reserved("disk:64", "eng"));
}

TEST_CASE("an operation takes only what is there") {
  Resources bag = parsed("cpus:1;mem:64");
  const Resources before = bag;
  const Status applied = apply(converted(reserve(reserved("cpus:2", "eng"))), bag);
  REQUIRE_FALSE(applied);
  CHECK(applied.error().message == "it needs cpus:2, but there is cpus:1;mem:64");
  CHECK(bag == before);
}

TEST_CASE("operations that convert nothing") {
  for (const Operation& operation :
       {launch({}), Operation{{}, GrowVolumeOperation{}}, Operation{{}, ShrinkVolumeOperation{}}}) {
    const Result<Conversion> change = conversion_of(operation);
    REQUIRE_FALSE(change);
    CHECK_THAT(change.error().message, Catch::Contains(std::string(operation_name(operation))));
  }
  CHECK_FALSE(conversion_of(unreserve(parsed("cpus:1"))));
  CHECK_FALSE(conversion_of(reserve(parsed("cpus:1"))));
}

TEST_CASE("RESERVE and UNRESERVE keep the amounts, and together they change nothing") {
  int tried = 0;
  for (std::uint64_t seed = 1; seed <= kRounds; ++seed) {
    CAPTURE(seed);
    BagMaker make(seed);
    const Resources others = make.bag({.side = Side::left});
    const Resources wanted = make.bag({.side = Side::right, .traits = false});
    const Resources bag = others + wanted;
    CAPTURE(bag, wanted);
    const Operation there = reserve(reserved(wanted, "eng/web/new"));
    const Resources changed = after(bag, there);
    REQUIRE(changed.quantities() == bag.quantities());
    if (!wanted.empty()) REQUIRE_FALSE(changed == bag);
    REQUIRE(after(changed, unreserve(reserved(wanted, "eng/web/new"))) == bag);
    tried += !wanted.empty();
  }
  CHECK(tried > kRounds / 2);
}

TEST_CASE("CREATE and DESTROY keep the amounts, and together they change nothing") {
  for (std::uint64_t seed = 1; seed <= kRounds; ++seed) {
    CAPTURE(seed);
    BagMaker make(seed);
    const int size = 1 + static_cast<int>(make.rng().below(64));
    const Resources bag = make.bag() + reserved("disk:64", "ops");
    const Resources volumes{volume("new", "ops", size, make.rng().below(2) == 0)};
    CAPTURE(bag, volumes);
    const Resources changed = after(bag, create(volumes));
    REQUIRE(changed.quantities() == bag.quantities());
    REQUIRE(changed.contains(volumes));
    REQUIRE(after(changed, destroy(volumes)) == bag);
  }
}

TEST_CASE("the states of operations have names, and some of them are the end") {
  CHECK(to_string(OperationState::finished) == "OPERATION_FINISHED");
  CHECK(to_string(OperationState::gone_by_operator) == "OPERATION_GONE_BY_OPERATOR");
  for (const auto last : {OperationState::finished, OperationState::failed, OperationState::error,
                          OperationState::dropped, OperationState::gone_by_operator})
    CHECK(is_terminal(last));
  for (const auto passing :
       {OperationState::unsupported, OperationState::pending, OperationState::unreachable,
        OperationState::recovering, OperationState::unknown})
    CHECK_FALSE(is_terminal(passing));
}
