// What a person reads when a launch has failed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isolators/process/supervisor/protocol.h"
#include "mesoscore/isolator.hpp"

namespace mesoscore::supervision {

// The system's text for an errno value.
std::string error_text(int error);

// "Permission denied"
std::string error_text(int error);

// `cannot run "foo": <why>`
std::string cannot_run(const LaunchPlan& plan, std::string_view why);

// The report is one of MESO_REPORT_FAILED.
std::string failure_text(const MesoReport& report, const LaunchPlan& plan,
                         const std::vector<std::string>& candidates);

// "exit code 3", "killed by signal 9"
std::string describe_wait_status(int wait_status);

}  // namespace mesoscore::supervision
