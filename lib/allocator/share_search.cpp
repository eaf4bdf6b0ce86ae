#include "allocator/share_search.hpp"

#include <bit>

namespace mesoscore::allocation {
namespace {

std::uint64_t turn(std::uint32_t times_chosen, std::uint32_t rank) noexcept {
  return std::uint64_t{times_chosen} << 32 | rank;
}

// Of each resource.
bool has_no_more(const std::int64_t* one, const std::int64_t* other, std::size_t resources) noexcept {
  for (; resources > 0; --resources, ++one, ++other) {
    if (*one > *other) return false;
  }
  return true;
}

}  // namespace

void ShareSearch::reset(std::size_t children, std::size_t resources) {
  children_ = children;
  resources_ = resources;
  leaves_ = std::bit_ceil(std::max<std::size_t>(1, children));
  least_.assign(2 * leaves_ * resources_, INT64_MAX);
  heads_.assign(2 * leaves_, Head());
  source_.resize(2 * leaves_);
  for (std::uint32_t node = 0; node < source_.size(); ++node) source_[node] = node;
  for (std::uint32_t rank = 0; rank < leaves_; ++rank) {
    heads_[leaves_ + rank] = {0, turn(UINT32_MAX, rank)};
  }
  valid_ = true;
}

void ShareSearch::set(std::uint32_t rank, std::span<const std::int64_t> held, std::uint32_t times_chosen,
                      double weight, bool active) {
  const std::size_t node = leaves_ + rank;
  std::int64_t* const amounts = least_.data() + node * resources_;
  for (std::size_t r = 0; r < held.size(); ++r) {
    // A sum that has wrapped around counts as the largest.
    amounts[r] = !active || held[r] < 0 ? INT64_MAX : held[r];
  }
  heads_[node] = active ? Head{weight, turn(times_chosen, rank)} : Head{0, turn(UINT32_MAX, rank)};
}

bool ShareSearch::mix(std::size_t node, std::uint32_t a, std::uint32_t b) noexcept {
  const std::int64_t *of_a = least(a), *of_b = least(b);
  std::int64_t* const amounts = least_.data() + node * resources_;
  bool same = source_[node] == node;
  source_[node] = static_cast<std::uint32_t>(node);
  for (std::size_t r = 0; r < resources_; ++r) {
    const std::int64_t lower = std::min(of_a[r], of_b[r]);
    same = same && amounts[r] == lower;
    amounts[r] = lower;
  }
  const Head &one = heads_[a], &other = heads_[b];
  const Head head{std::max(one.weight, other.weight),
                  turn(std::min(one.times(), other.times()), std::min(one.rank(), other.rank()))};
  same = same && heads_[node].weight == head.weight && heads_[node].turn == head.turn;
  heads_[node] = head;
  return !same;
}

// Of two siblings, only the one whose turn is first can come first for any totals.
inline bool ShareSearch::combine(std::size_t node) noexcept {
  std::uint32_t low = source_[2 * node], high = source_[2 * node + 1];
  if (heads_[high].turn < heads_[low].turn) std::swap(low, high);
  const bool is_first = low >= leaves_ && heads_[low].weight >= heads_[high].weight &&
                        has_no_more(least(low), least(high), resources_);
  if (!is_first) return mix(node, low, high);
  return std::exchange(source_[node], low) != low;
}

void ShareSearch::finish() {
  for (std::size_t node = leaves_; node-- > 1;) combine(node);
}

void ShareSearch::raise(std::uint32_t rank) {
  const std::size_t leaf = leaves_ + rank;
  for (std::size_t node = leaf / 2; node > 0; node /= 2) {
    // What is first here because of this child must be told further up, even if it was first before.
    if (!combine(node) && source_[node] != leaf) return;
  }
}

}  // namespace mesoscore::allocation
