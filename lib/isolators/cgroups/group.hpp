// The groups of one container: one of its name in each part of our subtree. Functions that fail leave nothing
// half made behind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isolators/cgroups/limits.hpp"
#include "isolators/cgroups/spares.hpp"
#include "isolators/cgroups/subtree.hpp"

namespace mesoscore::control_groups {

// What a new group is told; of `disks` see disk_settings().
struct GroupSettings {
  const Limits& limits;
  const CgroupsOptions& options;
  const std::vector<std::string>& disks;
};
// Of a spare where there is one, else a new one. An error names the file that could not be written.
Status make_group(const Subtree& subtree, const std::string& name, const GroupSettings& settings,
                  Spares& spares);

// Of a group with processes in it. Its hard limit of memory is lowered only as far as it has room: the answer
// is what it is now.
Result<std::optional<std::uint64_t>> change_group(const Subtree& subtree, const std::string& name,
                                                  const Limits& limits,
                                                  std::optional<std::uint64_t> memory_max,
                                                  const CgroupsOptions& options);

bool has_group(const Part& part, const std::string& name) noexcept;
std::vector<pid_t> processes_of(const Part& part, const std::string& name);
// SIGKILL to all, and to what they start meanwhile as far as the kernel can do that. They may not be gone
// yet. A group that was killed is good for nothing but to be removed.
void kill_group(const Subtree& subtree, const std::string& name);
// With those that its processes have made below it. 0, or the errno of the kernel: EBUSY while there are
// processes.
int remove_group(const Subtree& subtree, const std::string& name);
// Removes it where it cannot be kept as a spare. 0, or as remove_group(), which is to be used then: nothing
// of it is kept. `limits`: the last that it had.
int retire_group(const Subtree& subtree, const std::string& name, const Limits& limits, Spares& spares);
// Stops it, or lets it go on. False if the kernel cannot.
bool freeze_group(const Subtree& subtree, const std::string& name, bool frozen);

}  // namespace mesoscore::control_groups
