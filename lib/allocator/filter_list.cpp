#include "allocator/filter_list.hpp"

#include <algorithm>

namespace mesoscore::allocation {
namespace {

// How many unusual filters of one leaf an agent keeps; beyond it the one that expires first goes.
constexpr std::ptrdiff_t kMaxUnusualOfLeaf = 32;

bool equal(const Bag& a, const Bag& b) { return a.same(b) || *a == *b; }
bool covers(const Bag& a, const Bag& b) { return a.same(b) || a->contains(*b); }

struct ByLeaf {
  bool operator()(const Filter& a, NodeId b) const noexcept { return a.leaf < b; }
  bool operator()(NodeId a, const Filter& b) const noexcept { return a < b.leaf; }
};

}  // namespace

std::span<const FilterList::Unusual> FilterList::unusual_of(NodeId leaf) const noexcept {
  const auto [first, last] = std::equal_range(unusual_.begin(), unusual_.end(), leaf, ByLeaf{});
  return {first, last};
}

void FilterList::set_bit(NodeId leaf, bool on) {
  const std::size_t word = leaf / 64;
  if (word >= bits_.size()) bits_.resize(word + 1, 0);
  const std::uint64_t bit = std::uint64_t{1} << (leaf % 64);
  bits_[word] = on ? bits_[word] | bit : bits_[word] & ~bit;
}

Filter* FilterList::find_usual(NodeId leaf) noexcept {
  const auto found = std::find_if(usual_.begin(), usual_.end(),
                                  [leaf](const Filter& filter) { return filter.leaf == leaf; });
  return found == usual_.end() ? nullptr : &*found;
}

void FilterList::drop_usual(NodeId leaf) {
  Filter* found = find_usual(leaf);
  *found = usual_.back();
  usual_.pop_back();
  set_bit(leaf, false);
}

void FilterList::add(const Filter& filter, const Bag& refused) {
  if (usual_.empty()) usual_bag_ = refused;
  if (usually_refused(filter.leaf)) {
    Filter& old = *find_usual(filter.leaf);
    if (old.epoch == filter.epoch && old.expiry > filter.expiry && equal(usual_bag_, refused)) {
      old.run = filter.run;
      return;
    }
    if (old.epoch != filter.epoch || (old.expiry <= filter.expiry && covers(refused, usual_bag_))) {
      drop_usual(filter.leaf);
    }
  }
  if (!unusual_of(filter.leaf).empty()) {
    const auto [first, last] = std::equal_range(unusual_.begin(), unusual_.end(), filter.leaf, ByLeaf{});
    const auto longer = std::find_if(first, last, [&](const Unusual& old) {
      return old.epoch == filter.epoch && old.expiry > filter.expiry && equal(old.refused, refused);
    });
    if (longer != last) {
      longer->run = filter.run;
      return;
    }
    unusual_.erase(std::remove_if(first, last,
                                  [&](const Unusual& old) {
                                    return old.epoch != filter.epoch ||
                                           (old.expiry <= filter.expiry && covers(refused, old.refused));
                                  }),
                   last);
  }
  if (usual_.empty()) usual_bag_ = refused;
  if (refused.same(usual_bag_) && !usually_refused(filter.leaf)) return add_usual(filter);
  add_unusual(filter, refused);
}

void FilterList::add_usual(const Filter& filter) {
  usual_.push_back(filter);
  set_bit(filter.leaf, true);
}

void FilterList::add_unusual(const Filter& filter, const Bag& refused) {
  auto [first, last] = std::equal_range(unusual_.begin(), unusual_.end(), filter.leaf, ByLeaf{});
  if (last - first >= kMaxUnusualOfLeaf) {
    const auto soonest =
        std::min_element(first, last, [](const Filter& a, const Filter& b) { return a.expiry < b.expiry; });
    last = unusual_.erase(soonest) + (last - soonest - 1);
  }
  unusual_.insert(last, Unusual{filter, refused});
}

void FilterList::clear() noexcept {
  usual_.clear();
  unusual_.clear();
  bits_.clear();
  usual_bag_.clear();
}

}  // namespace mesoscore::allocation
