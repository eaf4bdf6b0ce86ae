// From what the framework asked for to what is to be executed.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/container.hpp"
#include "mesoscore/isolator.hpp"
#include "mesoscore/sandbox.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::runtime {

// Of a container that runs; `pid` 0: not known.
ContainerStatus status_of(const ContainerId& id, pid_t pid);

struct PlanContext {
  std::string_view agent_endpoint;  // URL
  std::string_view default_user;
  Duration recovery_timeout{0};
  std::string_view sandbox;
  PlannedRotation rotation{};  // of the outputs
};
PlannedRotation rotation_of(const SandboxOptions& options) noexcept;

// The command to run; null if the call has none.
const CommandInfo* command_of(const LaunchContainer& call);
// The user to run it as; empty = the agent's own.
std::string user_of(const LaunchContainer& call, std::string_view default_user);
// Program and arguments alone.
LaunchPlan plan_of(const CommandInfo& command);
// Of a command inside of that container. Of one that was recovered less is known, and said.
std::vector<EnvironmentVariable> nested_environment(const LaunchContainer& parent, std::string_view user,
                                                    std::string_view directory);
LaunchPlan make_plan(const LaunchContainer& call, const CommandInfo& command, const PlanContext& context);

}  // namespace mesoscore::runtime
