// The end of tasks, and of the containers of command and function tasks.
#include <algorithm>

#include "agent/checks.hpp"
#include "agent/groups.hpp"
#include "agent/state.hpp"

namespace mesoscore {

Duration Agent::State::grace_of(const TaskRecord& task,
                                const std::optional<KillPolicy>& policy) const noexcept {
  Duration grace = options.default_kill_grace;
  if (task.kill_policy) grace = task.kill_policy->grace_period;
  if (policy) grace = policy->grace_period;
  return std::max(grace, Duration::zero());
}

void Agent::State::announce_killing(TaskRecord& task, std::optional<TaskReason> reason) {
  if (task.kill.wanted || !frameworks[task.framework].has(FrameworkCapability::task_killing_state)) return;
  StatusRecord status = new_status(TaskState::killing, TaskSource::executor);
  status.reason = reason;
  status.set_message(agent_detail::fate_of(*this, task));
  update(task, std::move(status));
}

// Another kill may only hasten the end: the grace counts from the first.
void Agent::State::kill_contained(TaskRecord& task, Duration grace) {
  if (!task.kill.wanted) {
    if (task.checks) agent_detail::stop_checks(*this, task);
    task.kill.wanted = true;
    task.kill.first = now;
    task.kill.grace = grace;
    if (task.kept) keep_kill(task);
    return kill_container(task.container_id, grace);
  }
  if (grace >= task.kill.grace) return;
  task.kill.grace = grace;
  if (task.kept) keep_kill(task);
  kill_container(task.container_id, std::max(Duration::zero(), after(task.kill.first, grace) - now));
}

void Agent::State::kill_container(const ContainerId& id, Duration grace) {
  out->containers.push_back(KillContainer{id, grace});
}

void Agent::State::over_time(TaskRecord& task) {
  announce_killing(task, TaskReason::max_completion_time_reached);
  task.over_time = true;
  kill_contained(task, grace_of(task, std::nullopt));
}

void Agent::State::end_task(TaskRecord& task, StatusRecord&& status) {
  timers.disarm(task.completion);
  if (task.checks) agent_detail::stop_checks(*this, task);
  explain_by_drain(task, status);
  if (task.executor != kNone) {
    ExecutorRecord& executor = executors[task.executor];
    if (task.queued) {
      executor.queue.remove(tasks, task.self);
      task.queued = false;
      task.undelivered = {};
      task.executor = kNone;
    } else {
      executor.contained -= task.info.resources;
      update_container(executor);
    }
  }
  task.info.state = status.state;
  agent_detail::leave_default_executor(*this, task);
  if (frameworks[task.framework].terminating) return forget_task(task);
  update(task, std::move(status));
  agent_detail::share_fate(*this, task);
}

}  // namespace mesoscore
