#include <algorithm>
#include <map>

#include "mesoscore/resources.hpp"
#include "mesoscore/rng.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

namespace {

using Model = std::map<std::string, std::int64_t>;

Quantities random_quantities(Rng& rng) {
  static const char* const kNames[] = {"cpus", "disk",  "cores",
                                       "mem",  "ports", "a-name-beyond-fifteen-bytes"};
  Quantities out;
  for (std::uint64_t left = rng.below(6); left > 0; --left) {
    out.add(kNames[rng.below(6)], Scalar{static_cast<std::int64_t>(rng.below(4000))});
  }
  return out;
}

Model model_of(const Quantities& quantities) {
  Model out;
  for (const Quantities::Entry& entry : quantities.entries()) out[entry.name.str()] = entry.amount.milli;
  return out;
}

}  // namespace

TEST_CASE("quantities are kept by name, without zeros") {
  Quantities quantities;
  quantities.set("mem", Scalar{5});
  quantities.set("cpus", Scalar{7});
  quantities.set("disk", Scalar{0});
  quantities.add("mem", Scalar{2});
  CHECK(quantities.str() == "cpus:0.007;mem:0.007");
  CHECK(quantities.get("mem").milli == 7);
  CHECK(quantities.get("disk").milli == 0);
  quantities.set("mem", Scalar{-3});
  CHECK(quantities.str() == "cpus:0.007");
  quantities.add("cpus", Scalar{-9});
  CHECK(quantities.empty());
}

TEST_CASE("quantities are read from text") {
  CHECK(Quantities::parse(" mem : 1024 ; cpus:4;cpus:0.5; ")->str() == "cpus:4.5;mem:1024");
  CHECK(Quantities::parse("")->empty());
  CHECK(Quantities::parse("cpus:0")->empty());
  for (const char* text : {"ports:[1-2]", "bugs:{a}", "cpus(ads):1"}) {
    const Result<Quantities> quantities = Quantities::parse(text);
    REQUIRE_FALSE(quantities);
    CHECK_THAT(quantities.error().message, Contains(text) && Contains("neither roles nor lists"));
  }
  CHECK_FALSE(Quantities::parse("cpus"));
  CHECK_FALSE(Quantities::parse("gpus:0.5"));
}

TEST_CASE("the quantity of a list is how many it has; a shared volume counts once") {
  CHECK(Resources::parse("ports:[1-4,8-9];bugs:{a,b,c};cpus:2;cpus(ads):1")->quantities().str() ==
        "bugs:3;cpus:3;ports:6");
  ResourceTraits traits;
  traits.shared = true;
  traits.disk = std::make_unique<DiskInfo>();
  traits.disk->persistence_id = "v1";
  const Resource volume = Resource("disk", Scalar{10'000}).with_traits(traits);
  CHECK(Resources{volume, volume}.quantities().str() == "disk:10");
}

TEST_CASE("quantities do what a map of amounts does") {
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    const Quantities a = random_quantities(rng);
    const Quantities b = random_quantities(rng);
    Model sum = model_of(a);
    Model rest = model_of(a);
    bool contains = true;
    for (const auto& [name, amount] : model_of(b)) {
      sum[name] += amount;
      contains = contains && a.get(name).milli >= amount;
      rest[name] -= std::min(rest[name], amount);
      if (rest[name] == 0) rest.erase(name);
    }
    Quantities added = a;
    added += b;
    Quantities subtracted = a;
    subtracted -= b;
    REQUIRE(model_of(added) == sum);
    REQUIRE(model_of(subtracted) == rest);
    REQUIRE(a.contains(b) == contains);
    REQUIRE(added.contains(a));
    REQUIRE(a.contains(subtracted));
    added -= b;
    REQUIRE(added == a);
    REQUIRE(*Quantities::parse(a.str()) == a);
  }
}

TEST_CASE("quantities may be combined with themselves") {
  Quantities a = *Quantities::parse("cpus:1;mem:2");
  const Quantities& same = a;
  a += same;
  CHECK(a.str() == "cpus:2;mem:4");
  a -= same;
  CHECK(a.empty());
}
