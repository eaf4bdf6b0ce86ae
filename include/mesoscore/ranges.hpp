// Sets of integers as intervals: port ranges and the like.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "mesoscore/detail/shared_array.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore {

// Closed interval [begin, end].
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  friend constexpr auto operator<=>(const Range&, const Range&) = default;
};

// Disjoint, non-adjacent closed intervals in ascending order. Sums coalesce. Cheap to copy: copies share
// their intervals until one of them changes. Value semantics; distinct objects may be used from distinct
// threads.
class Ranges {
 public:
  Ranges() = default;
  // Refuses inverted and overlapping intervals; adjacent ones coalesce. Any order.
  static Result<Ranges> make(std::vector<Range> intervals);

  std::span<const Range> intervals() const noexcept { return {intervals_.begin(), intervals_.end()}; }
  bool empty() const noexcept { return intervals_.size() == 0; }
  std::uint64_t count() const noexcept;  // how many integers; saturates at 2^64 - 1
  bool contains(const Ranges& other) const noexcept;
  // Both walk the operands once, side by side, and leave what does not change where it is.
  Ranges& operator+=(const Ranges& other);  // union
  Ranges& operator-=(const Ranges& other);  // difference
  friend bool operator==(const Ranges& a, const Ranges& b) noexcept;

 private:
  detail::SharedArray<Range> intervals_;
};

}  // namespace mesoscore
