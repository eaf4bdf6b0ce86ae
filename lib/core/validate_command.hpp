#pragma once

#include "mesoscore/task.hpp"

namespace mesoscore {

// There is something to run, and everything can be handed to the operating system.
Status validate_command(const CommandInfo& command);

}  // namespace mesoscore
