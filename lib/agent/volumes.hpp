// What becomes of the data of persistent volumes.
#pragma once

#include "agent/state.hpp"

namespace mesoscore::agent_detail {

// If the operation has ended volumes their data is erased; also after a restart, when the agent may have
// ended before that was done. A volume of the same name that was created since is another one.
void erase_volumes(Agent::State& s, const OperationRecord& operation);

}  // namespace mesoscore::agent_detail
