#include "agent/state.hpp"

namespace mesoscore {

// A task that is not known here is not answered: the master knows that, and answers as for a reconciliation.
void Agent::State::on(msg::KillTask& kill) {
  TaskRecord* task = find_task(kill.framework_id, kill.task_id);
  if (task == nullptr || !task->live()) {
    return note(LogLevel::info, "ignored the kill of task ", kill.task_id, ": it does not run here");
  }
  if (task->queued) return kill_queued(*task);
  if (task->executor != kNone) return kill_delivered(*task, kill);
  timers.disarm(task->completion);
  announce_killing(*task, std::nullopt);
  kill_contained(*task, grace_of(*task, kill.kill_policy));
}

void Agent::State::kill_queued(TaskRecord& task) {
  ExecutorRecord& executor = executors[task.executor];
  StatusRecord status = new_status(TaskState::killed, TaskSource::agent);
  status.reason = TaskReason::task_killed_during_launch;
  status.set_message("killed before it was delivered to its executor");
  end_task(task, std::move(status));
  shutdown_if_useless(executor);
}

// The executor decides; every kill reaches it, because a later one may ask for more haste.
void Agent::State::kill_delivered(TaskRecord& task, msg::KillTask& kill) {
  const ExecutorRecord& executor = executors[task.executor];
  if (executor.state == ExecutorRecord::State::terminating) {
    return note(LogLevel::info, "ignored the kill of task ", kill.task_id, ": its executor is terminating");
  }
  if (executor.peer) {
    auto& message = send<msg::ExecutorKill>(*executor.peer);
    message.task_id = kill.task_id;
    message.kill_policy = kill.kill_policy;
    return;
  }
  task.kill.undelivered = true;
  task.kill.policy = kill.kill_policy;
}

}  // namespace mesoscore
