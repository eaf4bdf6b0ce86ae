#include "master/state.hpp"

namespace mesoscore {

// What was offered becomes used. Of a shared volume the task gets a copy of its own, so that the next one may
// have it too.
void Master::State::take_for_launch(std::uint32_t f, std::uint32_t a, const RoleName& role,
                                    const Resources& used, Resources& remaining) {
  for (const Resource& item : used) {
    if (item.shared()) {
      allocator.allocate(framework_handle(f), agent_handle(a), role, Resources{item});
    } else {
      remaining.subtract(item);
    }
  }
}

// It is charged to the framework from here on: the resources were offered and become used.
MasterTask& Master::State::add_launched(std::uint32_t f, std::uint32_t a, const RoleName& role,
                                        const TaskInfo& task, Resources& remaining, std::int32_t priority) {
  const std::uint32_t t = add_task(f, a, task.task_id);
  MasterTask& record = tasks[t];
  record.name = task.name;
  record.role = role;
  record.resources = task.resources;
  record.labels = task.labels;
  record.priority = priority;
  record.holds_resources = true;
  take_for_launch(f, a, role, task.resources, remaining);
  ++tasks_launched;
  return record;
}

// True: it does not run yet, and is accounted for from here on.
bool Master::State::take_executor(std::uint32_t f, std::uint32_t a, const RoleName& role,
                                  ExecutorInfo& executor, Resources& remaining) {
  executor.framework_id = frameworks[f].id();
  if (find_executor(a, f, executor.executor_id) != nullptr) return false;
  remaining -= executor.resources;
  agents[a].executors.push_back({f, role, executor});
  return true;
}

// The task is valid.
void Master::State::launch(std::uint32_t f, std::uint32_t a, const RoleName& role, TaskInfo& task,
                           Resources& remaining, std::int32_t priority) {
  MasterTask& record = add_launched(f, a, role, task, remaining, priority);
  // An agent with an offer outstanding is connected.
  auto& run = send<msg::RunTask>(*agents[a].peer);
  if (task.executor) {
    record.executor_id = task.executor->executor_id;
    run.launch_executor = take_executor(f, a, role, *task.executor, remaining);
  }
  run.framework = frameworks[f].info;
  run.role = role;
  run.priority = priority;
  run.task = std::move(task);
}

// The group is valid. It goes to the agent as a whole.
void Master::State::launch_group(std::uint32_t f, std::uint32_t a, const RoleName& role,
                                 LaunchGroupOperation& group, Resources& remaining, std::int32_t priority) {
  auto& run = send<msg::RunTaskGroup>(*agents[a].peer);
  run.launch_executor = take_executor(f, a, role, group.executor, remaining);
  for (TaskInfo& task : group.tasks) {
    add_launched(f, a, role, task, remaining, priority).executor_id = group.executor.executor_id;
    task.executor.reset();  // it is that of the group
  }
  run.framework = frameworks[f].info;
  run.role = role;
  run.priority = priority;
  run.executor = std::move(group.executor);
  run.tasks = std::move(group.tasks);
}

}  // namespace mesoscore
