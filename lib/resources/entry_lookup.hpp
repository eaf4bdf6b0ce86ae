// Finds, for the entries of one bag, the entries of another that they meet.
//
// Bags mostly have their entries in the same order: the search for the next entry begins behind the one that
// was found last. When that fails in large bags, an index is made, so that a walk over one bag takes time
// linear in both, whatever their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mesoscore/resources.hpp"

namespace mesoscore::detail {

class EntryLookup {
 public:
  static constexpr std::size_t kNone = SIZE_MAX;

  // Over the first `size` entries of a bag; `searches` are expected, the first one beginning at `start`.
  EntryLookup(std::size_t size, std::size_t searches, std::size_t start) noexcept
      : size_(size), searches_(searches), next_(start) {}

  // The place of the entry that `wanted` meets, or kNone. Pieces are found once each. `items` is where the
  // entries are now: the caller may have moved them, and may have changed their values, but not their order.
  std::size_t find(const Resource* items, const Resource& wanted);

 private:
  struct Slot {
    std::uint32_t place;  // one more than that of the entry; 0: a free slot
    std::uint32_t hash;
  };

  bool suits(const Resource* items, std::size_t place, const Resource& wanted) const noexcept {
    return items[place].same_entry(wanted) && !(wanted.piece() && is_taken(place));
  }
  std::size_t search(const Resource* items, const Resource& wanted);
  std::size_t search_all(const Resource* items, const Resource& wanted) const noexcept;
  std::size_t search_index(const Resource* items, const Resource& wanted) const noexcept;
  void make_index(const Resource* items);
  static std::uint64_t hash_of(const Resource& item) noexcept;

  bool is_taken(std::size_t place) const noexcept {
    return place < 64 ? (taken_ >> place & 1) != 0
                      : place - 64 < more_taken_.size() && more_taken_[place - 64];
  }
  void take(std::size_t place);

  std::size_t size_;
  std::size_t searches_;
  std::size_t next_;
  std::vector<Slot> index_;  // open addressing, a power of two of slots
  std::uint64_t taken_ = 0;  // pieces that were found: the first 64 places, and the others
  std::vector<bool> more_taken_;
};

}  // namespace mesoscore::detail
