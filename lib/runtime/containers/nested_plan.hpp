// From a command that is to run inside of a container to what is to be executed.
#pragma once

#include <string>

#include "mesoscore/command.hpp"
#include "mesoscore/launch_plan.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::runtime {

struct NestedContext {
  ContainerId parent;
  std::string sandbox;                           // of the parent, as the agent sees it
  std::string working_directory;                 // the same, as the parent sees it
  std::string user;                              // of the parent; empty: the agent's own
  std::vector<EnvironmentVariable> environment;  // what else the parent's processes have
};

// Can it be run at all? Names what is wrong.
Status check_nested(const CommandInfo& command);
LaunchPlan make_nested_plan(const CommandInfo& command, const NestedContext& context);

// Makes "exec/<id>" in the sandbox, as its owner, and sets the outputs of the plan to files in it. Nothing
// that the container may have put there leads it astray.
Status make_exec_outputs(const std::string& sandbox, const ContainerId& id, LaunchPlan& plan);

}  // namespace mesoscore::runtime
