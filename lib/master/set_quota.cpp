// UPDATE_QUOTA: what is already used stays, what is only offered is taken back where it is in the way.
#include <algorithm>

#include "master/state.hpp"
#include "mesoscore/roles.hpp"

namespace mesoscore {
namespace {

// What of an offer counts as consumed by its role and is given up with it.
Quantities counted(const MasterOffer& offer) {
  return offer.resources.unreserved().non_revocable().quantities();
}

// What the role has of it is due to it by a guarantee, its own or that of a role above.
bool is_guaranteed(const Allocator& allocator, std::string_view role, std::string_view name) {
  for (; !role.empty(); role = parent_role(role)) {
    const Scalar guarantee = allocator.quota(role).guarantee.get(name);
    if (guarantee > Scalar{0} && allocator.consumed(role).get(name) <= guarantee) return true;
  }
  return false;
}

bool is_within(std::string_view role, std::string_view above) {
  return role == above || is_ancestor_role(above, role);
}

std::vector<Allocator::RoleAmount> offered_to(const Master::State& s, const std::vector<RoleQuota>& quotas) {
  std::vector<Allocator::RoleAmount> offered;
  for (const RoleQuota& quota : quotas) {
    Quantities amount;
    const auto& list = s.offers_by_age;
    for (std::uint32_t o = list.front(); o != kNone; o = list.next(s.offers, o)) {
      if (is_within(s.offers[o].role, quota.role)) amount += counted(s.offers[o]);
    }
    offered.push_back({quota.role, std::move(amount)});
  }
  return offered;
}

// Takes offers back, the oldest first, as long as something is missing that they have.
template <class Missing, class Concerns, class Helps>
void rescind_while(Master::State& s, Missing missing, Concerns concerns, Helps helps) {
  const auto& list = s.offers_by_age;
  for (std::uint32_t o = list.front(); o != kNone;) {
    const std::uint32_t next = list.next(s.offers, o);
    if (concerns(s.offers[o])) {
      const Quantities wanted = missing();
      if (wanted.empty()) return;
      const Quantities freed = counted(s.offers[o]);
      const bool useful =
          std::any_of(wanted.entries().begin(), wanted.entries().end(), [&](const auto& entry) {
            return freed.get(entry.name) > Scalar{0} && helps(s.offers[o], entry.name);
          });
      if (useful) s.rescind_offer(o);
    }
    o = next;
  }
}

}  // namespace

void Master::State::look_for_quota() {
  has_quota = std::any_of(configured_roles.begin(), configured_roles.end(),
                          [&](const RoleName& role) { return !allocator.quota(role).is_default(); });
  update_gate();
}

Status Master::State::carry_out(const SetQuota& action) {
  const std::vector<Allocator::RoleAmount> offered = offered_to(*this, action.quotas);
  if (Status set = allocator.update_quota(action.quotas, action.force, offered); !set) return set;
  for (const RoleQuota& quota : action.quotas) {
    // One that the options give as well would come back with the next master if its record went.
    const bool in_options = std::any_of(options.quotas.begin(), options.quotas.end(),
                                        [&](const RoleQuota& initial) { return initial.role == quota.role; });
    const bool forget = quota.quota.is_default() && !in_options;
    forget ? forget_record(quota_key(quota.role)) : keep(record::Quota{quota});
    configured_roles.insert(quota.role);
    note(*out, LogLevel::info, "quota of role \"", quota.role, "\": guarantee ",
         quota.quota.guarantee.empty() ? "none" : quota.quota.guarantee.str(), ", limit ",
         quota.quota.limit.empty() ? "none" : quota.quota.limit.str());
  }
  for (const RoleQuota& quota : action.quotas) {
    rescind_while(
        *this, [&] { return allocator.over_limit(quota.role); },
        [&](const MasterOffer& offer) { return is_within(offer.role, quota.role); },
        [](const MasterOffer&, std::string_view) { return true; });
  }
  look_for_quota();
  rescind_while(
      *this, [&] { return allocator.missing_headroom(); },
      [&](const MasterOffer& offer) {
        return std::none_of(action.quotas.begin(), action.quotas.end(),
                            [&](const RoleQuota& quota) { return is_within(offer.role, quota.role); });
      },
      [&](const MasterOffer& offer, std::string_view name) {
        return !is_guaranteed(allocator, offer.role, name);
      });
  return {};
}

}  // namespace mesoscore
