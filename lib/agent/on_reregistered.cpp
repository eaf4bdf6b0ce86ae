#include <algorithm>

#include "agent/state.hpp"

namespace mesoscore {
namespace {

// The master launched it, but it did not arrive. The answer is reliable: the master waits for its
// acknowledgement.
void report_missing(Agent::State& s, const FrameworkId& framework_id, const TaskId& task_id) {
  if (s.find_task(framework_id, task_id) != nullptr) return;
  if (std::find(s.completed.begin(), s.completed.end(), framework_id) != s.completed.end()) return;
  agent_detail::FrameworkRecord& framework = s.add_framework(framework_id);
  TaskInfo unknown;
  unknown.task_id = task_id;
  agent_detail::TaskRecord& task = s.add_task(framework, unknown);
  if (task.kept) s.keep_task(task, {});
  StatusRecord status = s.new_status(s.dropped_or_lost(framework), TaskSource::agent);
  status.reason = TaskReason::reconciliation;
  status.set_message("the agent does not know this task");
  s.end_task(task, std::move(status));
}

}  // namespace

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
  for (const auto& missing : answer.missing) report_missing(*this, missing.framework_id, missing.task_id);
  for (const auto& missing : answer.missing_operations) report_missing_operation(missing);
}

}  // namespace mesoscore
