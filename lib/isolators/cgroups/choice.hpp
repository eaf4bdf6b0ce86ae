// Which hierarchy each controller is used in.
#pragma once

#include <string>
#include <vector>

#include "isolators/cgroups/hierarchies.hpp"
#include "isolators/cgroups/options.hpp"

namespace mesoscore::control_groups {

struct Chosen {
  Hierarchy hierarchy{};
  std::string path{};           // of our group there
  ControllerSet controllers{};  // that are used; version 2 without any is of use, too
};

// Version 2 where it has the controller, else version 1. An error if one that is required is in neither.
Result<std::vector<Chosen>> choose(const CgroupsOptions& options, const std::vector<Hierarchy>& hierarchies);

}  // namespace mesoscore::control_groups
