// Bags of many entries, in any order: the lookup with an index against a model.
#include <algorithm>
#include <map>

#include "random_bags.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using test::BagMaker;

namespace {

constexpr std::uint64_t kRounds = 60;

using Items = std::vector<Resource>;

// Amounts under many reservations, some of them revocable: each item is another entry.
Resource amount(std::uint64_t which, std::int64_t milli) {
  static const char* const kNames[] = {"cpus", "mem", "gpus", "a resource with a long name"};
  ResourceTraits traits;
  if (which >= 8) {
    const std::string number = std::to_string(which / 8);
    traits.reservations = {
        {Reservation::Type::dynamic, "role-" + number, "ops", {{"first", number}, {"second", "x"}}}};
  }
  traits.revocable = which % 8 >= 4;
  return Resource(kNames[which % 4], Scalar{milli}).with_traits(std::move(traits));
}

using Model = std::map<std::uint64_t, std::int64_t>;

// Every entry made anew, so that two bags share no traits; in random order.
Resources bag_of(const Model& model, Rng& rng) {
  Items items;
  for (const auto& [which, milli] : model) items.push_back(amount(which, milli));
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[rng.below(i)]);
  Resources out;
  for (const Resource& item : items) out.add(item);
  return out;
}

Model random_model(Rng& rng) {
  Model out;
  const std::uint64_t different = 1 + rng.below(300);
  for (std::uint64_t left = rng.below(200); left > 0; --left) {
    out[rng.below(different)] = 1 + static_cast<std::int64_t>(rng.below(3));
  }
  return out;
}

Model sum(Model a, const Model& b) {
  for (const auto& [which, milli] : b) a[which] += milli;
  return a;
}

Model difference(Model a, const Model& b) {
  for (const auto& [which, milli] : b) {
    const auto at = a.find(which);
    if (at == a.end()) continue;
    at->second -= milli;
    if (at->second <= 0) a.erase(at);
  }
  return a;
}

bool covers(const Model& a, const Model& b) { return difference(b, a).empty(); }

Resource volume(std::uint64_t which, bool shared) {
  ResourceTraits traits;
  traits.reservations = {{Reservation::Type::dynamic, "eng", "", {}}};
  traits.disk = std::make_unique<DiskInfo>();
  traits.disk->persistence_id = "v" + std::to_string(which);
  traits.shared = shared;
  return Resource("disk", Scalar{64'000}).with_traits(std::move(traits));
}

Resources many(std::uint64_t first, std::uint64_t count) {
  Resources out;
  for (std::uint64_t i = first; i < first + count; ++i) out.add(amount(8 * i, 1000));
  return out;
}

}  // namespace

TEST_CASE("large bags do what a map of their entries does") {
  int contained = 0, large = 0;
  for (std::uint64_t seed = 1; seed <= kRounds; ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    const Model in_a = random_model(rng);
    const Model in_b = rng.below(3) == 0 ? difference(in_a, random_model(rng)) : random_model(rng);
    const Resources a = bag_of(in_a, rng);
    const Resources b = bag_of(in_b, rng);
    large += a.size() > 32 && b.size() > 32;
    REQUIRE(a + b == bag_of(sum(in_a, in_b), rng));
    REQUIRE(a - b == bag_of(difference(in_a, in_b), rng));
    REQUIRE(a == bag_of(in_a, rng));
    REQUIRE((a == b) == (in_a == in_b));
    REQUIRE(a.contains(b) == covers(in_a, in_b));
    REQUIRE((a + b).contains(b));
    contained += a.contains(b);
    Model more = in_a;
    if (more.empty()) continue;
    ++more.begin()->second;
    REQUIRE_FALSE(a == bag_of(more, rng));
    REQUIRE_FALSE(a.contains(bag_of(more, rng)));
  }
  CHECK(contained > 10);
  CHECK(large > 10);
}

TEST_CASE("entries keep the order in which they were first added") {
  const Resources a = many(0, 50);
  Resources b;
  for (std::uint64_t i = 99; i >= 25; --i) b.add(amount(8 * i, 1000));
  const Resources sum = a + b;
  REQUIRE(sum.size() == 100);
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::uint64_t which = i < 50 ? i : 149 - i;
    REQUIRE(sum.begin()[i].same_identity(amount(8 * which, 1)));
  }
  const Resources rest = sum - many(10, 40);
  REQUIRE(rest.size() == 85);
  CHECK(rest.begin()[10].same_identity(amount(8 * 25, 1)));
  CHECK(rest.begin()[84].same_identity(amount(8 * 50, 1)));
}

TEST_CASE("equal atoms are counted among many entries") {
  const Resources others = many(0, 80);
  const auto with = [&](const Resources& bag, int atoms) {
    Resources out{volume(7, false)};
    out += bag;
    for (int i = 1; i < atoms; ++i) out.add(volume(7, false));
    return out;
  };
  const Resources three = with(others, 3);
  CHECK(three.size() == 83);
  CHECK(three.contains(with(others, 3)));
  CHECK(three == with(others, 3));
  CHECK_FALSE(three.contains(with(many(0, 79), 4)));
  CHECK_FALSE(three.contains(with(many(0, 20), 4)));
  CHECK_FALSE(three == with(many(0, 79), 4));
  CHECK(three - with(many(0, 79), 2) == Resources{volume(7, false), amount(8 * 79, 1000)});
  CHECK(three - with(many(0, 20), 9) == many(20, 60));
  CHECK((three + with({}, 2)).size() == 85);
}

TEST_CASE("copies of many shared volumes are counted") {
  Resources once, twice;
  for (std::uint64_t i = 0; i < 100; ++i) once.add(volume(i, true));
  for (std::uint64_t i = 100; i > 0; --i) {
    for (int copy = 0; copy < 2; ++copy) twice.add(volume(i - 1, true));
  }
  CHECK(once + once == twice);
  CHECK(twice - once == once);
  CHECK(twice.contains(once));
  CHECK_FALSE(once.contains(twice));
  CHECK_FALSE(once == twice);
  CHECK((once - twice).empty());
}

TEST_CASE("large bags may be combined with themselves") {
  for (std::uint64_t seed = 1; seed <= kRounds; ++seed) {
    CAPTURE(seed);
    BagMaker make(seed);
    Resources bag = many(0, 40);
    for (int i = 0; i < 10; ++i) bag += make.bag();
    const Resources before = bag;
    const Resources& same = bag;
    bag += same;
    REQUIRE(bag == before + before);
    REQUIRE(bag.contains(same));
    bag -= same;
    REQUIRE(bag.empty());
  }
}

TEST_CASE("bags are equal under any order of their entries") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    BagMaker make(seed);
    Resources a;
    for (std::uint64_t left = make.rng().below(6); left > 0; --left) a += make.bag();
    Items items(a.begin(), a.end());
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[make.rng().below(i)]);
    Resources b;
    for (const Resource& item : items) b.add(item);
    REQUIRE(a == b);
    REQUIRE(a.contains(b));
    REQUIRE((a - b).empty());
    REQUIRE(a + b == b + a);
    if (a.empty()) continue;
    b.subtract(items[make.rng().below(items.size())]);
    REQUIRE_FALSE(a == b);
    REQUIRE_FALSE(b.contains(a));
  }
}
