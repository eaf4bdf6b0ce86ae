// Plain processes of this machine, each under a small supervisor that outlives the agent. Component:
// isolator_process. Enforces no limits: see docs/isolators/process.md.
#pragma once

#include <memory>
#include <string>

#include "mesoscore/isolator.hpp"
#include "mesoscore/log.hpp"

namespace mesoscore::isolators {

struct ProcessOptions {
  // Where the supervisor executable is looked for when the kernel refuses to run it from memory. Empty:
  // nowhere.
  std::string supervisor_path;
  // Told when the process that starts the supervisors has died and was started again. Tasks are not affected
  // by that.
  Logger logger;
  // Programs that a task starts gain no privileges by set-user-id bits or file capabilities. False lets them.
  bool no_new_privileges = true;
};

// One isolator per agent.
std::shared_ptr<Isolator> process(ProcessOptions options = {});

}  // namespace mesoscore::isolators
