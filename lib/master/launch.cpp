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

// The task is valid. It is charged to the framework from here on: the resources were offered and become used.
void Master::State::launch(std::uint32_t f, std::uint32_t a, const RoleName& role, TaskInfo& task,
                           Resources& remaining, std::int32_t priority) {
  const std::uint32_t t = add_task(f, a, task.task_id);
  MasterTask& record = tasks[t];
  record.name = task.name;
  record.role = role;
  record.resources = task.resources;
  record.labels = task.labels;
  record.priority = priority;
  record.holds_resources = true;
  take_for_launch(f, a, role, task.resources, remaining);

  // An agent with an offer outstanding is connected.
  auto& run = send<msg::RunTask>(*agents[a].peer);
  if (task.executor) {
    record.executor_id = task.executor->executor_id;
    task.executor->framework_id = frameworks[f].id();
    if (find_executor(a, f, record.executor_id) == nullptr) {
      run.launch_executor = true;
      remaining -= task.executor->resources;
      agents[a].executors.push_back({f, role, *task.executor});
    }
  }
  run.framework = frameworks[f].info;
  run.role = role;
  run.priority = priority;
  run.task = std::move(task);
  ++tasks_launched;
}

}  // namespace mesoscore
