#include <algorithm>
#include <limits>
#include <set>

#include "random_bags.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

Ranges make(std::vector<Range> intervals) { return *Ranges::make(std::move(intervals)); }

using Model = std::set<std::uint64_t>;

// Random intervals below 64, or the same just below the largest integer.
Ranges random_ranges(Rng& rng, std::uint64_t offset) {
  Ranges out;
  for (std::uint64_t left = rng.below(6); left > 0; --left) {
    const std::uint64_t begin = rng.below(64);
    const std::uint64_t end = std::min<std::uint64_t>(63, begin + rng.below(10));
    out += make({{offset + begin, offset + end}});
  }
  return out;
}

Model model_of(const Ranges& ranges) {
  Model out;
  for (const Range& range : ranges.intervals()) {
    for (std::uint64_t i = range.begin;; ++i) {
      out.insert(i);
      if (i == range.end) break;
    }
  }
  return out;
}

// Ascending, disjoint and not adjacent: there is one way to write a set of numbers.
bool is_normal(const Ranges& ranges) {
  const auto all = ranges.intervals();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].begin > all[i].end) return false;
    if (i > 0 && (all[i].begin <= all[i - 1].end || all[i].begin - all[i - 1].end < 2)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("ranges are sorted and adjacent ones become one") {
  CHECK(make({{4, 9}, {1, 3}}).intervals().size() == 1);
  CHECK(make({{4, 9}, {1, 3}}) == make({{1, 9}}));
  CHECK(make({{8, 9}, {1, 3}}).intervals()[0] == Range{1, 3});
  CHECK(make({}).empty());
}

TEST_CASE("the worked examples of the vocabulary hold") {
  CHECK((make({{1, 3}}) += make({{4, 9}})) == make({{1, 9}}));
  CHECK((make({{1, 9}}) -= make({{4, 5}})) == make({{1, 3}, {6, 9}}));
}

TEST_CASE("inverted and overlapping ranges are refused with both values") {
  struct Case {
    std::vector<Range> intervals;
    const char* says;
  };
  const Case cases[] = {
      {{{5, 1}}, "range [5-1] ends before it begins: write [1-5]"},
      {{{1, 5}, {5, 9}}, "ranges [1-5] and [5-9] overlap"},
      {{{3, 4}, {1, 9}}, "ranges [1-9] and [3-4] overlap"},
      {{{1, 2}, {1, 2}}, "overlap"},
  };
  for (const Case& c : cases) {
    const Result<Ranges> ranges = Ranges::make(c.intervals);
    REQUIRE_FALSE(ranges);
    CHECK(ranges.error() == Errc::invalid_argument);
    CHECK_THAT(ranges.error().message, Contains(c.says));
  }
}

TEST_CASE("the largest integer is an integer like others") {
  const Ranges top = make({{kMost, kMost}});
  CHECK((make({{0, kMost - 1}}) += top) == make({{0, kMost}}));
  CHECK((make({{0, kMost}}) -= top) == make({{0, kMost - 1}}));
  CHECK((make({{0, kMost}}) -= make({{0, kMost}})).empty());
  CHECK((make({{0, kMost}}) -= make({{5, 5}})) == make({{0, 4}, {6, kMost}}));
}

TEST_CASE("counting saturates") {
  CHECK(make({}).count() == 0);
  CHECK(make({{3, 3}, {10, 19}}).count() == 11);
  CHECK(make({{0, kMost - 1}}).count() == kMost);
  CHECK(make({{0, kMost}}).count() == kMost);
  CHECK(make({{0, kMost / 2}, {kMost / 2 + 2, kMost}}).count() == kMost);
}

TEST_CASE("ranges do what a set of their numbers does") {
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    const std::uint64_t offset = seed % 2 == 0 ? 0 : kMost - 63;
    const Ranges a = random_ranges(rng, offset);
    const Ranges b = random_ranges(rng, offset);
    const Model in_a = model_of(a);
    const Model in_b = model_of(b);
    Model both = in_a;
    both.insert(in_b.begin(), in_b.end());
    Model rest = in_a;
    for (std::uint64_t i : in_b) rest.erase(i);

    Ranges sum = a;
    sum += b;
    Ranges difference = a;
    difference -= b;
    REQUIRE(model_of(sum) == both);
    REQUIRE(model_of(difference) == rest);
    REQUIRE(is_normal(sum));
    REQUIRE(is_normal(difference));
    REQUIRE(a.contains(b) == std::includes(in_a.begin(), in_a.end(), in_b.begin(), in_b.end()));
    REQUIRE(a.count() == in_a.size());
    REQUIRE(sum.contains(a));
    REQUIRE(a.contains(difference));
  }
}

TEST_CASE("ranges may be combined with themselves") {
  Ranges a = make({{1, 3}, {7, 9}});
  const Ranges& same = a;
  a += same;
  CHECK(a == make({{1, 3}, {7, 9}}));
  a -= same;
  CHECK(a.empty());
}

// An object that is the only owner of its intervals is changed in place; copies must not see it.
TEST_CASE("ranges change in place and their copies stay as they were") {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    const std::uint64_t offset = seed % 2 == 0 ? 0 : kMost - 63;
    Ranges ranges;
    Model model;
    for (int step = 0; step < 30; ++step) {
      const Ranges other = random_ranges(rng, offset);
      const bool shared = rng.below(4) == 0;
      const Ranges copy = shared ? ranges : Ranges();
      const Model before = model;
      if (rng.below(2) == 0) {
        ranges += other;
        for (std::uint64_t i : model_of(other)) model.insert(i);
      } else {
        ranges -= other;
        for (std::uint64_t i : model_of(other)) model.erase(i);
      }
      REQUIRE(model_of(ranges) == model);
      REQUIRE(is_normal(ranges));
      if (shared) REQUIRE(model_of(copy) == before);
    }
  }
}

TEST_CASE("what changes nothing leaves the intervals where they are") {
  Ranges a = make({{1, 3}, {7, 9}});
  const Range* place = a.intervals().data();
  a += make({{2, 3}, {8, 8}});
  a -= make({{4, 6}, {10, 20}});
  CHECK(a.intervals().data() == place);
  const Ranges copy = a;
  CHECK(copy.intervals().data() == place);
}
