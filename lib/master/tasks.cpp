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
  record.statuses.clear();
  record.labels.clear();
  record.holds_resources = false;
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

// Moves what the record holds into the ring. Swapping hands the memory of the oldest entry back to the
// record.
void Master::State::remember_completed(MasterTask& task) {
  MasterFramework& framework = frameworks[task.framework];
  const std::size_t limit = options.limits.max_completed_tasks_per_framework;
  if (limit == 0) return;
  const bool full = framework.completed.size() >= limit;
  if (!full) framework.completed.emplace_back();
  Task& slot = full ? framework.completed[framework.completed_next] : framework.completed.back();
  if (full) framework.completed_next = (framework.completed_next + 1) % limit;
  slot.task_id = task.id;
  slot.framework_id = framework.id();
  slot.agent_id = agents[task.agent].id();
  slot.executor_id = task.executor_id;
  slot.role = task.role;
  slot.resources = task.resources;
  slot.state = task.state;
  slot.status_update_state = task.forwarded_state;
  slot.status_update_uuid = task.forwarded_uuid;
  std::swap(slot.name, task.name);
  std::swap(slot.statuses, task.statuses);
  std::swap(slot.labels, task.labels);
}

void Master::State::remove_task(std::uint32_t t) {
  release_resources(t);
  MasterTask& task = tasks[t];
  if (is_terminal(task.state)) remember_completed(task);
  frameworks[task.framework].task_by_id.erase(task.id);
  frameworks[task.framework].tasks.remove(tasks, t);
  agents[task.agent].tasks.remove(tasks, t);
  tasks.release(t);
}

void Master::State::record_status(MasterTask& task, const TaskStatus& status) {
  if (task.statuses.empty() || task.statuses.back().state != status.state) {
    if (task.statuses.size() >= options.limits.max_statuses_per_task)
      task.statuses.erase(task.statuses.begin());
    task.statuses.push_back(status);
  } else {
    task.statuses.back() = status;
  }
  task.statuses.back().data.clear();
}

void Master::State::forget_unreachable(MasterFramework& framework, const TaskId& task) {
  std::erase_if(framework.unreachable, [&](const UnreachableTask& t) { return t.id == task; });
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

Task Master::State::describe(const MasterTask& task) const {
  Task out_task;
  out_task.task_id = task.id;
  out_task.framework_id = frameworks[task.framework].id();
  out_task.agent_id = agents[task.agent].id();
  out_task.executor_id = task.executor_id;
  out_task.name = task.name;
  out_task.role = task.role;
  out_task.resources = task.resources;
  out_task.state = task.state;
  out_task.status_update_state = task.forwarded_state;
  out_task.status_update_uuid = task.forwarded_uuid;
  out_task.statuses = task.statuses;
  out_task.labels = task.labels;
  return out_task;
}

}  // namespace mesoscore
