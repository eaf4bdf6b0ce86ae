// From a plan with a parent to the body of the request that makes a command of it. Whatever the plan does not
// say is as it is for the container itself: user, working directory, environment.
#pragma once

#include <string>

#include "mesoscore/launch_plan.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::docker {

// JSON. An error names what of the plan cannot be had.
Result<std::string> exec_body(const LaunchPlan& plan);

// Where below `sandbox` the outputs of the plan are: "exec/7" for "<sandbox>/exec/7/stdout".
Result<std::string> outputs_below(const std::string& sandbox, const LaunchPlan& plan);

}  // namespace mesoscore::docker
