#include "allocator/cluster_total.hpp"

#include "allocator/bag.hpp"

#include <algorithm>
#include <utility>

namespace mesoscore::allocation {

ClusterTotal::ClusterTotal(std::span<const Name> fair_sharing_excluded)
    : excluded_names_(fair_sharing_excluded.begin(), fair_sharing_excluded.end()) {}

// A handful of names, most of them equal to the first ones: a walk beats a hash.
std::uint32_t ClusterTotal::number_if_known(const Name& name) const noexcept {
  for (std::uint32_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == name) return i;
  }
  return UINT32_MAX;
}

std::uint32_t ClusterTotal::number_of(const Name& name) {
  if (const std::uint32_t known = number_if_known(name); known != UINT32_MAX) return known;
  const auto number = static_cast<std::uint32_t>(names_.size());
  names_.push_back(name);
  excluded_.push_back(std::find(excluded_names_.begin(), excluded_names_.end(), name) !=
                      excluded_names_.end());
  total_.push_back(0);
  fair_.push_back(0);
  change_.push_back(0);
  by_name_.insert(std::lower_bound(by_name_.begin(), by_name_.end(), number,
                                   [this](auto a, auto b) { return names_[a] < names_[b]; }),
                  number);
  return number;
}

void ClusterTotal::append(Amounts& amounts, const Resource& item) {
  if (item.kind() == ValueKind::scalar) amounts.push_back({number_of(item.name()), item.scalar().milli});
}

Amounts ClusterTotal::amounts(const Resources& resources) {
  Amounts out;
  for (const Resource& item : resources) append(out, item);
  return out;
}

void ClusterTotal::note_change(const Bag& bag, bool in) {
  if (bag.empty()) return;
  Amounts with_shared;
  if (bag.has_shared()) with_shared = amounts(*bag);
  const Amounts& all = bag.has_shared() ? with_shared : bag.entry()->amounts;
  std::int64_t* const change = change_.data();
  if (in) {
    for (const Amount& amount : all) add_to(change[amount.resource], amount.milli);
  } else {
    for (const Amount& amount : all) take_from(change[amount.resource], amount.milli);
  }
}

void ClusterTotal::replace(const Bag& before, const Bag& after) {
  if (before.same(after)) return;
  note_change(before, false);
  note_change(after, true);
  bool other = false;
  std::int64_t* const change = change_.data();
  for (std::size_t i = 0, all = change_.size(); i < all; ++i) {
    if (change[i] == 0) continue;
    add_to(total_[i], std::exchange(change[i], 0));
    if (excluded_[i] == 0) fair_[i] = read(total_[i]).milli;
    other = true;
  }
  if (other) ++version_;
}

const Quantities& ClusterTotal::quantities() const {
  if (quantities_version_ != version_) {
    to_quantities(total_, false, quantities_);
    quantities_version_ = version_;
  }
  return quantities_;
}

void ClusterTotal::to_quantities(std::span<const std::int64_t> amounts, bool fair_only,
                                 Quantities& out) const {
  out = Quantities();
  for (const std::uint32_t number : by_name_) {
    if (number >= amounts.size() || amounts[number] == 0 || (fair_only && excluded_[number])) continue;
    out.set(names_[number], read(amounts[number]));
  }
}

double dominant_share(std::span<const std::int64_t> allocated, std::span<const std::int64_t> total) noexcept {
  double share = 0;
  for (std::size_t i = 0; i < allocated.size(); ++i) {
    if (total[i] <= 0 || allocated[i] == 0) continue;
    share = std::max(share, static_cast<double>(read(allocated[i]).milli) / static_cast<double>(total[i]));
  }
  return share;
}

}  // namespace mesoscore::allocation
