// Which hierarchy each controller is used in.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isolators/cgroups/hierarchies.hpp"
#include "isolators/cgroups/options.hpp"

namespace mesoscore::control_groups {

// Our group of an earlier agent, as it was noted in its state directory. There may be groups in it.
struct EarlierPart {
  std::string path{};
  bool made = false;
};

struct Chosen {
  Hierarchy hierarchy{};
  std::string path{};           // of our group there
  ControllerSet controllers{};  // that are used; version 2 without any is of use, too
};

// An agent that is started again works where it was before, as long as there are groups: its own group may
// have become another one. Version 2 where it has the controller, else version 1. An error if one that is
// required is in neither.
Result<std::vector<Chosen>> choose(const CgroupsOptions& options, const std::vector<Hierarchy>& hierarchies,
                                   std::span<const EarlierPart> earlier);

}  // namespace mesoscore::control_groups
