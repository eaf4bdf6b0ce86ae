// What must be known after a restart of the agent, in the state directory of the isolator.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isolators/cgroups/subtree.hpp"
#include "mesoscore/task.hpp"

namespace mesoscore::control_groups {

// Which groups are ours: a line "made <path>" or "found <path>" for each.
std::vector<EarlierPart> read_parts(const std::string& state_directory);
Status write_parts(const std::string& state_directory, std::span<const Part> parts);

// The limits of a task, if it has some: "cpus 2" and "mem inf". A file for each such container.
std::optional<TaskLimits> read_limits(const std::string& state_directory, const std::string& id);
Status write_limits(const std::string& state_directory, const std::string& id, const TaskLimits& limits);
void forget_limits(const std::string& state_directory, const std::string& id) noexcept;

}  // namespace mesoscore::control_groups
