// What CgroupsOptions may say.
#pragma once

#include <string_view>

#include "isolators/cgroups/controllers.hpp"
#include "mesoscore/isolators/cgroups.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::control_groups {

using isolators::CgroupsOptions;

Status check(const CgroupsOptions& options);
// Of options that have been checked.
ControllerSet required(const CgroupsOptions& options);
ControllerSet avoided(const CgroupsOptions& options);

}  // namespace mesoscore::control_groups
