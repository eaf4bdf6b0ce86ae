#include <utility>

#include "agent/checks.hpp"
#include "agent/exit_text.hpp"
#include "agent/groups.hpp"
#include "agent/state.hpp"
#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore {

void Agent::State::on(ContainerEvent& event) {
  if (event.kind == ContainerEvent::Kind::recovered && event.container_id.empty()) return end_recovery();
  if (event.kind == ContainerEvent::Kind::answered) return answered(event);
  if (event.kind == ContainerEvent::Kind::probed) return agent_detail::on_probed(*this, event);
  const auto found = container_by_id.find(agent_detail::IdKey{&event.container_id});
  if (found == container_by_id.end()) {
    return note(LogLevel::info, "ignored an event of container ", event.container_id,
                ": it is not known here");
  }
  const ContainerOwner owner = found->second;
  if (found->second.awaited) {
    found.value().awaited = false;
    if (!hear_of(owner, event)) return;
  }
  const bool over =
      event.kind == ContainerEvent::Kind::launch_failed || event.kind == ContainerEvent::Kind::exited;
  if (owner.executor != kNone) {
    if (over) executor_ended(executors[owner.executor], event);
    return;
  }
  TaskRecord& task = tasks[owner.task];
  if (over) return contained_ended(task, event);
  if (event.kind == ContainerEvent::Kind::started) return contained_started(task, event);
  if (event.kind == ContainerEvent::Kind::progress) return contained_progress(task, event);
  note(LogLevel::warning, "ignored that container ", event.container_id,
       " was recovered: it is known to live");
}

void Agent::State::contained_started(TaskRecord& task, ContainerEvent& event) {
  if (task.started) return;
  task.started = true;
  if (task.kill.wanted) return;  // the scheduler has been told KILLING
  if (task.max_completion_time) timers.arm(task.completion, after(now, *task.max_completion_time));
  StatusRecord status = new_status(TaskState::running, TaskSource::executor);
  if (task.checks) task.checks->container_status = event.status;
  if (event.status) status.more().container_status = std::move(event.status);
  update(task, std::move(status));
  if (!task.checks) return;
  task.checks->running_number = task.updates.last_number;
  agent_detail::start_checks(*this, task, now);
}

void Agent::State::contained_progress(TaskRecord& task, ContainerEvent& event) {
  const bool killing = task.info.state == TaskState::killing;
  StatusRecord status = new_status(killing ? TaskState::killing : TaskState::running, TaskSource::executor);
  status.set_message(std::move(event.message));
  status.set_data(std::move(event.data));
  update(task, std::move(status));
}

void Agent::State::contained_ended(TaskRecord& task, ContainerEvent& event) {
  drop_container(task);
  end_task(task, verdict(task, event));
}

void Agent::State::drop_container(TaskRecord& task) {
  container_by_id.erase(agent_detail::IdKey{&task.container_id});
  if (task.kept) out->containers.push_back(ForgetContainer{task.container_id});
  task.container_id = {};
}

// A kill that was asked for explains the end, whatever the container says; then what the container says; then
// how the process ended.
StatusRecord Agent::State::verdict(const TaskRecord& task, ContainerEvent& event) {
  StatusRecord status = new_status(TaskState::failed, TaskSource::executor);
  status.set_data(std::move(event.data));
  const bool launched = event.kind == ContainerEvent::Kind::exited;
  std::string message = std::move(event.message);
  if (message.empty() && launched && event.wait_status != 0)
    message = agent_detail::exit_text(event.wait_status);

  if (task.over_time) {
    status.reason = TaskReason::max_completion_time_reached;
    message = cat("max_completion_time of ", in_seconds(*task.max_completion_time), " was reached");
  } else if (task.kill.wanted) {
    status.state = TaskState::killed;
    if (const std::string fate = agent_detail::fate_of(*this, task); !fate.empty())
      message = message.empty() ? fate : cat(fate, "; ", message);
    if (!task.started) {
      status.reason = TaskReason::task_killed_during_launch;
      status.source = TaskSource::agent;
    }
    if (task.checks && !task.checks->why_killed.empty()) message = task.checks->why_killed;
  } else {
    status.reason = event.reason;
    if (!launched && !event.reason) status.reason = TaskReason::container_launch_failed;
    const bool never_started = !launched && event.reason == TaskReason::agent_restarted;
    if (never_started) status.state = dropped_or_lost(frameworks[task.framework]);
    if (status.reason) status.source = TaskSource::agent;
    if (!event.limitation.empty()) status.more().limitation = std::move(event.limitation);
    if (event.state && is_terminal(*event.state)) {
      status.state = *event.state;
    } else if (launched && event.wait_status == 0 && !event.reason) {
      status.state = TaskState::finished;
    }
  }
  status.set_message(std::move(message));
  return status;
}

}  // namespace mesoscore
