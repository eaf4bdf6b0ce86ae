#include "support/catch.hpp"
#include "twins.hpp"

namespace {

struct Sum {
  std::size_t grants = 0, held_back = 0, gangs = 0, demanded = 0, limited = 0;
};

Sum play(std::uint64_t first_seed, std::uint64_t histories, int steps, lab::Twins::Size size,
         bool populated) {
  Sum sum;
  for (std::uint64_t seed = first_seed; seed < first_seed + histories; ++seed) {
    lab::Twins twins(seed, size);
    if (populated) twins.populate();
    for (int i = 0; i < steps; ++i) {
      if (!twins.step()) FAIL("seed " << seed << ": " << twins.trouble());
    }
    sum.grants += twins.grants();
    sum.held_back += twins.held_back();
    sum.gangs += twins.gangs();
    sum.demanded += twins.demanded();
    sum.limited += twins.limited();
  }
  return sum;
}

// Sanitizers make a history five to ten times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kHistories = 10'000;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::uint64_t kHistories = 10'000;
#else
constexpr std::uint64_t kHistories = 100'000;
#endif
#else
constexpr std::uint64_t kHistories = 100'000;
#endif

}  // namespace

TEST_CASE("the allocator grants what the slow reference grants, for 100,000 random histories") {
  const Sum sum = play(0, kHistories, 50, {5, 5}, false);
  CHECK(sum.grants > 5 * kHistories);  // the histories were not empty ones
  CHECK(sum.held_back > kHistories / 2);
  CHECK(sum.gangs > kHistories / 100);
  CHECK(sum.demanded > kHistories / 50);
  CHECK(sum.limited > kHistories / 50);
}

TEST_CASE("the allocator grants what the slow reference grants, with many frameworks and agents") {
  const Sum sum = play(1'000'000, 60, 40, {40, 70}, true);
  CHECK(sum.grants > 5'000);
}

TEST_CASE(
    "the allocator grants what the slow reference grants, with many frameworks in each role and few agents") {
  const Sum sum = play(2'000'000, 150, 60, {100, 6}, true);
  CHECK(sum.grants > 2'000);
}
