// Laws of the algebra, over random bags.
#include <algorithm>

#include "random_bags.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using test::BagMaker;
using test::BagOptions;
using test::Side;

namespace {

constexpr int kRounds = 3000;

// Calls `law` with a maker of its own for each round; the round is the seed, and is shown when a check fails.
template <class Law>
void for_many(Law law) {
  for (std::uint64_t seed = 1; seed <= kRounds; ++seed) {
    CAPTURE(seed);
    BagMaker make(seed);
    law(make);
  }
}

// No entry is empty and no two entries could be one.
bool is_combined(const Resources& bag) {
  Resources again;
  for (const Resource& item : bag) {
    if (item.empty()) return false;
    again.add(item);
  }
  return again.size() == bag.size() && again == bag;
}

}  // namespace

TEST_CASE("random bags are well formed and reach all that there is") {
  int shared = 0, copies = 0, atoms = 0, revocable = 0, ranges = 0, sets = 0, stacks = 0, twin_atoms = 0;
  for_many([&](BagMaker& make) {
    const Resources bag = make.bag();
    const Status status = validate(bag);
    CAPTURE(bag);
    CAPTURE(status ? std::string() : status.error().message);
    REQUIRE(status);
    for (const Resource& item : bag) {
      shared += item.shared();
      copies += item.copies() > 1;
      atoms += item.atom();
      revocable += item.revocable();
      ranges += item.kind() == ValueKind::ranges;
      sets += item.kind() == ValueKind::set;
      stacks += item.traits().reservations.size() == 2;
      twin_atoms += item.atom() && !item.shared() && std::count(bag.begin(), bag.end(), item) > 1;
    }
  });
  for (int count : {shared, atoms, revocable, ranges, sets, stacks}) CHECK(count > 100);
  CHECK(copies > 100);
  CHECK(twin_atoms > 100);
}

TEST_CASE("what is added can be taken away again") {
  for_many([](BagMaker& make) {
    const Resources a = make.bag({.side = Side::left});
    const Resources b = make.bag({.side = Side::right});
    CAPTURE(a, b);
    REQUIRE((a + b) - b == a);
    REQUIRE((a + b) - a == b);
    REQUIRE((a - a).empty());
  });
}

TEST_CASE("addition is commutative and associative, and keeps the bag combined") {
  for_many([](BagMaker& make) {
    const Resources a = make.bag();
    const Resources b = make.bag();
    const Resources c = make.bag();
    CAPTURE(a, b, c);
    REQUIRE(a + b == b + a);
    REQUIRE((a + b) + c == a + (b + c));
    REQUIRE(a + Resources() == a);
    REQUIRE(is_combined(a + b + c));
  });
}

TEST_CASE("containment is a partial order that addition respects") {
  for_many([](BagMaker& make) {
    const Resources a = make.bag();
    const Resources b = make.bag();
    const Resources c = make.bag();
    CAPTURE(a, b, c);
    REQUIRE(a.contains(a));
    REQUIRE(a.contains(Resources()));
    REQUIRE((a + b).contains(a));
    REQUIRE((a + b + c).contains(a + b));
    REQUIRE((a.contains(b) && b.contains(a)) == (a == b));
    const Resources less = a - b;
    const Resources least = less - c;
    REQUIRE(a.contains(less));
    REQUIRE(less.contains(least));
    REQUIRE(a.contains(least));
    if (a.contains(b) && b.contains(c)) REQUIRE(a.contains(c));
  });
}

TEST_CASE("containment means that nothing is missing after subtraction") {
  for_many([](BagMaker& make) {
    const Resources a = make.bag({.side = Side::left});
    const Resources b = make.rng().below(2) == 0 ? make.bag({.side = Side::left}) : a - make.bag();
    CAPTURE(a, b);
    REQUIRE(a.contains(b) == (b - a).empty());
    if (a.contains(b)) REQUIRE((a - b) + b == a);
    REQUIRE(((a - b) + b).contains(a));
  });
}

TEST_CASE("subtraction leaves nothing negative and nothing empty") {
  for_many([](BagMaker& make) {
    const Resources a = make.bag();
    const Resources b = make.bag();
    const Resources rest = a - b;
    CAPTURE(a, b, rest);
    REQUIRE(validate(rest));
    REQUIRE(is_combined(rest));
    for (const Resource& item : rest) REQUIRE(item.scalar().milli >= 0);
  });
}

TEST_CASE("a bag may be combined with itself") {
  for_many([](BagMaker& make) {
    const Resources a = make.bag();
    Resources twice = a;
    const Resources& same = twice;
    twice += same;
    REQUIRE(twice == a + a);
    twice -= same;
    REQUIRE(twice.empty());
    Resources one = a;
    for (const Resource& item : a) {
      one = a;
      one.add(*one.begin());
      one.subtract(*one.begin());
      REQUIRE(one.size() >= a.size() - 1);
      REQUIRE(one.contains(item) == (one.contains(Resources{item})));
    }
  });
}

TEST_CASE("quantities of a disjoint sum are the sum of the quantities") {
  for_many([](BagMaker& make) {
    const Resources a = make.bag({.side = Side::left, .shared = false});
    const Resources b = make.bag({.side = Side::right, .shared = false});
    CAPTURE(a, b);
    Quantities sum = a.quantities();
    sum += b.quantities();
    REQUIRE((a + b).quantities() == sum);
    for (const Resource& item : a) {
      if (item.kind() == ValueKind::scalar) REQUIRE(a.scalar(item.name()) == a.quantities().get(item.name()));
    }
  });
}

TEST_CASE("filters split a bag") {
  for_many([](BagMaker& make) {
    const Resources a = make.bag();
    CAPTURE(a);
    REQUIRE(a.revocable() + a.non_revocable() == a);
    Resources parts = a.unreserved();
    for (const char* role : {"ads", "eng", "eng/web"}) parts += a.reserved_to(role);
    REQUIRE(parts == a);
    REQUIRE(a.allocatable_to("eng/web") == a.unreserved() + a.reserved_to("eng") + a.reserved_to("eng/web"));
    REQUIRE(a.allocatable_to("*") == a.unreserved());
  });
}

TEST_CASE("the text form of what it can say reads back") {
  for_many([](BagMaker& make) {
    const Resources a = make.bag({.traits = false});
    CAPTURE(a);
    const Result<Resources> back = Resources::parse(a.str());
    REQUIRE(back);
    REQUIRE(*back == a);
    const Result<Quantities> quantities = Quantities::parse(a.quantities().str());
    REQUIRE(quantities);
    REQUIRE(*quantities == a.quantities());
  });
}

TEST_CASE("JSON always reads back, with what is not part of the identity") {
  for_many([](BagMaker& make) {
    const Resources a = make.bag();
    CAPTURE(a.to_json());
    const Result<Resources> back = Resources::parse(a.to_json());
    REQUIRE(back);
    REQUIRE(*back == a);
    REQUIRE(back->to_json() == a.to_json());
  });
}
