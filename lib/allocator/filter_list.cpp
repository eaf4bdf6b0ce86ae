#include "allocator/filter_list.hpp"

#include <algorithm>

namespace mesoscore::allocation {
namespace {

// How many different refused sets of one leaf an agent keeps; beyond it the one that expires first goes.
constexpr std::ptrdiff_t kMaxFiltersOfLeaf = 32;
// How many of the newest refused sets are looked through for an equal one.
constexpr std::size_t kSetsCompared = 8;

bool covers(const Bag& a, const Bag& b) { return a.same(b) || a->contains(*b); }

struct ByLeaf {
  bool operator()(const Filter& a, NodeId b) const noexcept { return a.leaf < b; }
  bool operator()(NodeId a, const Filter& b) const noexcept { return a < b.leaf; }
};

}  // namespace

std::span<const Filter> FilterList::of(NodeId leaf) const noexcept {
  const auto [first, last] = std::equal_range(filters_.begin(), filters_.end(), leaf, ByLeaf{});
  return {first, last};
}

std::uint32_t FilterList::keep(const Bag& refused) {
  std::size_t unused = sets_.size();
  std::size_t compared = 0;
  for (std::size_t i = sets_.size(); i-- > 0 && compared < kSetsCompared;) {
    if (sets_[i].users == 0) {
      unused = i;
    } else if (++compared; sets_[i].bag.same(refused)) {
      ++sets_[i].users;
      return static_cast<std::uint32_t>(i);
    }
  }
  if (unused == sets_.size()) sets_.emplace_back();
  sets_[unused].bag = refused;
  sets_[unused].users = 1;
  return static_cast<std::uint32_t>(unused);
}

void FilterList::release(std::uint32_t number) noexcept {
  if (--sets_[number].users == 0) sets_[number].bag.clear();
}

void FilterList::add(const Filter& filter, const Bag& refused) {
  const std::uint32_t number = keep(refused);
  auto [first, last] = std::equal_range(filters_.begin(), filters_.end(), filter.leaf, ByLeaf{});
  last = filters_.erase(std::remove_if(first, last,
                                       [&](const Filter& old) {
                                         const bool superfluous = old.epoch != filter.epoch ||
                                                                  (old.expiry <= filter.expiry &&
                                                                   covers(refused, this->refused(old)));
                                         if (superfluous) release(old.refused);
                                         return superfluous;
                                       }),
                        last);
  first = std::lower_bound(filters_.begin(), last, filter.leaf, ByLeaf{});
  if (last - first >= kMaxFiltersOfLeaf) {
    const auto soonest =
        std::min_element(first, last, [](const Filter& a, const Filter& b) { return a.expiry < b.expiry; });
    release(soonest->refused);
    last = filters_.erase(soonest) + (last - soonest - 1);
  }
  filters_.insert(last, filter)->refused = number;
}

void FilterList::clear() noexcept {
  filters_.clear();
  for (RefusedSet& set : sets_) {
    set.bag.clear();
    set.users = 0;
  }
}

}  // namespace mesoscore::allocation
