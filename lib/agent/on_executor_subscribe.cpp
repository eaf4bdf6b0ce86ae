#include <algorithm>

#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on(PeerId peer, msg::ExecutorSubscribe& subscribe) {
  ExecutorRecord* executor = find_executor(subscribe.framework_id, subscribe.executor_id);
  const bool over = std::find(completed.begin(), completed.end(), subscribe.framework_id) != completed.end();
  if (executor == nullptr && !over)
    return refuse(peer, "no executor of this id was started for this framework");
  const ExecutorRecord* before = executor_of(peer);
  if (before != nullptr && before != executor)
    return refuse(peer, "this connection belongs to another executor");
  if (executor == nullptr || executor->state == ExecutorRecord::State::terminating) {
    send<msg::ExecutorShutdown>(peer);
    close(peer, "the executor is shutting down");
    return forget_peer(peer);
  }
  for (const TaskStatus& status : subscribe.unacknowledged_updates) {
    if (auto valid = check_update(*executor, status); !valid) return refuse(peer, valid.error().message);
  }
  if (executor->peer && *executor->peer != peer) {
    const PeerId replaced = *executor->peer;
    close(replaced, "the executor has subscribed on another connection");
    forget_peer(replaced);
  }
  executor->peer = peer;
  executor->state = ExecutorRecord::State::running;
  peers[static_cast<std::uint64_t>(peer)] = executor->self;
  timers.disarm(executor->timer);
  greet(*executor, subscribe);
}

// Both sides learn what the other one missed.
void Agent::State::greet(ExecutorRecord& executor, msg::ExecutorSubscribe& subscribe) {
  const PeerId peer = *executor.peer;
  auto& subscribed = send<msg::ExecutorSubscribed>(peer);
  subscribed.executor = executor.info;
  subscribed.framework = frameworks[executor.framework].info;
  subscribed.agent = agent;
  subscribed.container_id = executor.container_id;
  for (TaskStatus& status : subscribe.unacknowledged_updates) take_update(executor, status);

  std::vector<std::string_view> arrived;
  for (const TaskInfo& task : subscribe.unacknowledged_tasks) arrived.push_back(task.task_id);
  std::sort(arrived.begin(), arrived.end());
  each(executor.tasks, tasks, [&](TaskRecord& task) {
    if (task.info.state == TaskState::staging &&
        !std::binary_search(arrived.begin(), arrived.end(), task.info.task_id.view())) {
      return decline_task(task, dropped_or_lost(frameworks[task.framework]), TaskReason::agent_restarted,
                          "the task did not reach its executor");
    }
    if (!task.kill.undelivered || !task.live()) return;
    auto& kill = send<msg::ExecutorKill>(peer);
    kill.task_id = task.info.task_id;
    kill.kill_policy = task.kill.policy;
    task.kill.undelivered = false;
  });
  deliver_queue(executor);
  shutdown_if_useless(executor);
}

}  // namespace mesoscore
