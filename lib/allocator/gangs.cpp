// Gangs: all units at once or none.
//
// Before the ordinary part of a run they are tried one after the other, the first in order first. Each is
// served if all of its open units fit into what is free now. Otherwise the first, and only the first, may
// collect: it holds what fits until the rest has come free, or its time is over. Only one collects, so none
// waits for another.
#include <algorithm>
#include <iterator>

#include "allocator/cut.hpp"
#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

// Gives back what the gang has collected.
void Allocator::State::release(NodeId id, OpenDemand& gang) {
  if (gang.parts.empty()) return;
  std::vector<OpenDemand::Part> parts_of_gang = std::move(gang.parts);
  gang.parts.clear();
  std::uint32_t units = gang.open;
  for (const OpenDemand::Part& part : parts_of_gang) {
    units += part.units;
    const HoldingId held = holdings.find(agents[part.agent].holdings, id);
    if (held != kNoHolding) give_back(part.agent, held, part.resources);
  }
  demands.set_open(gang, units);
}

// The agent goes away, and with it what was collected there.
void Allocator::State::forget_parts_on(AgentNumber number) {
  if (demands.open_gangs() == 0) return;
  for (std::uint32_t list = 0; list < demands.size(); ++list) {
    const NodeId id = demands[list].leaf;
    if (id == kNoNode) continue;
    for (OpenDemand& gang : demands[list].demands) {
      std::vector<OpenDemand::Part> lost;  // several, if it was collected in several runs
      std::copy_if(gang.parts.begin(), gang.parts.end(), std::back_inserter(lost),
                   [number](const auto& part) { return part.agent == number; });
      std::erase_if(gang.parts, [number](const auto& part) { return part.agent == number; });
      for (const OpenDemand::Part& part : lost) {
        demands.set_open(gang, gang.open + part.units);
        const HoldingId held = holdings.find(agents[number].holdings, id);
        if (held != kNoHolding) give_back(number, held, part.resources);
      }
    }
  }
}

std::vector<Allocator::State::Gang> Allocator::State::waiting_gangs() {
  std::vector<Gang> gangs;
  for (std::uint32_t list = 0; list < demands.size(); ++list) {
    const NodeId id = demands[list].leaf;
    if (id == kNoNode || !leaves[id].active) continue;
    for (const OpenDemand& demand : demands[list].demands) {
      if (demand.demand.gang && demand.open > 0) gangs.push_back({id, list, demand.number});
    }
  }
  std::sort(gangs.begin(), gangs.end(), [this](const Gang& a, const Gang& b) {
    return comes_before(*find_demand(a.leaf, a.number), *find_demand(b.leaf, b.number));
  });
  return gangs;
}

// Could all agents that may be offered to it serve it, were they free, and do its role's limits let it?
bool Allocator::State::is_possible(NodeId id, const OpenDemand& gang) {
  const std::uint32_t wanted_units = gang.open + gang.collected();
  for (QuotaNumber quota = leaves[id].quota; quota != kNoQuota; quota = quotas.above(quota)) {
    for (const auto& entry : gang.demand.unit.entries()) {
      const auto most = quotas.quota(quota).limit.get(entry.name);
      if (most && entry.amount.milli > most->milli / wanted_units) return false;
    }
  }
  const Taker asks = taker(id);
  std::uint64_t units = 0;
  for (AgentNumber number = 0; number < agents.size() && units < wanted_units; ++number) {
    const Agent& agent = agents[number];
    if (!agent.active || !suits(agent, number, id)) continue;
    if (!constraints.passes(gang.constraints, number, *agent.info)) continue;
    share.begin(agent.total, {}, gpus_apart(agent));
    const Resources visible =
        agent.total->filter([&](const Resource& item) { return share.sees(item, asks); });
    units += units_to_cut(visible, gang.demand.unit, wanted_units);
  }
  return units >= wanted_units;
}

