// From a command that probes to what is to be executed inside of its container.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/container.hpp"
#include "mesoscore/launch_plan.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::runtime {

// "web" of the check that has this probe, if that is fit for a directory, else its number in the task: "0",
// ...
std::string check_directory(const TaskInfo& task, const Probe& probe);

// Makes "checks/<name>" in the sandbox, for its owner and without what an earlier run has put out, and sets
// the outputs of the plan to files in it, which are cut off at a mebibyte. Nothing that the container may
// have put there leads it astray.
Status make_outputs(const std::string& sandbox, const std::string& name, LaunchPlan& plan);

// What the first program of a container was started with; empty if that cannot be read. `pid` is of that
// program, or of the init of its pid namespace.
std::vector<EnvironmentVariable> environment_of(pid_t pid);
std::string_view value_of(const std::vector<EnvironmentVariable>& environment,
                          std::string_view name) noexcept;

}  // namespace mesoscore::runtime
