#include "allocator/agent_share.hpp"

#include <algorithm>

#include "allocator/bags.hpp"
#include "allocator/cut.hpp"
#include "mesoscore/roles.hpp"

namespace mesoscore::allocation {
namespace {

// The quantity of a name in a bag without building all of its quantities.
bool has_at_least(const Resources& offer, const Quantities::Entry& wanted) {
  std::uint64_t sum = 0;
  for (const Resource& item : offer) {
    if (item.name() != wanted.name) continue;
    const std::uint64_t items = item.kind() == ValueKind::ranges ? item.ranges().count() : item.set().size();
    const std::uint64_t milli = item.kind() == ValueKind::scalar
                                    ? static_cast<std::uint64_t>(item.scalar().milli)
                                    : std::min(items, UINT64_MAX / 4000) * 1000;
    sum = std::min(sum + milli, UINT64_MAX / 2);
  }
  return sum >= static_cast<std::uint64_t>(wanted.amount.milli);
}

}  // namespace

bool is_enough(const Resources& offer, const std::vector<Quantities>& minimum) {
  if (minimum.empty()) return true;
  return std::any_of(minimum.begin(), minimum.end(), [&](const Quantities& all_of) {
    const auto wanted = all_of.entries();
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const auto& entry) { return has_at_least(offer, entry); });
  });
}

bool may_have(const Resource& item, std::string_view role, FrameworkCapabilities capabilities) noexcept {
  if (item.plain()) return true;
  if (item.revocable() && !capabilities.has(FrameworkCapability::revocable_resources)) return false;
  if (item.shared() && !capabilities.has(FrameworkCapability::shared_resources)) return false;
  if (!item.reserved()) return true;
  if (item.traits().reservations.size() > 1 &&
      !capabilities.has(FrameworkCapability::reservation_refinement)) {
    return false;
  }
  const std::string_view owner = item.reservation_role();
  return owner == role || is_ancestor_role(owner, role);
}

void AgentShare::begin(const Bag& free, const Resources& shared, bool gpus_apart) {
  bag_ = &free;
  pool_ = &*free;
  gpus_apart_ = gpus_apart;
  plain_ = free.is_plain();
  if (!shared.empty()) {
    mixed_ = *free;
    mixed_ += shared;
    pool_ = &mixed_;
    bag_ = nullptr;
    plain_ = false;
  }
  uniform_ = plain_ && !gpus_apart && !quotas_->active();
  only_reserved_ = !plain_ && std::all_of(pool_->begin(), pool_->end(),
                                          [](const Resource& item) { return item.reserved(); });
  offer_ = nullptr;
}

bool AgentShare::any_below(std::string_view role) const {
  if (!only_reserved_) return true;
  return std::any_of(pool_->begin(), pool_->end(), [role](const Resource& item) {
    const std::string_view owner = item.reservation_role();
    return owner == role || is_ancestor_role(owner, role) || is_ancestor_role(role, owner);
  });
}

bool AgentShare::reserved_to_others(std::string_view role) const {
  return std::any_of(pool_->begin(), pool_->end(), [role](const Resource& item) {
    const std::string_view owner = item.reservation_role();
    return item.reserved() && owner != role && !is_ancestor_role(owner, role);
  });
}

const Resources& AgentShare::uniform_offer() {
  if (offer_ == nullptr) {
    offer_ = pool_;
    new_offer();
  }
  return *offer_;
}

bool AgentShare::sees(const Resource& item, const Taker& taker) const noexcept {
  if (!may_have(item, taker.role, taker.capabilities)) return false;
  return !gpus_apart_ || taker.capabilities.has(FrameworkCapability::gpu_resources) || item.name() != "gpus";
}

const Resources& AgentShare::offer(const Taker& taker) {
  if (uniform_) return uniform_offer();
  const std::uint32_t relevant = taker.capabilities.bits() & kResourceCapabilities.bits();
  if (offer_ != nullptr && role_ == taker.role_node && capabilities_ == relevant) return *offer_;
  const auto keep = [&](const Resource& item) { return sees(item, taker); };
  offer_ = pool_;
  if (!std::all_of(pool_->begin(), pool_->end(), keep)) {
    part_ = pool_->filter(keep);
    offer_ = &part_;
  }
  if (quotas_->active() && !quotas_->is_unbound(taker.quota)) {
    quotas_->bounds(taker.quota, bounds_);
    part_ = within(*offer_, bounds_, *total_);
    offer_ = surely_equal(part_, *pool_) ? pool_ : &part_;
  }
  role_ = taker.role_node;
  capabilities_ = relevant;
  new_offer();
  return *offer_;
}

void AgentShare::new_offer() {
  usually_refused_ = Verdict::unknown;
  enough_ = Verdict::unknown;
}

bool AgentShare::usually_refused(const FilterList& filters) {
  const Bag& usual = filters.usual_bag();
  if (offer_ == pool_ && bag_ != nullptr && usual.same(*bag_)) return true;
  if (usually_refused_ == Verdict::unknown) {
    usually_refused_ = usual->contains(*offer_) ? Verdict::yes : Verdict::no;
  }
  return usually_refused_ == Verdict::yes;
}

bool AgentShare::is_enough(std::uint32_t rule, const std::vector<Quantities>& minimum) {
  if (rule == 0 && offer_ == pool_ && bag_ != nullptr)
    return bag_->empty() ? minimum.empty() : bag_->entry()->enough;
  if (enough_ == Verdict::unknown || rule_ != rule) {
    rule_ = rule;
    enough_ = allocation::is_enough(*offer_, minimum) ? Verdict::yes : Verdict::no;
  }
  return enough_ == Verdict::yes;
}

}  // namespace mesoscore::allocation
