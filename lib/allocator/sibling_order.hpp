// The active children of one node, in the order in which they are served.
//
// A sorted array: finding a place is a binary search, a change moves the entries in between. With sixteen
// bytes an entry that is a short memmove for hundreds of siblings, and walking it in order, which a run does
// most, touches nothing but the entries.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace mesoscore::allocation {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = UINT32_MAX;

struct Place {
  double key = 0;
  std::uint32_t times_chosen = 0;
};

struct OrderEntry {
  double key;
  std::uint32_t times_chosen;
  NodeId node;
};

class SiblingOrder {
 public:
  std::span<const OrderEntry> entries() const noexcept { return entries_; }
  std::size_t size() const noexcept { return entries_.size(); }

  template <class Less>
  void insert(const OrderEntry& entry, Less&& less) {
    entries_.insert(std::lower_bound(entries_.begin(), entries_.end(), entry, less), entry);
  }
  // The entry is in the order. `less` is a total order of it.
  template <class Less>
  void erase(const OrderEntry& entry, Less&& less) {
    entries_.erase(std::lower_bound(entries_.begin(), entries_.end(), entry, less));
  }
  // Moves an entry that is in the order from one place to another.
  template <class Less>
  void move(const OrderEntry& from, const OrderEntry& to, Less&& less) {
    const auto old = std::lower_bound(entries_.begin(), entries_.end(), from, less);
    if (less(from, to)) {
      const auto gap = std::lower_bound(old + 1, entries_.end(), to, less);
      std::move(old + 1, gap, old);
      *(gap - 1) = to;
    } else {
      const auto gap = std::lower_bound(entries_.begin(), old, to, less);
      std::move_backward(gap, old, old + 1);
      *gap = to;
    }
  }
  void clear() noexcept { entries_.clear(); }
  void push_back(const OrderEntry& entry) { entries_.push_back(entry); }
  template <class Less>
  void sort(Less&& less) {
    if (!std::is_sorted(entries_.begin(), entries_.end(), less))
      std::sort(entries_.begin(), entries_.end(), less);
  }

 private:
  std::vector<OrderEntry> entries_;
};

}  // namespace mesoscore::allocation
