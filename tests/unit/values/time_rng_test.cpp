#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "mesoscore/rng.hpp"
#include "mesoscore/time.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using std::chrono::seconds;

TEST_CASE("adding to a time saturates at never") {
  CHECK(after(TimePoint(seconds(5)), seconds(2)) == TimePoint(seconds(7)));
  CHECK(after(TimePoint(seconds(5)), seconds(-2)) == TimePoint(seconds(3)));
  CHECK(after(kNever, seconds(1)) == kNever);
  CHECK(after(TimePoint(seconds(5)), Duration::max()) == kNever);
}

TEST_CASE("seconds become durations, whatever they are") {
  CHECK(from_seconds(1.5) == std::chrono::milliseconds(1500));
  CHECK(from_seconds(-1.5) == std::chrono::milliseconds(-1500));
  CHECK(from_seconds(1e300) == Duration::max());
  CHECK(from_seconds(-1e300) == Duration::min());
  CHECK(from_seconds(std::numeric_limits<double>::quiet_NaN()) == Duration::zero());
  CHECK(to_seconds(std::chrono::milliseconds(250)) == 0.25);
  CHECK(to_unix_seconds(TimePoint(seconds(3))) == 3.0);
}

TEST_CASE("the generator gives the published numbers of splitmix64") {
  Rng rng(1234567);
  CHECK(rng.next() == 6457827717110365317ull);
  CHECK(rng.next() == 3203168211198807973ull);
  CHECK(rng.next() == 9817491932198370423ull);
}

TEST_CASE("draws stay within their bounds") {
  Rng rng(3);
  CHECK(rng.below(0) == 0);
  CHECK(rng.below(1) == 0);
  CHECK(rng.jitter(Duration(-5)) == Duration::zero());
  std::array<int, 7> seen{};
  for (int i = 0; i < 2000; ++i) {
    ++seen[rng.below(7)];
    const double u = rng.uniform();
    REQUIRE((u >= 0 && u < 1));
    const Duration jitter = rng.jitter(Duration(3));
    REQUIRE((jitter >= Duration::zero() && jitter <= Duration(3)));
  }
  for (int count : seen) CHECK(count > 200);
}

TEST_CASE("a shuffle keeps the elements") {
  Rng rng(3);
  std::array<int, 5> items{1, 2, 3, 4, 5};
  bool changed = false;
  for (int i = 0; i < 10; ++i) {
    rng.shuffle(std::span<int>(items));
    changed = changed || items != std::array<int, 5>{1, 2, 3, 4, 5};
  }
  std::sort(items.begin(), items.end());
  CHECK(items == std::array<int, 5>{1, 2, 3, 4, 5});
  CHECK(changed);
}
