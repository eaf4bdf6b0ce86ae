// The part of a LaunchPlan that encloses the process, as the bytes of a MesoEnclosure.
#pragma once

#include <vector>

#include "mesoscore/launch_plan.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::supervision {

// Empty: nothing encloses it. A multiple of 8 bytes. Refuses what cannot be carried out.
Result<std::vector<char>> encode_enclosure(const LaunchPlan& plan);

}  // namespace mesoscore::supervision
