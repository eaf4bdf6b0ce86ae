#include <algorithm>

#include "reference.hpp"
#include "reference_parts.hpp"

namespace reference {

void Reference::set_demands(const Leaf& leaf, const std::vector<Demand>& demands, TimePoint now) {
  now_ = std::max(now_, now);
  if (demands.empty() && stated_.count(leaf) == 0) return;
  let_go(leaf);
  stated_.erase(leaf);
  if (!demands.empty()) {
    Stated& stated = stated_[leaf];
    stated.statement = ++statement_;
    for (const Demand& demand : demands) {
      const TimePoint expires = demand.within > Duration::zero() ? now_ + demand.within : kNever;
      stated.demands.push_back({demand, demand.count, ++demand_, expires, {}});
    }
    std::stable_sort(
        stated.demands.begin(), stated.demands.end(),
        [](const OneDemand& a, const OneDemand& b) { return a.demand.priority > b.demand.priority; });
  }
  if (is_active(leaf)) make_fresh(leaf);
}

void Reference::reopen(const Grant& grant, unsigned units) {
  const Leaf leaf{grant.role.str(), static_cast<unsigned>(grant.framework)};
  const auto stated = stated_.find(leaf);
  if (units == 0 || stated == stated_.end() || stated->second.statement != grant.statement) return;
  for (OneDemand& demand : stated->second.demands) {
    if (demand.demand.id != grant.demand) continue;
    demand.open =
        std::min(demand.open + std::min(units, grant.units), demand.demand.count - demand.collected());
    if (is_active(leaf)) make_fresh(leaf);
  }
}

unsigned Reference::open_units(const Leaf& leaf) const {
  unsigned units = 0;
  const auto stated = stated_.find(leaf);
  if (stated == stated_.end()) return 0;
  for (const OneDemand& demand : stated->second.demands) units += demand.open + demand.collected();
  return units;
}

std::int32_t Reference::priority(const Leaf& leaf) const {
  const auto stated = stated_.find(leaf);
  if (stated == stated_.end()) return 0;
  for (const OneDemand& demand : stated->second.demands) {
    if (demand.open > 0) return demand.demand.priority;
  }
  return 0;
}

void Reference::let_go(const Leaf& leaf) {
  const auto stated = stated_.find(leaf);
  if (stated == stated_.end()) return;
  for (OneDemand& demand : stated->second.demands) release(leaf, demand);
}

void Reference::release(const Leaf& leaf, OneDemand& gang) {
  for (const OneDemand::Part& part : std::exchange(gang.parts, {})) {
    gang.open += part.units;
    Agent& agent = agents_.at(part.agent);
    if (agent.held.count(leaf) == 0) continue;
    agent.held[leaf] -= part.resources;
    if (agent.held[leaf].empty()) agent.held.erase(leaf);
    mark(part.agent);
  }
}

void Reference::drop_parts_on(unsigned a) {
  for (auto& [leaf, stated] : stated_) {
    for (OneDemand& gang : stated.demands) {
      std::vector<OneDemand::Part> others;
      for (const OneDemand::Part& part : gang.parts) {
        if (part.agent != a) {
          others.push_back(part);
          continue;
        }
        gang.open += part.units;
        Agent& agent = agents_.at(a);
        if (agent.held.count(leaf) == 0) continue;
        agent.held[leaf] -= part.resources;
        if (agent.held[leaf].empty()) agent.held.erase(leaf);
        mark(a);
      }
      gang.parts = others;
    }
  }
}

void Reference::end_demands() {
  while (true) {
    const OneDemand* first = nullptr;
    Leaf of;
    for (const auto& [leaf, stated] : stated_) {
      for (const OneDemand& demand : stated.demands) {
        if (demand.expires > now_) continue;
        if (first == nullptr ||
            std::tuple(demand.expires, demand.number) < std::tuple(first->expires, first->number)) {
          first = &demand;
          of = leaf;
        }
      }
    }
    if (first == nullptr) return;
    std::vector<OneDemand>& demands = stated_.at(of).demands;
    const auto at = demands.begin() + (first - demands.data());
    release(of, *at);
    if (at->open > 0) {
      expired_.push_back({FrameworkHandle{of.second}, RoleName(of.first), at->demand.id, at->open});
    }
    demands.erase(at);
  }
}

bool Reference::is_possible(const Leaf& leaf, const OneDemand& gang) const {
  const unsigned wanted = gang.open + gang.collected();
  for (std::string role = leaf.first; !role.empty(); role = std::string(parent_role(role))) {
    const auto quota = quotas_.find(role);
    if (quota == quotas_.end()) continue;
    for (const auto& entry : gang.demand.unit.entries()) {
      const auto most = quota->second.limit.get(entry.name);
      if (most && entry.amount.milli * wanted > most->milli) return false;
    }
  }
  unsigned units = 0;
  for (const auto& [a, agent] : agents_) {
    if (!agent.active || !fits_agent(leaf, a) || !passes(gang.demand.constraints, agent.info)) continue;
    units += whole_units(visible(leaf, a, agent.info.resources), gang.demand.unit);
  }
  return units >= wanted;
}

std::vector<unsigned> Reference::gang_order() const {
  std::vector<unsigned> order;
  for (const auto& [a, agent] : agents_) {
    if (agent.active && !free_on(agent).empty()) order.push_back(a);
  }
  std::stable_sort(order.begin(), order.end(), [&](unsigned x, unsigned y) {
    if (gpus_apart(x) != gpus_apart(y)) return gpus_apart(y);
    return options_.agent_order && score(x) < score(y);
  });
  return order;
}

void Reference::serve_gang(const Leaf& leaf, OneDemand& gang, bool may_collect, std::vector<Grant>& grants) {
  std::vector<OneDemand::Part> plan;
  unsigned open = gang.open;
  std::map<Name, std::int64_t> left;
  for (const unsigned a : gang_order()) {
    if (open == 0) break;
    if (!fits_agent(leaf, a) || !passes(gang.demand.constraints, agents_.at(a).info)) continue;
    const Resources there = within_quota(leaf.first, visible(leaf, a, free_on(agents_.at(a))), &left);
    const unsigned units = std::min(open, whole_units(there, gang.demand.unit));
    if (units == 0) continue;
    const Resources part = cut_out(there, gang.demand.unit, units);
    if (refused(leaf, a, part)) continue;
    for (const Resource& item : part) {
      const auto budget = left.find(item.name());
      if (budget != left.end() && item.kind() == ValueKind::scalar && !item.reserved() && !item.revocable()) {
        budget->second -= item.scalar().milli;
      }
    }
    plan.push_back({a, units, part});
    open -= units;
  }
  if (open > 0 && !may_collect) return;
  for (const OneDemand::Part& part : plan) {
    agents_.at(part.agent).held[leaf] += part.resources;
    gang.parts.push_back(part);
  }
  gang.open = open;
  if (open > 0) return;
  for (const OneDemand::Part& part : gang.parts) {
    count_choice(leaf);
    Grant grant{FrameworkHandle{leaf.second}, AgentHandle{part.agent}, RoleName(leaf.first), part.resources};
    grant.demand = gang.demand.id;
    grant.units = part.units;
    grant.priority = gang.demand.priority;
    grant.statement = stated_.at(leaf).statement;
    grants.push_back(grant);
  }
  gang.parts.clear();
}

void Reference::serve_gangs(std::vector<Grant>& grants) {
  std::vector<std::tuple<std::int32_t, unsigned, Leaf, OneDemand*>> gangs;
  for (auto& [leaf, stated] : stated_) {
    for (OneDemand& demand : stated.demands) {
      if (demand.demand.gang && demand.open > 0 && is_active(leaf)) {
        gangs.emplace_back(-demand.demand.priority, demand.number, leaf, &demand);
      }
    }
  }
  std::sort(gangs.begin(), gangs.end());
  const auto first = std::find_if(gangs.begin(), gangs.end(), [&](const auto& g) {
    return is_possible(std::get<2>(g), *std::get<3>(g));
  });
  for (auto g = gangs.begin(); g != gangs.end(); ++g) {
    if (g != first) release(std::get<2>(*g), *std::get<3>(*g));
  }
  for (auto g = gangs.begin(); g != gangs.end(); ++g) {
    serve_gang(std::get<2>(*g), *std::get<3>(*g), g == first, grants);
  }
}

void Reference::convert(const Leaf& leaf, unsigned a, const Conversion& change) {
  Agent& agent = agents_.at(a);
  agent.held.at(leaf) -= change.consumed;
  agent.held.at(leaf) += change.converted;
  agent.info.resources -= change.consumed;
  agent.info.resources += change.converted;
}

void Reference::convert_free(unsigned a, const Conversion& change) {
  agents_.at(a).info.resources -= change.consumed;
  agents_.at(a).info.resources += change.converted;
  mark(a);
}

}  // namespace reference
