#include "allocator/share_search.hpp"

#include <bit>

namespace mesoscore::allocation {

void ShareSearch::reset(std::size_t children, std::size_t resources) {
  children_ = children;
  resources_ = resources;
  leaves_ = std::bit_ceil(std::max<std::size_t>(1, children));
  least_.assign(2 * leaves_ * resources_, INT64_MAX);
  times_.assign(2 * leaves_, UINT32_MAX);
  weight_.assign(2 * leaves_, 0);
  valid_ = true;
}

void ShareSearch::set(std::uint32_t rank, std::span<const std::int64_t> held, std::uint32_t times_chosen,
                      double weight, bool active) {
  const std::size_t node = leaves_ + rank;
  for (std::size_t r = 0; r < resources_; ++r) {
    // A sum that has wrapped around counts as the largest.
    least_[node * resources_ + r] = !active || held[r] < 0 ? INT64_MAX : held[r];
  }
  times_[node] = active ? times_chosen : UINT32_MAX;
  weight_[node] = active ? weight : 0;
}

void ShareSearch::combine(std::size_t node) noexcept {
  const std::size_t left = 2 * node, right = left + 1;
  for (std::size_t r = 0; r < resources_; ++r) {
    least_[node * resources_ + r] = std::min(least_[left * resources_ + r], least_[right * resources_ + r]);
  }
  times_[node] = std::min(times_[left], times_[right]);
  weight_[node] = std::max(weight_[left], weight_[right]);
}

void ShareSearch::finish() {
  for (std::size_t node = leaves_; node-- > 1;) combine(node);
}

void ShareSearch::raise(std::uint32_t rank) {
  for (std::size_t node = (leaves_ + rank) / 2; node > 0; node /= 2) combine(node);
}

}  // namespace mesoscore::allocation
