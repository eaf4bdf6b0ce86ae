// Finds the child with the smallest dominant share without an order of all of them.
//
// When what the cluster has changes, so do all shares, and an order made of them is void. Sorting anew for
// one agent that was added would cost as much as there are siblings. So there is this: a complete binary tree
// over the siblings, whose nodes have the least amount of each resource, the fewest times chosen and the
// largest weight of all below. From these follows a lower bound of the keys below for any totals, and a
// search only descends where it may find less than it has. It need not be told when the totals change.
//
// Mostly it need not descend at all: a child that has no more of any resource than all others, was not chosen
// more often and weighs no less is the first of them whatever the totals are. Where grants are alike, that is
// so in most nodes; they know their first child.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
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

  // Calls visit(place, best) for children that may come before `best`, which visit() lowers when it accepts
  // one. No child is asked twice.
  template <class Visit>
  void search(std::span<const std::int64_t> total, Place& best, Visit&& visit) const {
    descend({1, bound(1, total)}, 0, total, best, visit);
  }

 private:
  // Of a node, besides the amounts.
  struct Head {
    double weight = 0;
    std::uint64_t turn = UINT64_MAX;  // times chosen, then rank; of a node: not above those below it
    std::uint32_t times() const noexcept { return static_cast<std::uint32_t>(turn >> 32); }
    std::uint32_t rank() const noexcept { return static_cast<std::uint32_t>(turn); }
  };
  struct At {
    std::size_t node;
    Place bound;
  };

  const std::int64_t* least(std::size_t node) const noexcept { return least_.data() + node * resources_; }
  Place bound(std::size_t node, std::span<const std::int64_t> total) const noexcept {
    const std::size_t from = source_[node];
    const Head& head = heads_[from];
    if (head.times() == UINT32_MAX) return {};
    double share = 0;
    const std::int64_t* const amounts = least(from);  // may be none at all
    for (std::size_t r = 0; r < resources_; ++r) {
      if (total[r] <= 0 || amounts[r] == 0) continue;
      share = std::max(share, static_cast<double>(amounts[r]) / static_cast<double>(total[r]));
    }
    return {share / head.weight, head.times(), head.rank()};
  }
  // Of the two below the node. False: nothing has changed, but perhaps what the first child has.
  bool combine(std::size_t node) noexcept;
  bool mix(std::size_t node, std::uint32_t a, std::uint32_t b) noexcept;

  // `asked`: the leaf of a child that visit() did not accept; 0: none.
  template <class Visit>
  void descend(const At& at, std::uint32_t asked, std::span<const std::int64_t> total, Place& best,
               Visit& visit) const {
    if (!(at.bound < best)) return;
    if (const std::uint32_t from = source_[at.node]; from >= leaves_ && from != asked) {
      visit(at.bound, best);
      if (!(at.bound < best)) return;
      asked = from;
    }
    if (at.node >= leaves_) return;
    At first{2 * at.node, bound(2 * at.node, total)}, second{2 * at.node + 1, bound(2 * at.node + 1, total)};
    if (second.bound < first.bound) std::swap(first, second);
    descend(first, asked, total, best, visit);
    descend(second, asked, total, best, visit);
  }

  // Where the amounts and the head of a node are: at the leaf of the child that is first for any totals, or
  // at the node itself, if it depends.
  std::vector<std::uint32_t> source_;
  std::vector<Head> heads_;          // of sources
  std::vector<std::int64_t> least_;  // of sources: node * resources_ + resource
  std::size_t leaves_ = 0, children_ = 0, resources_ = 0;
  bool valid_ = false;
};

}  // namespace mesoscore::allocation
