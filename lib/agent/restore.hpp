// From records back to a state.
#pragma once

#include <vector>

#include "agent/state.hpp"

namespace mesoscore::agent_detail {

// Fills the state, which is fresh, with what the records tell; consumes them. See Agent::recover for the
// errors.
Status restore(Agent::State& state, std::vector<Record>& records);

}  // namespace mesoscore::agent_detail
