// The checks of command tasks: from TASK_RUNNING until the task is being killed or has ended. What each does
// is said in mesoscore/check.hpp. All but add_checks() and supersede_last() are for tasks that have some.
#pragma once

#include "agent/state.hpp"

namespace mesoscore::agent_detail {

// The checks of a new task, if it has any; nothing is probed yet.
void add_checks(TaskRecord& task, const TaskInfo& info);
void start_checks(Agent::State& s, TaskRecord& task, TimePoint running_since);
void stop_checks(Agent::State& s, TaskRecord& task) noexcept;  // for good
// As the updates of before a restart tell of them.
void restore_checks(TaskRecord& task);

// A probe is due, or overdue.
void checker_due(Agent::State& s, TaskRecord& task, const Timer& timer);
void on_probed(Agent::State& s, ContainerEvent& event);
// Of a probe that has ended. `result` null: it could not be made, or took too long.
void conclude(Agent::State& s, TaskRecord& task, Checker& checker, const ProbeResult* result,
              const std::string& message);

// Adds to an update how the checks stand.
void tell_checks(const TaskRecord& task, StatusRecord& status);
// In a queue of updates that is full the last one may take its place, unless it is on its way: what is told
// then is less, and still true.
bool supersede_last(Agent::State& s, TaskRecord& task, StatusRecord& status);

}  // namespace mesoscore::agent_detail
