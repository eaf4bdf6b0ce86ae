#include <algorithm>

#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on(msg::AgentReregistered& answer) {
  if (agent->id.empty() || answer.agent_id != agent->id) {
    return refuse(master, "the re-registration of another agent was answered");
  }
  for (const auto& missing : answer.missing) {
    if (!validate_id(missing.framework_id, "framework id") || !validate_id(missing.task_id, "task id")) {
      return refuse(master, "a missing task has an id that is not well formed");
    }
  }
  if (phase == Phase::registering) {
    note(LogLevel::info, "re-registered as ", agent->id, " with master ", answer.master_id);
    registered(answer.ping_timeout);
  }
  for (const auto& missing : answer.missing) report_missing(missing.framework_id, missing.task_id);
  for (const auto& missing : answer.missing_operations) report_missing_operation(missing);
}

// The master launched it, but it did not arrive. The answer is reliable: the master waits for its
// acknowledgement.
void Agent::State::report_missing(const FrameworkId& framework_id, const TaskId& task_id) {
  if (find_task(framework_id, task_id) != nullptr) return;
  if (std::find(completed.begin(), completed.end(), framework_id) != completed.end()) return;
  FrameworkRecord& framework = add_framework(framework_id);
  TaskInfo unknown;
  unknown.task_id = task_id;
  TaskRecord& task = add_task(framework, unknown);
  if (task.kept) keep_task(task, {});
  StatusRecord status = new_status(dropped_or_lost(framework), TaskSource::agent);
  status.reason = TaskReason::reconciliation;
  status.set_message("the agent does not know this task");
  end_task(task, std::move(status));
}

}  // namespace mesoscore
