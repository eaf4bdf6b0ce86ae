// What the registry tells of agents, and what the master does about those that it has not heard of since it
// was started.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "mesoscore/agent_info.hpp"
#include "mesoscore/message.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

// What operators have decided about an agent; it outlives its connections and the master. An agent that
// drains is deactivated as well. A drain with the agent active is one that is over: the agent is told so
// whenever it re-registers.
struct AgentStanding {
  bool deactivated = false;
  std::optional<DrainConfig> drain{};
  bool drained = false;  // not told of agents that are unreachable: it is found out when they return

  bool drains() const noexcept { return deactivated && drain; }  // or has been drained
  DrainState drain_state() const noexcept {
    if (!drains()) return DrainState::none;
    return drained ? DrainState::drained : DrainState::draining;
  }
};

struct UnreachableAgent {
  TimePoint since{};
  AgentStanding standing{};
  std::uint64_t connection = 0;  // as MasterAgent::connection; not kept
};

struct RecoveredAgent {
  msg::AgentPtr info{};
  AgentStanding standing{};
};

// The agents of the registry after a restart.
struct Recovery {
  std::map<AgentId, RecoveredAgent> agents;  // that have not come back
  std::uint32_t known = 0;                   // at the start; without those that are gone since
  std::uint32_t back = 0;                    // of these
  TimePoint check_at = kNever;               // then those that are missing become unreachable
  // Without a quota the gate is open, but not over: it closes when one is set.
  TimePoint gate_until = kNever;
  bool gate_over = true;
  bool gate_closed = false;
};

}  // namespace mesoscore
