// Setting quota, and keeping count of what is consumed.
#include <algorithm>

#include "allocator/cut.hpp"
#include "allocator/state.hpp"
#include "mesoscore/roles.hpp"

namespace mesoscore {

using namespace allocation;

namespace {

bool is_in_subtree(std::string_view role, std::string_view top) noexcept {
  return role == top || is_ancestor_role(top, role);
}

// By role: the larger of its own guarantee and the sum of those next below, which is what it takes in all.
struct Needs {
  std::map<std::string, Quantities, std::less<>> of;
  Quantities sum;
};

Needs needs_of(const std::vector<RoleQuota>& quotas) {  // ascending by role
  Needs needs;
  std::map<std::string, Quantities, std::less<>> below;
  for (auto each = quotas.rbegin(); each != quotas.rend(); ++each) {
    Quantities need = below[each->role.str()];
    for (const auto& entry : each->quota.guarantee.entries()) {
      need.set(entry.name, std::max(need.get(entry.name), entry.amount));
    }
    std::string_view above = parent_role(each->role);
    const auto has_quota = [&](std::string_view role) {
      return std::any_of(quotas.begin(), quotas.end(), [role](const RoleQuota& q) { return q.role == role; });
    };
    while (!above.empty() && !has_quota(above)) above = parent_role(above);
    (above.empty() ? needs.sum : below[std::string(above)]) += need;
    needs.of.emplace(each->role.str(), std::move(need));
  }
  return needs;
}

Status check_nesting(const std::vector<RoleQuota>& quotas, const Needs& needs) {
  for (const RoleQuota& each : quotas) {
    const Quantities& need = needs.of.find(each.role.view())->second;
    for (const auto& [name, most] : each.quota.limit.entries()) {
      if (need.get(name) <= most) continue;
      return fail(Errc::invalid_argument, "quota of role '" + each.role.str() +
                                              "': the guarantees of the roles below it need " + need.str() +
                                              ", its limit is " + each.quota.limit.str() +
                                              ": raise the limit or lower a guarantee");
    }
  }
  return {};
}

}  // namespace

Quantities Allocator::State::consumed(std::string_view role) const {
  Quantities sum;
  for (const Agent& agent : agents) {
    for (const Resource& item : *agent.total) {
      if (item.kind() != ValueKind::scalar || !item.reserved() || item.revocable()) continue;
      if (is_in_subtree(item.reservation_role(), role)) sum.add(item.name(), item.scalar());
    }
    for (HoldingId id = agent.holdings; id != kNoHolding; id = holdings.record(id).next_of_agent) {
      if (!is_in_subtree(tree.role_path(holdings.record(id).leaf), role)) continue;
      for (const Resource& item : holdings.resources(id)) {
        if (counts_for_quota(item)) sum.add(item.name(), item.scalar());
      }
    }
  }
  return sum;
}

Status Allocator::State::check_consumption(const RoleQuota& quota,
                                           std::span<const RoleAmount> offered) const {
  Quantities used = consumed(quota.role);
  for (const RoleAmount& each : offered) {
    if (is_in_subtree(each.role, quota.role)) used -= each.amount;
  }
  if (quota.quota.limit.contains(used)) return {};
  return fail(Errc::limit_exceeded, "quota of role '" + quota.role.str() + "': it consumes " + used.str() +
                                        ", which is over the limit " + quota.quota.limit.str() +
                                        ": give a higher limit, or force it");
}

Status Allocator::State::check_capacity(const std::vector<RoleQuota>& all) const {
  Quantities capacity;
  for (const Agent& agent : agents) {
    if (agent.active) capacity += agent.total->non_revocable().quantities();
  }
  const Quantities needed = needs_of(all).sum;
  if (capacity.contains(needed)) return {};
  return fail(Errc::limit_exceeded, "the guarantees of all roles add up to " + needed.str() +
                                        ", the active agents have " + capacity.str() +
                                        ": lower a guarantee, or force it");
}

Status Allocator::State::update_quota(std::span<const RoleQuota> updates, bool force,
                                      std::span<const RoleAmount> offered) {
  std::map<std::string, RoleQuota, std::less<>> merged;
  for (QuotaNumber number = 0; number < quotas.size(); ++number) {
    merged[quotas.path(number)] = {RoleName(quotas.path(number)), quotas.quota(number)};
  }
  std::map<std::string_view, int> seen;
  for (const RoleQuota& update : updates) {
    if (Status valid = validate(update); !valid) return valid;
    if (++seen[update.role.view()] > 1) {
      return fail(Errc::invalid_argument, "the quota of role '" + update.role.str() + "' is given twice");
    }
    merged[update.role.str()] = update;
  }
  std::vector<RoleQuota> all;
  for (const auto& [role, each] : merged) {
    if (!each.quota.is_default()) all.push_back(each);
  }
  if (Status nested = check_nesting(all, needs_of(all)); !nested) return nested;
  if (!force) {
    for (const RoleQuota& update : updates) {
      if (Status fits = check_consumption(update, offered); !fits) return fits;
    }
    if (Status fits = check_capacity(all); !fits) return fits;
  }
  quotas.reset(std::move(all), total);
  count_for_quota();
  for (AgentNumber number = 0; number < agents.size(); ++number) {
    if (agents[number].present) mark(number);
  }
  return {};
}

void Allocator::State::count_reserved(const Resources& resources, bool in) {
  for (const Resource& item : resources) {
    if (item.kind() != ValueKind::scalar || !item.reserved() || item.revocable()) continue;
    const QuotaNumber quota = quotas.nearest(item.reservation_role());
    if (quota == kNoQuota) continue;
    const Amount amount{total.number_of(item.name()), item.scalar().milli};
    in ? quotas.consume(quota, amount) : quotas.release(quota, amount);
  }
}

void Allocator::State::count_for_quota() {
  for (const Framework& framework : frameworks) {
    for (const NodeId leaf : framework.leaves) leaves[leaf].quota = quotas.nearest(tree.role_path(leaf));
  }
  if (!quotas.active()) return;
  for (AgentNumber number = 0; number < agents.size(); ++number) {
    const Agent& agent = agents[number];
    if (!agent.present) continue;
    count_reserved(*agent.total, true);
    count_free(number, true);
    for (HoldingId id = agent.holdings; id != kNoHolding; id = holdings.record(id).next_of_agent) {
      count_held(holdings.record(id).leaf, holdings.resources(id), true);
    }
  }
}

}  // namespace mesoscore
