// Finds the child with the smallest dominant share without an order of all of them.
//
// When what the cluster has changes, so do all shares, and an order made of them is void. Sorting anew for
// one agent that was added would cost as much as there are siblings. So there is this: a complete binary tree
// over the siblings, whose nodes have the least amount of each resource, the fewest times chosen and the
// largest weight of all below. From these follows a lower bound of the keys below for any totals, and a
// search only descends where it may find less than it has. It need not be told when the totals change.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "allocator/sibling_order.hpp"

namespace mesoscore::allocation {

class ShareSearch {
 public:
  // What decides the order, in this order.
  struct Place {
    double key = std::numeric_limits<double>::infinity();
    std::uint32_t times_chosen = UINT32_MAX;
    std::uint32_t rank = UINT32_MAX;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  bool is_valid() const noexcept { return valid_; }
  void invalidate() noexcept { valid_ = false; }
  // Before set() of each child.
  void reset(std::size_t children, std::size_t resources);
  bool fits(std::size_t children, std::size_t resources) const noexcept {
    return valid_ && children == children_ && resources == resources_;
  }
  // A child that is not active is never found.
  void set(std::uint32_t rank, std::span<const std::int64_t> held, std::uint32_t times_chosen, double weight,
           bool active);
  void finish();                   // after reset() and set()
  void raise(std::uint32_t rank);  // after a set() later on

  // Calls visit(rank, best) for children that may come before `best`, which visit() lowers when it accepts
  // one.
  template <class Visit>
  void search(std::span<const std::int64_t> total, Place& best, Visit&& visit) const {
    descend(1, bound(1, total), total, best, visit);
  }

 private:
  Place bound(std::size_t node, std::span<const std::int64_t> total) const noexcept {
    double share = 0;
    const std::int64_t* least = least_.data() + node * resources_;  // may be none at all
    if (times_[node] == UINT32_MAX) return {};
    for (std::size_t r = 0; r < resources_; ++r) {
      if (total[r] > 0 && least[r] != 0) {
        share = std::max(
            share, static_cast<double>(least[r] < 0 ? INT64_MAX : least[r]) / static_cast<double>(total[r]));
      }
    }
    return {share / weight_[node], times_[node], first_rank(node)};
  }
  std::uint32_t first_rank(std::size_t node) const noexcept {
    while (node < leaves_) node *= 2;
    return static_cast<std::uint32_t>(node - leaves_);
  }
  void combine(std::size_t node) noexcept;

  template <class Visit>
  void descend(std::size_t node, const Place& at_best, std::span<const std::int64_t> total, Place& best,
               Visit& visit) const {
    if (!(at_best < best)) return;
    if (node >= leaves_) return visit(static_cast<std::uint32_t>(node - leaves_), best);
    const std::size_t left = 2 * node, right = left + 1;
    const Place of_left = bound(left, total), of_right = bound(right, total);
    const bool right_first = of_right < of_left;
    descend(right_first ? right : left, right_first ? of_right : of_left, total, best, visit);
    descend(right_first ? left : right, right_first ? of_left : of_right, total, best, visit);
  }

  std::vector<std::int64_t> least_;  // node * resources_ + resource
  std::vector<std::uint32_t> times_;
  std::vector<double> weight_;
  std::size_t leaves_ = 0, children_ = 0, resources_ = 0;
  bool valid_ = false;
};

}  // namespace mesoscore::allocation
