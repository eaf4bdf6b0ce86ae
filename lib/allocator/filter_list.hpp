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
#include <memory>
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

  FilterList() noexcept = default;
  FilterList(const FilterList& other) : rep_(other.rep_ ? std::make_unique<Rep>(*other.rep_) : nullptr) {}
  FilterList(FilterList&&) noexcept = default;
  FilterList& operator=(FilterList other) noexcept {
    rep_ = std::move(other.rep_);
    return *this;
  }

  // Filters of the same leaf that this one makes superfluous are dropped, and so are its dead ones. A shorter
  // refusal of the same bag only makes the longer one hold for the next run.
  void add(const Filter& filter, const Bag& refused);
  void clear() noexcept { rep_.reset(); }
  bool empty() const noexcept { return size() == 0; }
  std::size_t size() const noexcept { return rep_ ? rep_->usual.size() + rep_->unusual.size() : 0; }

  const Bag& usual_bag() const noexcept { return rep_ ? rep_->usual_bag : none(); }
  bool usually_refused(NodeId leaf) const noexcept {
    const std::size_t word = leaf / 64;
    return rep_ && word < rep_->bits.size() && ((rep_->bits[word] >> (leaf % 64)) & 1u) != 0;
  }
  std::span<const std::uint64_t> usual_bits() const noexcept {
    return rep_ ? std::span<const std::uint64_t>(rep_->bits) : std::span<const std::uint64_t>();
  }
  std::span<const Unusual> unusual_of(NodeId leaf) const noexcept;

  // Calls visit(filter, bag) for each, or for each of one leaf.
  template <class Visit>
  void each(Visit&& visit) const {
    if (!rep_) return;
    for (const Filter& filter : rep_->usual) visit(filter, rep_->usual_bag);
    for (const Unusual& filter : rep_->unusual) visit(filter, filter.refused);
  }
  template <class Visit>
  void each_of(NodeId leaf, Visit&& visit) const {
    if (usually_refused(leaf)) {
      for (const Filter& filter : rep_->usual) {
        if (filter.leaf == leaf) visit(filter, rep_->usual_bag);
      }
    }
    for (const Unusual& filter : unusual_of(leaf)) visit(static_cast<const Filter&>(filter), filter.refused);
  }

  // Drops the filters for which drop(filter).
  template <class Drop>
  void remove_if(Drop&& drop) {
    if (!rep_) return;
    std::erase_if(rep_->usual, [&](const Filter& filter) {
      if (!drop(filter)) return false;
      set_bit(filter.leaf, false);
      return true;
    });
    std::erase_if(rep_->unusual, drop);
    if (rep_->usual.empty()) rep_->usual_bag.clear();
  }
  // The same, unless it was done with the same number before.
  template <class Drop>
  void sweep(std::uint64_t number, Drop&& drop) {
    if (!rep_ || rep_->swept == number) return;
    remove_if(drop);
    rep_->swept = number;
  }

 private:
  struct Rep {
    std::vector<Filter> usual;  // in no order; one for each leaf that has a bit
    std::vector<std::uint64_t> bits;
    Bag usual_bag;
    std::vector<Unusual> unusual;
    std::uint64_t swept = 0;
  };

  static const Bag& none() noexcept;
  void set_bit(NodeId leaf, bool on);
  bool merge_usual(const Filter& filter, const Bag& refused);
  bool merge_unusual(const Filter& filter, const Bag& refused);
  void add_usual(const Filter& filter);
  void add_unusual(const Filter& filter, const Bag& refused);
  Filter* find_usual(NodeId leaf) noexcept;
  void drop_usual(NodeId leaf);

  std::unique_ptr<Rep> rep_;  // null: never had any
};

}  // namespace mesoscore::allocation
