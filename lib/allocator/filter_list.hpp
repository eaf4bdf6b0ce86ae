// The filters on one agent: who refused what of it, and for how long.
//
// Whoever declines an agent usually refuses all of it, so most filters of an agent refuse the same bag. For
// that one, the usual bag, there is a bit for each leaf: a run tests bits, and a word of them says of 64
// leaves at once that none can be offered the agent. Filters that refuse something else are kept ascending by
// leaf.
//
// Filters whose epoch is not their leaf's are dead: that is how a revive clears a leaf's filters on all
// agents without visiting them. sweep() drops them before the bits are looked at.
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
};

class FilterList {
 public:
  struct Unusual : Filter {
    Bag refused;
  };

  // Filters of the same leaf that this one makes superfluous are dropped, and so are its dead ones. A shorter
  // refusal of the same bag only makes the longer one hold for the next run.
  void add(const Filter& filter, const Bag& refused);
  void clear() noexcept;
  bool empty() const noexcept { return usual_.empty() && unusual_.empty(); }

  const Bag& usual_bag() const noexcept { return usual_bag_; }
  bool usually_refused(NodeId leaf) const noexcept {
    const std::size_t word = leaf / 64;
    return word < bits_.size() && ((bits_[word] >> (leaf % 64)) & 1u) != 0;
  }
  std::span<const std::uint64_t> usual_bits() const noexcept { return bits_; }
  std::span<const Unusual> unusual_of(NodeId leaf) const noexcept;
  std::span<const Unusual> unusual() const noexcept { return unusual_; }
  std::size_t size() const noexcept { return usual_.size() + unusual_.size(); }

  // Calls visit(filter, bag) for each, or for each of one leaf.
  template <class Visit>
  void each(Visit&& visit) const {
    for (const Filter& filter : usual_) visit(filter, usual_bag_);
    for (const Unusual& filter : unusual_) visit(filter, filter.refused);
  }
  template <class Visit>
  void each_of(NodeId leaf, Visit&& visit) const {
    if (usually_refused(leaf)) {
      for (const Filter& filter : usual_) {
        if (filter.leaf == leaf) visit(filter, usual_bag_);
      }
    }
    for (const Unusual& filter : unusual_of(leaf)) visit(static_cast<const Filter&>(filter), filter.refused);
  }

  // Drops the filters for which drop(filter).
  template <class Drop>
  void remove_if(Drop&& drop) {
    std::erase_if(usual_, [&](const Filter& filter) {
      if (!drop(filter)) return false;
      set_bit(filter.leaf, false);
      return true;
    });
    std::erase_if(unusual_, drop);
    if (usual_.empty()) usual_bag_.clear();
  }
  // The same, unless it was done with the same number before.
  template <class Drop>
  void sweep(std::uint64_t number, Drop&& drop) {
    if (swept_ != number && !empty()) remove_if(drop);
    swept_ = number;
  }

 private:
  void set_bit(NodeId leaf, bool on);
  void add_usual(const Filter& filter);
  void add_unusual(const Filter& filter, const Bag& refused);
  Filter* find_usual(NodeId leaf) noexcept;
  void drop_usual(NodeId leaf);

  std::vector<Filter> usual_;  // in no order; one for each leaf that has a bit
  std::vector<std::uint64_t> bits_;
  Bag usual_bag_;
  std::vector<Unusual> unusual_;
  std::uint64_t swept_ = 0;
};

}  // namespace mesoscore::allocation
