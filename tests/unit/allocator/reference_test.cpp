#include "support/catch.hpp"
#include "twins.hpp"

using lab::Twins;

TEST_CASE("the allocator grants what the slow reference grants, for 20,000 random histories") {
  std::size_t grants = 0, held_back = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Twins twins(seed);
    for (int i = 0; i < 40; ++i) {
      if (!twins.step()) FAIL("seed " << seed << ": " << twins.trouble());
    }
    grants += twins.grants();
    held_back += twins.held_back();
  }
  // The histories were not empty ones.
  CHECK(grants > 100'000);
  CHECK(held_back > 10'000);
}
