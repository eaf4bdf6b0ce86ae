// An agent: one machine (or one worker of a product) that offers its resources. AgentInfo of Mesos v1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mesoscore/attributes.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

struct AgentInfo {
  AgentId id{};  // empty until the master has admitted the agent
  std::string hostname{};
  Resources resources{};  // total, in their present form: operations reserve them and make volumes of them
  Attributes attributes{};
  std::string region{}, zone{};  // fault domain; both or neither
  std::uint16_t port = 0;        // where the agent listens for executors; 0 = it does not

  friend bool operator==(const AgentInfo&, const AgentInfo&) = default;
};

Status validate(const AgentInfo& agent);

// How an agent is to be drained (DRAIN_AGENT).
struct DrainConfig {
  // No task gets more than that between SIGTERM and SIGKILL; tasks without a kill policy get just that.
  std::optional<Duration> max_grace_period{};
  bool mark_gone = false;  // afterwards the agent is gone for ever

  friend bool operator==(const DrainConfig&, const DrainConfig&) = default;
};
enum class DrainState : std::uint8_t { none = 0, draining = 1, drained = 2 };
std::string_view to_string(DrainState state) noexcept;  // "DRAINING"

}  // namespace mesoscore
