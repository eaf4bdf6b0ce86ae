// The active children of one node, in the order in which they are served.
//
// A sorted array with room at both ends: finding a place is a binary search, and a change moves the entries
// on the shorter side of it. Most changes take the first entry, which was served, to the end. Walking in
// order, which a run does most, touches nothing but the entries.
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
  std::span<const OrderEntry> entries() const noexcept { return {room_.data() + begin_, end_ - begin_}; }
  std::size_t size() const noexcept { return end_ - begin_; }

  template <class Less>
  void insert(const OrderEntry& entry, Less&& less) {
    insert_at(place(entry, less), entry);
  }
  // The entry is in the order. `less` is a total order of it.
  template <class Less>
  void erase(const OrderEntry& entry, Less&& less) {
    erase_at(place(entry, less));
  }
  // Moves an entry that is in the order from one place to another.
  template <class Less>
  void move(const OrderEntry& from, const OrderEntry& to, Less&& less) {
    const std::size_t old = size() > 0 && room_[begin_].node == from.node ? 0 : place(from, less);
    OrderEntry* const first = room_.data() + begin_;
    const bool stays =
        (old == 0 || !less(to, first[old - 1])) && (old + 1 == size() || !less(first[old + 1], to));
    if (stays) {
      first[old] = to;
      return;
    }
    erase_at(old);
    if (size() > 0 && !less(to, room_[end_ - 1])) return push_back(to);
    insert_at(place(to, less), to);
  }

  void clear() noexcept { begin_ = end_ = 0; }
  void push_back(const OrderEntry& entry) { insert_at(size(), entry); }
  template <class Less>
  void sort(Less&& less) {
    const auto first = room_.begin() + static_cast<std::ptrdiff_t>(begin_);
    const auto last = room_.begin() + static_cast<std::ptrdiff_t>(end_);
    if (!std::is_sorted(first, last, less)) std::sort(first, last, less);
  }

 private:
  template <class Less>
  std::size_t place(const OrderEntry& entry, Less&& less) const {
    const auto all = entries();
    return static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), entry, less) - all.begin());
  }

  void insert_at(std::size_t at, const OrderEntry& entry) {
    if (at < size() / 2 && begin_ > 0) {
      OrderEntry* const first = room_.data() + begin_;
      std::copy(first, first + at, first - 1);
      --begin_;
    } else {
      if (end_ == room_.size()) make_room();
      OrderEntry* const first = room_.data() + begin_;
      std::copy_backward(first + at, first + size(), first + size() + 1);
      ++end_;
    }
    room_[begin_ + at] = entry;
  }

  void erase_at(std::size_t at) noexcept {
    OrderEntry* const first = room_.data() + begin_;
    if (at < size() / 2) {
      std::copy_backward(first, first + at, first + at + 1);
      ++begin_;
    } else {
      std::copy(first + at + 1, first + size(), first + at);
      --end_;
    }
    if (begin_ == end_) begin_ = end_ = 0;
  }

  // At the end: by moving everything to the front, if much is free there, else by more of it.
  void make_room() {
    if (begin_ > size()) {
      std::copy(room_.data() + begin_, room_.data() + end_, room_.data());
      end_ -= begin_;
      begin_ = 0;
    } else {
      room_.resize(room_.size() * 2 + 4);
    }
  }

  std::vector<OrderEntry> room_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace mesoscore::allocation
