// The disks of this machine, as control groups are told of them: "254:0".
#pragma once

#include <string>
#include <vector>

#include "isolators/cgroups/limits.hpp"
#include "isolators/cgroups/options.hpp"
#include "isolators/cgroups/subtree.hpp"

namespace mesoscore::control_groups {

// Those of files and of memory are left out. `block` is /sys/block.
std::vector<std::string> disks_in(const std::string& block);
// The limits of each of them.
std::vector<Setting> disk_settings(const CgroupsOptions& options, const std::vector<std::string>& disks,
                                   int version);
// Version 1: lets the kernel count what goes to them, limited or not.
void have_transfers_counted(const Part& io, const std::vector<std::string>& disks);

}  // namespace mesoscore::control_groups
