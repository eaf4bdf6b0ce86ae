#include "resources/entry_lookup.hpp"

#include <algorithm>
#include <bit>

namespace mesoscore::detail {
namespace {

// So far ahead a search looks before it turns to the index.
constexpr std::size_t kNear = 8;
// An index costs about as much as this many searches through a few entries.
constexpr std::size_t kFewEntries = 16;
constexpr std::size_t kFewSearches = 4;

}  // namespace

std::size_t EntryLookup::find(const Resource* items, const Resource& wanted) {
  const std::size_t found = search(items, wanted);
  if (found == kNone) return kNone;
  next_ = found + 1;
  if (wanted.piece()) take(found);
  return found;
}

std::size_t EntryLookup::search(const Resource* items, const Resource& wanted) {
  const bool large = size_ > kFewEntries && searches_ > kFewSearches;
  if (!large) return search_all(items, wanted);
  const std::size_t near = std::min(size_, next_ + (index_.empty() ? kNear : 1));
  for (std::size_t place = next_; place < near; ++place) {
    if (suits(items, place, wanted)) return place;
  }
  if (index_.empty()) make_index(items);
  return search_index(items, wanted);
}

std::size_t EntryLookup::search_all(const Resource* items, const Resource& wanted) const noexcept {
  for (std::size_t place = next_; place < size_; ++place) {
    if (suits(items, place, wanted)) return place;
  }
  for (std::size_t place = 0; place < std::min(next_, size_); ++place) {
    if (suits(items, place, wanted)) return place;
  }
  return kNone;
}

std::size_t EntryLookup::search_index(const Resource* items, const Resource& wanted) const noexcept {
  const std::size_t mask = index_.size() - 1;
  const std::uint64_t hash = hash_of(wanted);
  for (std::size_t at = hash & mask; index_[at].place != 0; at = (at + 1) & mask) {
    if (index_[at].hash != hash >> 32) continue;
    if (suits(items, index_[at].place - 1, wanted)) return index_[at].place - 1;
  }
  return kNone;
}

void EntryLookup::make_index(const Resource* items) {
  index_.resize(std::bit_ceil(2 * size_));
  const std::size_t mask = index_.size() - 1;
  for (std::size_t place = 0; place < size_; ++place) {
    const std::uint64_t hash = hash_of(items[place]);
    std::size_t at = hash & mask;
    while (index_[at].place != 0) at = (at + 1) & mask;
    index_[at] = {static_cast<std::uint32_t>(place + 1), static_cast<std::uint32_t>(hash >> 32)};
  }
}

// Of what same_entry() compares.
std::uint64_t EntryLookup::hash_of(const Resource& item) noexcept {
  std::uint64_t hash = item.name_.hash() ^ item.key_.bits();
  if (item.traits_) hash ^= item.traits_->hash;
  if (item.whole()) hash += static_cast<std::uint64_t>(item.scalar().milli);
  hash *= 0x9e3779b97f4a7c15ULL;
  return hash ^ hash >> 32;
}

void EntryLookup::take(std::size_t place) {
  if (place < 64) {
    taken_ |= std::uint64_t{1} << place;
    return;
  }
  if (more_taken_.empty()) more_taken_.resize(size_ - 64);
  more_taken_[place - 64] = true;
}

}  // namespace mesoscore::detail
