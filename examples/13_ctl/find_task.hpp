// Which task is meant, and where it is.
#pragma once

#include <string>

#include "desk.hpp"

struct TaskWanted {
  std::string task;       // its id, or its name if no other task has it
  std::string framework;  // id or name; empty: any
};

// Of several tasks with this id or name the one that lives, if there is only one.
mesoscore::Result<mesoscore::TaskSummary> find_task(Desk& desk, const TaskWanted& wanted);

// "<framework id>/<task or executor id>/<container id>": its sandbox, as agents take paths, or that of the
// custom executor that runs it. Of several containers that of the last one.
mesoscore::Result<std::string> sandbox_of(Desk& desk, const mesoscore::TaskSummary& task);

// The container that it runs in. not_found: it does not run.
mesoscore::Result<mesoscore::ContainerId> container_of(Desk& desk, const mesoscore::TaskSummary& task);
