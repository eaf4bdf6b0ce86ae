// The master's records of tasks, and the updates that it makes itself.
#include <algorithm>

#include "master/state.hpp"

namespace mesoscore {

std::uint32_t Master::State::find_task(std::uint32_t f, const TaskId& task) const {
  const auto& map = frameworks[f].task_by_id;
  const auto found = map.find(task);
  return found == map.end() ? kNone : found->second;
}

std::uint32_t Master::State::add_task(std::uint32_t f, std::uint32_t a, const TaskId& task) {
  const std::uint32_t t = tasks.acquire();
  MasterTask& record = tasks[t];
  record.id = task;
  record.framework = f;
  record.agent = a;
  record.executor_id = ExecutorId{};
  record.name.clear();
  record.state = TaskState::staging;
  record.forwarded_state.reset();
  record.forwarded_uuid.reset();
  record.history.clear();
  record.labels.clear();
  record.priority = 0;
  record.preempted.clear();
  record.holds_resources = false;
  record.reported = 0;
  frameworks[f].tasks.push_back(tasks, t);
  agents[a].tasks.push_back(tasks, t);
  frameworks[f].task_by_id[task] = t;
  return t;
}

void Master::State::release_resources(std::uint32_t t) {
  MasterTask& task = tasks[t];
  if (!task.holds_resources) return;
  task.holds_resources = false;
  allocator.recover(framework_handle(task.framework), agent_handle(task.agent), task.role, task.resources,
                    nullptr, now);
}

void Master::State::kill_task(std::uint32_t t, const std::optional<KillPolicy>& policy) {
  const MasterTask& task = tasks[t];
  const std::uint32_t f = task.framework;
  if (send_to_agent(task.agent, msg::KillTask{frameworks[f].id(), task.id, policy})) return;
  for (PendingKill& kill : agents[task.agent].pending_kills) {
    if (kill.framework != f || kill.task_id != task.id) continue;
    kill.policy = policy;
    return;
  }
  agents[task.agent].pending_kills.push_back({f, task.id, policy});
}

// The record that it pushes out of the ring is free.
void Master::State::remember_completed(std::uint32_t t) {
  MasterTask& task = tasks[t];
  MasterFramework& framework = frameworks[task.framework];
  const std::size_t limit = options.limits.max_completed_tasks_per_framework;
  if (limit == 0) return tasks.release(t);
  task.ended_on = agents[task.agent].id();
  if (framework.completed.size() < limit) return framework.completed.push_back(t);
  tasks.release(std::exchange(framework.completed[framework.completed_next], t));
  framework.completed_next = (framework.completed_next + 1) % limit;
}

void Master::State::remove_task(std::uint32_t t) {
  release_resources(t);
  const MasterTask& task = tasks[t];
  frameworks[task.framework].task_by_id.erase(task.id);
  frameworks[task.framework].tasks.remove(tasks, t);
  MasterAgent& agent = agents[task.agent];
  agent.tasks.remove(tasks, t);
  if (agent.standing.drain && agent.tasks.empty()) emptied.push_back(task.agent);
  is_terminal(task.state) ? remember_completed(t) : tasks.release(t);
}

TaskStatus Master::State::own_status(const TaskId& task, TaskState state, TaskReason reason,
                                     std::string message) const {
  TaskStatus status;
  status.task_id = task;
  status.state = state;
  status.source = TaskSource::master;
  status.reason = reason;
  status.timestamp = to_unix_seconds(now);
  status.message = std::move(message);
  return status;
}

TaskState Master::State::lost_or(const MasterFramework& framework, TaskState aware) const noexcept {
  return framework.partition_aware() ? aware : TaskState::lost;
}

void Master::State::send_status(std::uint32_t f, TaskStatus status) {
  send_to_framework(f, msg::Update{std::move(status)});
}

Task Master::State::describe(const MasterTask& task, const AgentId& agent) const {
  Task out_task;
  out_task.task_id = task.id;
  out_task.framework_id = frameworks[task.framework].id();
  out_task.agent_id = agent;
  out_task.executor_id = task.executor_id;
  out_task.name = task.name;
  out_task.role = task.role;
  out_task.priority = task.priority;
  out_task.resources = task.resources;
  out_task.state = task.state;
  out_task.status_update_state = task.forwarded_state;
  out_task.status_update_uuid = task.forwarded_uuid;
  out_task.statuses = task.history.of(task.id, agent, task.executor_id);
  out_task.labels = task.labels;
  return out_task;
}

}  // namespace mesoscore
