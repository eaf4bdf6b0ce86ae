// Stated demand: what is open, and what of an agent serves it.
#include <algorithm>

#include "allocator/cut.hpp"
#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

Status Allocator::State::set_demands(NodeId id, std::span<const Demand> stated, TimePoint at) {
  if (Status valid = validate(stated); !valid) return valid;
  now = std::max(now, at);
  if (stated.empty()) {
    if (leaves[id].demands == kNoDemands) return {};
    drop_demands(id);
  } else {
    if (leaves[id].demands == kNoDemands) leaves[id].demands = demands.make_list(id);
    let_go(id);
    demands.state(leaves[id].demands, stated, now, constraints);
  }
  update_priority(id);
  make_fresh(id);
  return {};
}

void Allocator::State::drop_demands(NodeId id) {
  if (leaves[id].demands == kNoDemands) return;
  let_go(id);
  demands.drop_list(leaves[id].demands, constraints);
  leaves[id].demands = kNoDemands;
  update_priority(id);
}

void Allocator::State::let_go(NodeId id) {
  if (leaves[id].demands == kNoDemands) return;
  for (OpenDemand& demand : demands[leaves[id].demands].demands) release(id, demand);
}

void Allocator::State::update_priority(NodeId id) {
  const std::uint32_t list = leaves[id].demands;
  tree.set_priority(id, list == kNoDemands ? 0 : demands.highest_priority(list));
}

OpenDemand* Allocator::State::find_demand(NodeId id, std::uint64_t number) {
  if (id >= leaves.size() || leaves[id].demands == kNoDemands) return nullptr;
  std::vector<OpenDemand>& all = demands[leaves[id].demands].demands;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [number](const OpenDemand& demand) { return demand.number == number; });
  return found == all.end() ? nullptr : &*found;
}

void Allocator::State::reopen(const Grant& grant, std::uint32_t units) {
  const NodeId id = find_leaf(grant.framework, grant.role);
  if (units == 0 || id == kNoNode || leaves[id].demands == kNoDemands) return;
  DemandBook::List& list = demands[leaves[id].demands];
  if (list.statement != grant.statement) return;
  for (OpenDemand& demand : list.demands) {
    if (demand.demand.id != grant.demand) continue;
    const std::uint32_t most = demand.demand.count - demand.collected();
    demands.set_open(demand, std::min(demand.open + std::min(units, grant.units), most));
    update_priority(id);
    make_fresh(id);
  }
}

// Demands whose time is over.
void Allocator::State::end_demands() {
  while (demands.first_end() <= now) {
    const auto [list, at] = demands.first_to_end();
    const NodeId id = demands[list].leaf;
    release(id, demands[list].demands[at]);
    const OpenDemand& demand = demands[list].demands[at];
    if (demand.open > 0) {
      expired_demands.push_back({FrameworkHandle{leaves[id].framework}, RoleName(tree.role_path(id)),
                                 demand.demand.id, demand.open});
    }
    demands.remove(list, at, constraints);
    update_priority(id);
  }
}

// The first demand of which the agent has room for a unit, into `wanted`.
bool Allocator::State::find_wanted(AgentNumber number, NodeId id) {
  const Agent& agent = agents[number];
  const Resources& offer = offer_to(id);
  wanted.demand = nullptr;
  for (OpenDemand& demand : demands[leaves[id].demands].demands) {
    if (demand.open == 0 || demand.demand.gang) continue;
    if (agent.claimed && claims.at(number).demand != demand.number) continue;
    if (!constraints.passes(demand.constraints, number, *agent.info)) {
      refused_one_by_one = true;
      continue;
    }
    const std::uint32_t units = units_to_cut(offer, demand.demand.unit, demand.open);
    if (units == 0) continue;
    Resources part = cut(offer, demand.demand.unit, units);
    if (is_refused(agent, id, part)) {
      refused_one_by_one = true;
      continue;
    }
    wanted = {&demand, units, std::move(part)};
    return true;
  }
  return false;
}

bool Allocator::State::is_refused(const Agent& agent, NodeId id, const Resources& part) const {
  bool refused = false;
  agent.filters.each_of(id, [&](const Filter& filter, const Bag& bag) {
    refused = refused || (!is_dead(filter) && !is_over(filter, now) && bag->contains(part));
  });
  return refused;
}

std::uint32_t Allocator::State::note_served(AgentNumber number, NodeId id, OpenDemand& demand,
                                            std::uint32_t units) {
  demands.set_open(demand, demand.open - units);
  served_demands.push_back(
      {demand.demand.id, units, demand.demand.priority, demands[leaves[id].demands].statement});
  if (agents[number].claimed) serve_claim(number, demand.number, units);
  update_priority(id);
  return static_cast<std::uint32_t>(served_demands.size() - 1);
}

}  // namespace mesoscore
