// After a restart: agents of the registry that have not come back, and the gate before which no offers are
// made while too few of them are back to tell what guarantees need.
#include <algorithm>
#include <cmath>

#include "master/state.hpp"

namespace mesoscore {

void Master::State::await_recovered() {
  recovery.known = static_cast<std::uint32_t>(recovery.agents.size());
  if (recovery.known == 0) return;
  recovery.check_at = after(now, options.agent_reregister_timeout);
  recovery.gate_until = after(now, options.recovery_gate_timeout);
  recovery.gate_over = false;
  update_gate();
}

void Master::State::check_recovered() {
  if (recovery.check_at > now) return;
  recovery.check_at = kNever;
  const std::size_t missing = recovery.agents.size();
  if (missing == 0) return;
  const double share = static_cast<double>(missing) / static_cast<double>(recovery.known);
  if (share > options.recovery_agent_removal_limit) {
    note(*out, LogLevel::error, missing, " of ", recovery.known, " agents of the registry have not come back",
         ", which is more than recovery_agent_removal_limit allows to give up: they are waited for");
    recovery.check_at = after(now, options.agent_reregister_timeout);
    return;
  }
  std::vector<AgentId> given_up;
  for (const auto& [agent, record] : recovery.agents) given_up.push_back(agent);
  for (const AgentId& agent : given_up) request_removal(agent);
}

void Master::State::lose_recovered(const AgentId& agent) {
  const auto found = recovery.agents.find(agent);
  if (found == recovery.agents.end()) return;
  AgentStanding standing = std::move(found->second.standing);
  recovery.agents.erase(found);
  remember_unreachable(agent, std::move(standing));
  tell_frameworks_of_failure(agent);
  note(*out, LogLevel::warning, "agent ", agent, " has not come back to this master: it is unreachable");
}

std::uint32_t Master::State::gate_needs() const noexcept {
  const double part = std::clamp(options.recovery_gate_agents, 0.0, 1.0);
  return static_cast<std::uint32_t>(std::ceil(part * recovery.known - 1e-9));
}

void Master::State::update_gate() {
  if (recovery.gate_over) return;
  recovery.gate_over = recovery.back >= gate_needs() || recovery.gate_until <= now;
  const bool closed = !recovery.gate_over && has_quota;
  if (closed == recovery.gate_closed) return;
  recovery.gate_closed = closed;
  closed ? allocator.pause() : allocator.resume();
}

std::string Master::State::held_back() const {
  if (!recovery.gate_closed) return {};
  return cat("held back: ", recovery.back, " of ", recovery.known,
             recovery.known == 1 ? " agent is back" : " agents are back", " since the master was started, ",
             gate_needs(), " are needed; ");
}

}  // namespace mesoscore
