#include "resources/scalar.hpp"

#include <limits>

#include "mesoscore/rng.hpp"
#include "support/catch.hpp"

using namespace mesoscore;
using Catch::Matchers::Contains;

TEST_CASE("scalars have three decimals") {
  CHECK(Scalar::from_double(0.1).milli == 100);
  CHECK(Scalar::from_double(0.1).milli + Scalar::from_double(0.2).milli == Scalar::from_double(0.3).milli);
  CHECK(Scalar::from_double(0.0004).milli == 0);
  CHECK(Scalar::from_double(0.0005).milli == 1);
  CHECK(Scalar::from_double(-0.0005).milli == -1);
  CHECK(Scalar::from_double(1.9999).milli == 2000);
  CHECK(Scalar{1500}.to_double() == 1.5);
}

TEST_CASE("scalars saturate at the safe magnitude") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (double large : {9.22e15, 9.3e15, 1e300, infinity}) {
    CHECK(Scalar::from_double(large).milli == Scalar::kMaxMilli);
    CHECK(Scalar::from_double(-large).milli == -Scalar::kMaxMilli);
  }
  CHECK(Scalar::from_double(std::numeric_limits<double>::quiet_NaN()).milli == 0);
  CHECK(saturating_add({Scalar::kMaxMilli}, {1}).milli == Scalar::kMaxMilli);
  CHECK(saturating_add({Scalar::kMaxMilli}, {Scalar::kMaxMilli}).milli == Scalar::kMaxMilli);
  CHECK(saturating_add({-Scalar::kMaxMilli}, {-Scalar::kMaxMilli}).milli == -Scalar::kMaxMilli);
  CHECK(saturating_add({5}, {-7}).milli == -2);
  CHECK(count_as_scalar(3).milli == 3000);
  CHECK(count_as_scalar(~0ull).milli == Scalar::kMaxMilli);
}

TEST_CASE("a double carries every amount up to 4e12 exactly") {
  Rng rng(5);
  for (int i = 0; i < 100'000; ++i) {
    const Scalar amount{static_cast<std::int64_t>(rng.below(4'000'000'000'000'001ull >> rng.below(50)))};
    REQUIRE(Scalar::from_double(amount.to_double()) == amount);
  }
}

TEST_CASE("amounts from outside are checked") {
  CHECK(checked_amount(0)->milli == 0);
  CHECK(checked_amount(0.0005)->milli == 1);
  CHECK(checked_amount(9.22e15)->milli == Scalar::kMaxMilli);
  struct Case {
    double value;
    const char* says;
  };
  const Case cases[] = {
      {std::numeric_limits<double>::quiet_NaN(), "amount nan is not a finite number"},
      {std::numeric_limits<double>::infinity(), "amount inf is not a finite number"},
      {-0.5, "amount -0.5 is negative"},
      {1e16, "amount 1e+16 is too large"},
      {0.0004, "amount 0.0004 rounds to zero"},
  };
  for (const Case& c : cases) {
    const Result<Scalar> amount = checked_amount(c.value);
    REQUIRE_FALSE(amount);
    CHECK_THAT(amount.error().message, Contains(c.says));
  }
}
