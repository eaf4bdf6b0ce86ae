#include "allocator/bag.hpp"

#include <algorithm>

#include "allocator/agent_share.hpp"
#include "allocator/bags.hpp"

namespace mesoscore::allocation {
namespace {

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) noexcept {
  hash = (hash ^ value) * 0x9fb21c651e98df25ULL;
  return hash ^ (hash >> 32);
}

std::uint64_t hash_of(const Resource& item) noexcept {
  std::uint64_t hash = mixed(item.name().hash(), static_cast<std::uint64_t>(item.scalar().milli));
  for (const Range& range : item.ranges().intervals()) hash = mixed(mixed(hash, range.begin), range.end);
  hash = mixed(hash, item.set().size());
  if (!item.plain()) hash = mixed(hash, item.traits().identity_hash());
  return hash;
}

std::uint64_t hash_of(const Resources& resources) noexcept {
  std::uint64_t hash = 0x51ed270b5f6ac41fULL;
  for (const Resource& item : resources) hash = mixed(hash, hash_of(item));
  return hash;
}

}  // namespace

const Resources& Bag::none() noexcept {
  static const Resources empty{};
  return empty;
}

Bag BagTable::make(const Resources& resources, ClusterTotal& total) {
  if (resources.empty()) return {};
  if (surely_equal(*recent_[latest_], resources)) return recent_[latest_];
  for (std::size_t i = 0; i < std::size(recent_); ++i) {
    if (i == latest_ || !surely_equal(*recent_[i], resources)) continue;
    return recent_[latest_ = i];
  }
  const std::uint64_t hash = hash_of(resources);
  const auto found = bags_.find(hash);
  Bag bag;
  if (found != bags_.end() && surely_equal(*found->second, resources)) {
    bag = found->second;
  } else {
    bag = add(resources, total);
    if (found == bags_.end()) bags_.emplace(hash, bag);
  }
  recent_[latest_ = next_recent_++ % std::size(recent_)] = bag;
  if (bags_.size() > next_sweep_) drop_unused();
  return bag;
}

Bag BagTable::add(const Resources& resources, ClusterTotal& total) {
  auto* entry = new Bag::Entry;
  entry->resources = resources;
  for (const Resource& item : resources) {
    if (!item.shared()) total.append(entry->amounts, item);
  }
  entry->plain =
      std::all_of(resources.begin(), resources.end(), [](const Resource& item) { return item.plain(); });
  entry->has_shared = has_shared(resources);
  entry->has_gpus = resources.scalar("gpus").milli > 0;
  entry->enough = is_enough(resources, minimum_);
  return Bag(entry);
}

Bag BagTable::without_shared(const Bag& bag, ClusterTotal& total) {
  if (!bag.has_shared()) return bag;
  return make(allocation::without_shared(*bag), total);
}

const BagTable::Result* BagTable::Results::find(const Bag& a, const Bag& b) noexcept {
  if (last[latest].is_of(a, b)) return &last[latest];
  for (std::size_t i = 0; i < std::size(last); ++i) {
    if (last[i].is_of(a, b)) return &last[latest = i];
  }
  return nullptr;
}

Bag BagTable::plus(const Bag& a, const Bag& b, ClusterTotal& total) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  if (const Result* known = sums_.find(a, b)) return known->bag;
  Bag sum = make(*a + *b, total);
  sums_.add({a, b, sum});
  return sum;
}

BagTable::Difference BagTable::minus(const Bag& a, const Bag& b, ClusterTotal& total) {
  if (b.empty()) return {a};
  if (a.same(b)) return {};
  if (const Result* known = differences_.find(a, b)) return {known->bag, known->contained};
  const Difference difference{make(*a - *b, total), a->contains(*b)};
  differences_.add({a, b, difference.bag, difference.contained});
  return difference;
}

// Those that nobody has but this table.
void BagTable::drop_unused() {
  for (auto each = bags_.begin(); each != bags_.end();) {
    const bool unused = each->second.entry()->owners.load(std::memory_order_relaxed) == 1;
    each = unused ? bags_.erase(each) : std::next(each);
  }
  next_sweep_ = std::max<std::size_t>(64, 2 * bags_.size());
}

}  // namespace mesoscore::allocation
