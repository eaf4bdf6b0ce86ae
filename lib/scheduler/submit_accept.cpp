#include "core/launches.hpp"
#include "scheduler/state.hpp"

namespace mesoscore {
namespace {

template <class F>
void for_each_launch(const msg::Accept& call, F&& f) {
  for (const Operation& operation : call.operations) {
    const std::vector<TaskInfo>* tasks = launched_tasks(operation);
    if (!tasks) continue;
    for (const TaskInfo& task : *tasks) f(task);
  }
}

// Operations with an id, for whose update somebody waits.
template <class F>
void for_each_operation(const msg::Accept& call, F&& f) {
  for (const Operation& operation : call.operations) {
    if (!operation.id.empty() && launched_tasks(operation) == nullptr) f(operation.id);
  }
}

msg::OperationUpdate dropped(const OperationId& id) {
  msg::OperationUpdate update;
  update.operation_id = id;
  update.state = OperationState::dropped;
  update.message = "not executed: there is no connection to the master, and the offer is void";
  return update;
}

// The answer that the master would give if it could be asked.
TaskStatus dropped(const TaskInfo& task, bool partition_aware, TimePoint now) {
  TaskStatus status;
  status.task_id = task.task_id;
  status.agent_id = task.agent_id;
  status.state = partition_aware ? TaskState::dropped : TaskState::lost;
  status.reason = TaskReason::master_disconnected;
  status.timestamp = to_unix_seconds(now);
  status.message = "not launched: there is no connection to the master, and the offer is void";
  return status;
}

}  // namespace

void Scheduler::State::submit_accept(Message& call) {
  auto& accept = std::get<msg::Accept>(call);
  if (!subscribed()) {
    // The offers went with the connection. The application must not wait for these for ever.
    const bool aware = framework->has(FrameworkCapability::partition_aware);
    for_each_launch(accept, [&](const TaskInfo& task) { deliver(msg::Update{dropped(task, aware, now)}); });
    for_each_operation(accept, [&](const OperationId& id) { deliver(dropped(id)); });
    return;
  }
  // An offer that is no longer held is sent all the same: the master answers for its tasks.
  for (const OfferId& id : accept.offer_ids) offers.erase(id);
  demands.accepted(accept);
  for_each_launch(accept, [&](const TaskInfo& task) {
    LiveTask& live = tasks.add(task.task_id);
    if (live.agent_id.empty()) live.agent_id = task.agent_id;
  });
  for_each_operation(accept, [&](const OperationId& id) { operations.insert(id); });
  send(std::move(call));
}

}  // namespace mesoscore
