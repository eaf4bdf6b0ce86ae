// From what the framework asked for to what is to be executed.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "mesoscore/container.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::runtime {

// Of a container that runs; `pid` 0: not known.
ContainerStatus status_of(const ContainerId& id, pid_t pid);

struct PlanContext {
  std::string_view agent_endpoint;  // URL
  std::string_view default_user;
  Duration recovery_timeout{0};
  std::string_view sandbox;
};

// The command to run; null if the call has none.
const CommandInfo* command_of(const LaunchContainer& call);
// The user to run it as; empty = the agent's own.
std::string user_of(const LaunchContainer& call, std::string_view default_user);
// Program and arguments alone.
LaunchPlan plan_of(const CommandInfo& command);
LaunchPlan make_plan(const LaunchContainer& call, const CommandInfo& command, const PlanContext& context);

}  // namespace mesoscore::runtime
