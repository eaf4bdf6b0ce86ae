// Arithmetic of fixed-point amounts. Sums saturate instead of overflowing.
#pragma once

#include <algorithm>
#include <cstdint>

#include "mesoscore/resources.hpp"

namespace mesoscore {

inline Scalar saturating_add(Scalar a, Scalar b) noexcept {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a.milli, b.milli, &sum))
    sum = a.milli > 0 ? Scalar::kMaxMilli : -Scalar::kMaxMilli;
  return {std::clamp(sum, -Scalar::kMaxMilli, Scalar::kMaxMilli)};
}

// The same for amounts that are not negative, such as those in bags.
inline Scalar sum_of_positive(Scalar a, Scalar b) noexcept {
  const std::uint64_t sum = static_cast<std::uint64_t>(a.milli) + static_cast<std::uint64_t>(b.milli);
  return {static_cast<std::int64_t>(std::min(sum, static_cast<std::uint64_t>(Scalar::kMaxMilli)))};
}

// How many there are, as an amount.
inline Scalar count_as_scalar(std::uint64_t count) noexcept {
  constexpr auto kLargest = static_cast<std::uint64_t>(Scalar::kMaxMilli) / 1000;
  return {static_cast<std::int64_t>(std::min(count, kLargest) * 1000)};
}

// An amount from outside: refuses what is not finite, negative, too large, or positive and yet zero in
// thousandths.
Result<Scalar> checked_amount(double value);

}  // namespace mesoscore
