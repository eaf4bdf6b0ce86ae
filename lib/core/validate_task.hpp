// The rules of validate(TaskInfo) without those for the ids of the task and of its agent, for who knows these
// to be well formed. Errors do not name the task.
#pragma once

#include "mesoscore/task.hpp"

namespace mesoscore {

Status validate_contents(const TaskInfo& task);

}  // namespace mesoscore
