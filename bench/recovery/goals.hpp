// What recovery may cost.
#pragma once

namespace mesoscore::bench {

inline constexpr double kGoalAgent = 1;    // seconds of an agent with 1,000 live tasks
inline constexpr double kGoalRebuild = 5;  // seconds of a master with 1,000 agents and 100,000 tasks
inline constexpr double kGoalStorm = 10;   // seconds of a master to which 10,000 agents come back at once

}  // namespace mesoscore::bench
