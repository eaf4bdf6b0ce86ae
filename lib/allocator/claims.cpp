// Agents that wait for a demand, because tasks were preempted there for it.
#include <algorithm>

#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

bool Allocator::State::is_over(const Claim& claim) {
  const OpenDemand* demand = find_demand(claim.leaf, claim.demand);
  return claim.until <= now || demand == nullptr || demand->open == 0 || !leaves[claim.leaf].active;
}

void Allocator::State::settle_claims() {
  std::vector<AgentNumber> over;
  for (const auto& [agent, claim] : claims) {
    if (is_over(claim)) over.push_back(agent);
  }
  for (const AgentNumber agent : over) drop_claim(agent);
}

// Those whose demands were served elsewhere in this run: another run is due for their agents.
void Allocator::State::note_claims_over() {
  if (std::any_of(claims.begin(), claims.end(), [this](const auto& each) { return is_over(each.second); }))
    event();
}

void Allocator::State::drop_claim(AgentNumber number) {
  if (!agents[number].claimed) return;
  agents[number].claimed = false;
  claims.erase(number);
  mark(number);
}

void Allocator::State::serve_claim(AgentNumber number, std::uint64_t demand, std::uint32_t units) {
  Claim& claim = claims.at(number);
  if (claim.demand != demand) return;
  claim.units -= std::min(claim.units, units);
  if (claim.units == 0) drop_claim(number);
}

}  // namespace mesoscore
