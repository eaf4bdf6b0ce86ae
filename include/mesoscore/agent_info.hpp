// An agent: one machine (or one worker of a product) that offers its resources. AgentInfo of Mesos v1.
#pragma once

#include <cstdint>
#include <string>

#include "mesoscore/attributes.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/resources.hpp"

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

}  // namespace mesoscore
