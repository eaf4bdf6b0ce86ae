#include "agent/groups.hpp"
#include "core/text_cat.hpp"

namespace mesoscore {

// A task that is not known here is not answered: the master knows that, and answers as for a reconciliation.
void Agent::State::on(msg::KillTask& kill) {
  TaskRecord* task = find_task(kill.framework_id, kill.task_id);
  if (task == nullptr || !task->live()) {
    return note(LogLevel::info, "ignored the kill of task ", kill.task_id, ": it does not run here");
  }
  if (task->group != kNone) return agent_detail::kill_group(*this, *task, kill.kill_policy);
  kill_task(*task, kill.kill_policy);
}

void Agent::State::kill_task(TaskRecord& task, const std::optional<KillPolicy>& policy) {
  if (task.queued) return kill_queued(task);
  if (task.executor != kNone) return kill_delivered(task, policy);
  timers.disarm(task.completion);
  announce_killing(task, std::nullopt);
  kill_contained(task, grace_of(task, policy));
}

void Agent::State::kill_queued(TaskRecord& task) {
  ExecutorRecord& executor = executors[task.executor];
  killed_before_delivery(task);
  shutdown_if_useless(executor);
}

void Agent::State::killed_before_delivery(TaskRecord& task) {
  StatusRecord status = new_status(TaskState::killed, TaskSource::agent);
  status.reason = TaskReason::task_killed_during_launch;
  const std::string fate = agent_detail::fate_of(*this, task);
  status.set_message(cat("killed before it was delivered to its executor", fate.empty() ? "" : ": ", fate));
  end_task(task, std::move(status));
}

// The executor decides; every kill reaches it, because a later one may ask for more haste.
void Agent::State::kill_delivered(TaskRecord& task, const std::optional<KillPolicy>& policy) {
  const ExecutorRecord& executor = executors[task.executor];
  if (executor.state == ExecutorRecord::State::terminating) {
    return note(LogLevel::info, "ignored the kill of task ", task.info.task_id,
                ": its executor is terminating");
  }
  task.kill.policy = policy;
  task.kill.undelivered = !executor.peer;
  task.kill.first = now;
  if (task.kept) keep_kill(task);
  if (executor.peer) pass_kill_on(task, *executor.peer);
}

void Agent::State::pass_kill_on(TaskRecord& task, PeerId executor) {
  auto& message = send<msg::ExecutorKill>(executor);
  message.task_id = task.info.task_id;
  message.kill_policy = task.kill.policy;
  task.kill.undelivered = false;
}

}  // namespace mesoscore
