// Agents become unreachable no faster than the options allow; those that come back meanwhile are spared.
#include "master/state.hpp"

namespace mesoscore {

TimePoint Master::State::removal_due() const noexcept {
  if (removals.empty()) return kNever;
  const MasterOptions::RemovalRate& rate = options.agent_removal_rate;
  if (rate.agents == 0 || removed_at.size() < rate.agents) return TimePoint::min();
  return after(removed_at.front(), rate.within);
}

void Master::State::request_removal(const AgentId& agent) {
  removals.add(agent, {});
  remove_due();
}

void Master::State::remove_due() {
  while (removal_due() <= now) {
    const AgentId agent = removals.oldest().first;
    removals.erase(agent);
    if (const std::size_t most = options.agent_removal_rate.agents; most > 0) {
      if (removed_at.size() == most) removed_at.pop_front();
      removed_at.push_back(now);
    }
    if (const std::uint32_t a = find_agent(agent); a != kNone) {
      mark_unreachable(a);
    } else {
      lose_recovered(agent);
    }
  }
}

}  // namespace mesoscore
