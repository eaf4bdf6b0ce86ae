// The control groups of our isolator made, entered and removed by hand, with the fewest system calls there
// can be: what the kernel of this machine takes for them, and so the bound of anybody's rate.
#pragma once

#include <memory>
#include <string>

#include "contenders.hpp"
#include "mesoscore/isolators/cgroups.hpp"

namespace mesoscore::bench {

std::unique_ptr<Contender> make_groups_by_hand(const isolators::CgroupsOptions& options,
                                               const std::string& directory);

}  // namespace mesoscore::bench
