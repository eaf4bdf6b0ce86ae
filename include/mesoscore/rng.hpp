// The seeded random generator that the core draws from. The same seed gives the same numbers on every
// platform (the standard distributions do not promise that), which is what makes a run replayable. Generator:
// splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). Not for
// secrets. Not thread-safe: one generator per state machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "mesoscore/time.hpp"

namespace mesoscore {

class Rng {
 public:
  explicit constexpr Rng(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // Uniform in [0, bound); 0 for bound 0. Multiply-shift, bias below 2^-32 for bounds below 2^32.
  constexpr std::uint64_t below(std::uint64_t bound) noexcept {
    return static_cast<std::uint64_t>((static_cast<__uint128_t>(next()) * bound) >> 64);
  }
  // Uniform in [0, 1).
  constexpr double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // Uniform in [0, limit].
  constexpr Duration jitter(Duration limit) noexcept {
    if (limit.count() <= 0) return Duration::zero();
    return Duration(static_cast<Duration::rep>(below(static_cast<std::uint64_t>(limit.count()) + 1)));
  }
  template <class T>
  constexpr void shuffle(std::span<T> items) noexcept {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }
  // An independent generator for a part of the system.
  constexpr Rng split() noexcept { return Rng(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace mesoscore
