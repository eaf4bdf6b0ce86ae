// Why a framework gets what it gets: the reasons, agent by agent, as the tests of a run would find them.
#include <algorithm>

#include "allocator/cut.hpp"
#include "allocator/sentence.hpp"
#include "allocator/state.hpp"
#include "mesoscore/roles.hpp"

namespace mesoscore {

using namespace allocation;

Refusal Allocator::State::refusal(NodeId id, AgentNumber number, TimePoint at,
                                  AgentExplanation* detail) const {
  return refusal_of_pair(id, number, detail) | refusal_of_free(id, number, at, detail);
}

// By what kind of agent and framework they are.
Refusal Allocator::State::refusal_of_pair(NodeId id, AgentNumber number, AgentExplanation* detail) const {
  const Leaf& leaf = leaves[id];
  const Agent& agent = agents[number];
  Refusal why = Refusal::none;
  if (!frameworks[leaf.framework].active) why |= Refusal::inactive;
  if (leaf.suppressed) why |= Refusal::suppressed;
  if (!agent.active) why |= agent.draining ? Refusal::draining : Refusal::agent_inactive;
  if (agent.has_gpus && options.gpu_agents == AllocatorOptions::GpuAgents::never &&
      !leaf.capabilities.has(FrameworkCapability::gpu_resources)) {
    why |= Refusal::needs_gpu_capability;
  }
  if (agent.remote && !leaf.capabilities.has(FrameworkCapability::region_aware)) why |= Refusal::other_region;
  if (agent.claimed && claims.at(number).leaf != id) why |= Refusal::claimed;
  if (!constraints.passes(leaf.constraints, number, *agent.info)) {
    why |= Refusal::constraint;
    if (detail != nullptr)
      detail->failed_constraint = constraints.match(leaf.constraints)->failure(*agent.info);
  }
  return why;
}

Refusal Allocator::State::refusal_of_free(NodeId id, AgentNumber number, TimePoint at,
                                          AgentExplanation* detail) const {
  const Leaf& leaf = leaves[id];
  const Agent& agent = agents[number];
  const Taker asks = taker(id);
  AgentShare here(quotas, total);
  here.begin(agent.free, *agent.shared, gpus_apart(agent));
  if (here.empty()) {
    const HoldingId held = agent.holdings;
    const bool others_hold = held != kNoHolding && (holdings.record(held).leaf != id ||
                                                    holdings.record(held).next_of_agent != kNoHolding);
    const bool was_there = agent.last_granted_run != 0 && leaf.active_since_run <= agent.last_granted_run;
    return leaf.active && others_hold && was_there ? Refusal::nothing_free | Refusal::behind
                                                   : Refusal::nothing_free;
  }
  const Resources visible = here.pool().filter([&](const Resource& item) { return here.sees(item, asks); });
  if (visible.empty()) {
    const bool by_role = std::all_of(here.pool().begin(), here.pool().end(), [&](const Resource& item) {
      return !may_have(item, asks.role, kResourceCapabilities);
    });
    if (!by_role) return Refusal::capability;
    return here.reserved_to_others(asks.role) ? Refusal::reserved : Refusal::nothing_free;
  }
  const Resources offer = here.offer(asks);
  const Refusal why = refusal_of_offer(id, number, offer, at, detail);
  return why == Refusal::none || why == Refusal::filtered
             ? why
             : why | refusal_by_quota(id, visible, offer, detail);
}

// What is offered is not enough, of no use, or refused before.
Refusal Allocator::State::refusal_of_offer(NodeId id, AgentNumber number, const Resources& offer,
                                           TimePoint at, AgentExplanation* detail) const {
  const Leaf& leaf = leaves[id];
  const Agent& agent = agents[number];
  const auto held_back = [&](const Resources& part) {
    bool held = false;
    agent.filters.each_of(id, [&](const Filter& filter, const Bag& bag) {
      if (is_dead(filter) || is_over(filter, at) || !bag->contains(part)) return;
      held = true;
      if (detail != nullptr) {
        detail->filtered_until = std::max(detail->filtered_until.value_or(filter.expiry), filter.expiry);
      }
    });
    return held;
  };
  if (leaf.demands != kNoDemands) return refusal_of_demands(id, number, offer, held_back);
  Refusal why = Refusal::none;
  if (offer.empty() || !is_enough(offer, minimums[leaf.minimum])) why |= Refusal::below_minimum;
  if (!offer.empty() && held_back(offer)) why |= Refusal::filtered;
  return why;
}

Refusal Allocator::State::refusal_of_demands(NodeId id, AgentNumber number, const Resources& offer,
                                             const std::function<bool(const Resources&)>& held_back) const {
  const Agent& agent = agents[number];
  Refusal why = Refusal::none;
  bool anything = false;
  for (const OpenDemand& demand : demands[leaves[id].demands].demands) {
    if (demand.open == 0) continue;
    anything = true;
    const std::uint32_t units = units_to_cut(offer, demand.demand.unit, demand.open);
    if (agent.claimed && claims.at(number).demand != demand.number) {
      why |= Refusal::claimed;
    } else if (!constraints.passes(demand.constraints, number, *agent.info)) {
      why |= Refusal::constraint;
    } else if (units == 0) {
      why |= Refusal::does_not_fit;
    } else if (held_back(cut(offer, demand.demand.unit, units))) {
      why |= Refusal::filtered;
    } else if (demand.demand.gang) {
      why |= Refusal::gang_incomplete;
    } else {
      return Refusal::none;
    }
  }
  return anything ? why : Refusal::nothing_wanted;
}

// The offer is less than the role could see: whose fault is that?
Refusal Allocator::State::refusal_by_quota(NodeId id, const Resources& visible, const Resources& offer,
                                           AgentExplanation* detail) const {
  const QuotaNumber quota = leaves[id].quota;
  if (!quotas.active() || quotas.is_unbound(quota)) return Refusal::none;
  QuotaBook::Bounds bounds;
  quotas.bounds(quota, bounds);
  const Quantities before = visible.quantities();
  const Quantities after = offer.quantities();
  Refusal why = Refusal::none;
  std::vector<std::uint32_t> held_back;
  for (const auto& entry : before.entries()) {
    if (after.get(entry.name) == entry.amount) continue;
    const std::uint32_t number = total.number_if_known(entry.name);
    const QuotaNumber tightest = quotas.tightest(quota, number);
    const bool limited = tightest != kNoQuota && quotas.room(tightest, number) <= bounds.of(number);
    why |= limited ? Refusal::limit : Refusal::headroom;
    if (!limited) held_back.push_back(number);
    if (limited && detail != nullptr) detail->limited_by = quotas.path(tightest);
  }
  if (detail != nullptr) detail->headroom_for = owed_before(id, held_back);
  return why;
}

// The roles to whom guarantees owe some of these resources. What is owed to a role above is not held back
// from this one.
std::vector<RoleName> Allocator::State::owed_before(NodeId id,
                                                    const std::vector<std::uint32_t>& resources) const {
  std::vector<RoleName> out;
  const std::string& own = tree.node(leaves[id].role).path;
  for (QuotaNumber number = 0; number < quotas.size() && out.size() < 3; ++number) {
    const std::string& path = quotas.path(number);
    const bool unmet = std::any_of(resources.begin(), resources.end(),
                                   [&](std::uint32_t resource) { return quotas.is_unmet(number, resource); });
    if (unmet && path != own && !is_ancestor_role(path, own)) out.emplace_back(path);
  }
  return out;
}

}  // namespace mesoscore
