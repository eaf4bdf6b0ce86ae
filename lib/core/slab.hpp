// Records with a small stable number, reused after release. A released record keeps the memory that its
// members own (strings and vectors keep their capacity), so that a busy machine stops allocating.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/assert.hpp"

namespace mesoscore {

inline constexpr std::uint32_t kNone = UINT32_MAX;

template <class T>
class Slab {
 public:
  // The caller resets the members it uses.
  std::uint32_t acquire() {
    ++live_;
    if (!free_.empty()) {
      const std::uint32_t index = free_.back();
      free_.pop_back();
      used_[index] = true;
      return index;
    }
    const auto index = static_cast<std::uint32_t>(used_.size());
    if (index % kChunk == 0) chunks_.push_back(std::make_unique<T[]>(kChunk));
    used_.push_back(true);
    return index;
  }
  void release(std::uint32_t index) {
    MESOSCORE_ASSERT(index < used_.size() && used_[index], "only a live record is released");
    used_[index] = false;
    free_.push_back(index);
    --live_;
  }
  T& operator[](std::uint32_t index) noexcept { return chunks_[index / kChunk][index % kChunk]; }
  const T& operator[](std::uint32_t index) const noexcept { return chunks_[index / kChunk][index % kChunk]; }
  bool live(std::uint32_t index) const noexcept { return index < used_.size() && used_[index]; }
  std::uint32_t live_count() const noexcept { return live_; }
  std::uint32_t end_index() const noexcept { return static_cast<std::uint32_t>(used_.size()); }

 private:
  static constexpr std::uint32_t kChunk = 16;

  std::vector<std::unique_ptr<T[]>> chunks_;  // references stay valid when it grows
  std::vector<bool> used_;
  std::vector<std::uint32_t> free_;
  std::uint32_t live_ = 0;
};

// A doubly linked list through the records of a slab, in the order of insertion. `Member` is the record's
// link.
struct Link {
  std::uint32_t prev = kNone;
  std::uint32_t next = kNone;
};

template <class T, Link T::*Member>
class LinkedList {
 public:
  std::uint32_t front() const noexcept { return head_; }
  std::uint32_t size() const noexcept { return size_; }
  bool empty() const noexcept { return head_ == kNone; }
  static std::uint32_t next(const Slab<T>& slab, std::uint32_t index) noexcept {
    return (slab[index].*Member).next;
  }

  void push_back(Slab<T>& slab, std::uint32_t index) noexcept {
    slab[index].*Member = Link{tail_, kNone};
    (tail_ == kNone ? head_ : (slab[tail_].*Member).next) = index;
    tail_ = index;
    ++size_;
  }
  void remove(Slab<T>& slab, std::uint32_t index) noexcept {
    const Link link = slab[index].*Member;
    (link.prev == kNone ? head_ : (slab[link.prev].*Member).next) = link.next;
    (link.next == kNone ? tail_ : (slab[link.next].*Member).prev) = link.prev;
    slab[index].*Member = Link{};
    --size_;
  }

 private:
  std::uint32_t head_ = kNone;
  std::uint32_t tail_ = kNone;
  std::uint32_t size_ = 0;
};

// Calls f(record) for each element; f may take the record it is given out of the list, and forget it.
template <class T, Link T::*Member, class F>
void each_of(const LinkedList<T, Member>& list, Slab<T>& slab, F&& f) {
  for (std::uint32_t i = list.front(); i != kNone;) {
    const std::uint32_t next = LinkedList<T, Member>::next(slab, i);
    f(slab[i]);
    i = next;
  }
}

}  // namespace mesoscore
