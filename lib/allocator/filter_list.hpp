// The filters on one agent: who refused what of it, and for how long.
//
// Ascending by leaf. A filter of 32 bytes names its refused resources by number: frameworks that decline the
// same agent usually refuse the same resources, which are then kept once. Filters whose epoch is not their
// leaf's are dead: that is how a revive clears a leaf's filters on all agents without visiting them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "allocator/bag.hpp"
#include "allocator/sibling_order.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::allocation {

struct Filter {
  NodeId leaf = kNoNode;
  std::uint32_t epoch = 0;
  TimePoint expiry = kNever;
  std::uint64_t run = 0;  // made after so many runs: it holds for the next one at least
  std::uint32_t refused = 0;
};

class FilterList {
 public:
  // Filters of the same leaf that this one makes superfluous are dropped, and so are its dead ones.
  void add(const Filter& filter, const Bag& refused);
  void clear() noexcept;
  bool empty() const noexcept { return filters_.empty(); }

  std::span<const Filter> all() const noexcept { return filters_; }
  std::span<const Filter> of(NodeId leaf) const noexcept;
  const Bag& refused(const Filter& filter) const noexcept { return sets_[filter.refused].bag; }
  std::size_t refused_sets() const noexcept { return sets_.size(); }

  // Drops the filters for which drop(filter).
  template <class Drop>
  void remove_if(Drop&& drop) {
    std::erase_if(filters_, [&](const Filter& filter) {
      if (!drop(filter)) return false;
      release(filter.refused);
      return true;
    });
  }

 private:
  struct RefusedSet {
    Bag bag;
    std::uint32_t users = 0;
  };
  std::uint32_t keep(const Bag& refused);
  void release(std::uint32_t number) noexcept;

  std::vector<Filter> filters_;
  std::vector<RefusedSet> sets_;  // those without users are free to be used again
};

}  // namespace mesoscore::allocation
