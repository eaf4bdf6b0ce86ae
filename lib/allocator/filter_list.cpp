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

const Bag& FilterList::none() noexcept {
  static const Bag empty;
  return empty;
}

std::span<const FilterList::Unusual> FilterList::unusual_of(NodeId leaf) const noexcept {
  if (!rep_) return {};
  const auto [first, last] = std::equal_range(rep_->unusual.begin(), rep_->unusual.end(), leaf, ByLeaf{});
  return {first, last};
}

void FilterList::set_bit(NodeId leaf, bool on) {
  const std::size_t word = leaf / 64;
  if (word >= rep_->bits.size()) rep_->bits.resize(word + 1, 0);
  const std::uint64_t bit = std::uint64_t{1} << (leaf % 64);
  rep_->bits[word] = on ? rep_->bits[word] | bit : rep_->bits[word] & ~bit;
}

Filter* FilterList::find_usual(NodeId leaf) noexcept {
  return &*std::find_if(rep_->usual.begin(), rep_->usual.end(),
                        [leaf](const Filter& filter) { return filter.leaf == leaf; });
}

void FilterList::drop_usual(NodeId leaf) {
  *find_usual(leaf) = rep_->usual.back();
  rep_->usual.pop_back();
  set_bit(leaf, false);
}

void FilterList::add(const Filter& filter, const Bag& refused) {
  if (!rep_) rep_ = std::make_unique<Rep>();
  if (merge_usual(filter, refused) || merge_unusual(filter, refused)) return;
  if (rep_->usual.empty()) rep_->usual_bag = refused;
  if (refused.same(rep_->usual_bag) && !usually_refused(filter.leaf)) return add_usual(filter);
  add_unusual(filter, refused);
}

// Whether an older one takes the new one in. Drops it if the new one takes it in.
bool FilterList::merge_usual(const Filter& filter, const Bag& refused) {
  if (!usually_refused(filter.leaf)) return false;
  Filter& old = *find_usual(filter.leaf);
  if (old.epoch == filter.epoch && old.expiry > filter.expiry && equal(rep_->usual_bag, refused)) {
    old.run = filter.run;
    return true;
  }
  if (old.epoch != filter.epoch || (old.expiry <= filter.expiry && covers(refused, rep_->usual_bag))) {
    drop_usual(filter.leaf);
  }
  return false;
}

bool FilterList::merge_unusual(const Filter& filter, const Bag& refused) {
  std::vector<Unusual>& all = rep_->unusual;
  const auto [first, last] = std::equal_range(all.begin(), all.end(), filter.leaf, ByLeaf{});
  const auto longer = std::find_if(first, last, [&](const Unusual& old) {
    return old.epoch == filter.epoch && old.expiry > filter.expiry && equal(old.refused, refused);
  });
  if (longer != last) {
    longer->run = filter.run;
    return true;
  }
  const auto superfluous = [&](const Unusual& old) {
    return old.epoch != filter.epoch || (old.expiry <= filter.expiry && covers(refused, old.refused));
  };
  all.erase(std::remove_if(first, last, superfluous), last);
  return false;
}

void FilterList::add_usual(const Filter& filter) {
  rep_->usual.push_back(filter);
  set_bit(filter.leaf, true);
}

void FilterList::add_unusual(const Filter& filter, const Bag& refused) {
  std::vector<Unusual>& all = rep_->unusual;
  auto [first, last] = std::equal_range(all.begin(), all.end(), filter.leaf, ByLeaf{});
  if (last - first >= kMaxUnusualOfLeaf) {
    const auto soonest =
        std::min_element(first, last, [](const Filter& a, const Filter& b) { return a.expiry < b.expiry; });
    last = all.erase(soonest) + (last - soonest - 1);
  }
  all.insert(last, Unusual{filter, refused});
}

}  // namespace mesoscore::allocation