std::vector<Allocator::State::AgentNumber> Allocator::State::agents_for_gangs() {
  std::vector<AgentNumber> order;
  offerable.append_ascending_to(order);
  std::vector<std::tuple<bool, double, AgentNumber>> keys;
  for (const AgentNumber agent : order) {
    keys.emplace_back(gpus_apart(agents[agent]), options.agent_order ? score(agent) : 0, agent);
  }
  std::sort(keys.begin(), keys.end());
  std::transform(keys.begin(), keys.end(), order.begin(), [](const auto& key) { return std::get<2>(key); });
  return order;
}

// What each agent has for it, within what quota allows to all of it together.
std::vector<OpenDemand::Part> Allocator::State::plan_gang(NodeId id, const OpenDemand& gang,
                                                          std::span<const AgentNumber> order) {
  std::vector<OpenDemand::Part> plan;
  QuotaBook::Bounds left;
  if (quotas.active()) quotas.bounds(leaves[id].quota, left);
  const Taker asks = taker(id);
  std::uint32_t open = gang.open;
  for (const AgentNumber number : order) {
    if (open == 0) break;
    Agent& agent = agents[number];
    if (agent.free.empty() || !may_see(number, id)) continue;
    if (agent.claimed && claims.at(number).demand != gang.number) continue;
    if (!constraints.passes(gang.constraints, number, *agent.info)) continue;
    share.begin(agent.free, {}, gpus_apart(agent));
    const Resources visible =
        within(agent.free->filter([&](const Resource& item) { return share.sees(item, asks); }), left, total);
    const std::uint32_t units = units_to_cut(visible, gang.demand.unit, open);
    if (units == 0) continue;
    Resources part = cut(visible, gang.demand.unit, units);
    if (is_refused(agent, id, part)) continue;
    take_from_bounds(left, part, total);
    plan.push_back({number, units, std::move(part)});
    open -= units;
  }
  return plan;
}

void Allocator::State::serve_gang(const Gang& waiting, bool may_collect) {
  OpenDemand& gang = *find_demand(waiting.leaf, waiting.number);
  const std::vector<AgentNumber> order = agents_for_gangs();
  std::vector<OpenDemand::Part> plan = plan_gang(waiting.leaf, gang, order);
  std::uint32_t units = 0;
  for (const OpenDemand::Part& part : plan) units += part.units;
  if (units < gang.open && !may_collect) return;
  for (OpenDemand::Part& part : plan) {
    holdings.granted(record(part.agent, waiting.leaf, part.resources), now);
    take_from_free(part.agent, part.resources);
    if (agents[part.agent].claimed) serve_claim(part.agent, gang.number, part.units);
    gang.parts.push_back(std::move(part));
  }
  demands.set_open(gang, gang.open - units);
  if (gang.open == 0) hand_over(waiting.leaf, gang);
}

// It is complete: everything that was collected is granted.
void Allocator::State::hand_over(NodeId id, OpenDemand& gang) {
  for (OpenDemand::Part& part : gang.parts) {
    served_demands.push_back(
        {gang.demand.id, part.units, gang.demand.priority, demands[leaves[id].demands].statement});
    picks.push_back({part.agent, id, kNoHolding, kAll, static_cast<std::uint32_t>(parts.size()),
                     static_cast<std::uint32_t>(served_demands.size() - 1)});
    parts.push_back(std::move(part.resources));
    tree.chosen(id);
    agents[part.agent].last_granted_run = runs;
  }
  gang.parts.clear();
  update_priority(id);
}

void Allocator::State::serve_gangs() {
  if (demands.open_gangs() == 0) return;
  const std::vector<Gang> gangs = waiting_gangs();
  const auto first = std::find_if(gangs.begin(), gangs.end(), [this](const Gang& gang) {
    return is_possible(gang.leaf, *find_demand(gang.leaf, gang.number));
  });
  for (const Gang& gang : gangs) {
    if (first == gangs.end() || gang.number != first->number)
      release(gang.leaf, *find_demand(gang.leaf, gang.number));
  }
  for (const Gang& gang : gangs) serve_gang(gang, first != gangs.end() && gang.number == first->number);
}

}  // namespace mesoscore
