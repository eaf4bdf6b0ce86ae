// The rules of task groups that need no context; those of single tasks are in validate_task.hpp.
#pragma once

#include <span>

#include "mesoscore/task.hpp"

namespace mesoscore {

Status validate_group(const ExecutorInfo& executor, std::span<const TaskInfo> tasks);

// What tasks and executor use together. Of a shared volume one copy is enough for all.
Resources resources_of_group(const Resources& executor, std::span<const TaskInfo> tasks);

}  // namespace mesoscore
