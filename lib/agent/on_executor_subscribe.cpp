#include <algorithm>

#include "agent/groups.hpp"
#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on(PeerId peer, msg::ExecutorSubscribe& subscribe) {
  if (recovery != Recovery::none) return wait_for_recovery(peer, subscribe);
  ExecutorRecord* executor = find_executor(subscribe.framework_id, subscribe.executor_id);
  if (executor != nullptr && executor->is_default()) executor = nullptr;  // nobody speaks for it
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
    if (number_of(peer) < number_of(replaced)) {  // was under way for long: it does not know what came since
      close(peer, "the executor has a newer connection");
      return forget_peer(peer);
    }
    close(replaced, "the executor has subscribed on another connection");
    forget_peer(replaced);
  }
  executor->peer = peer;
  executor->state = ExecutorRecord::State::running;
  executor->recovered = false;
  peers[static_cast<std::uint64_t>(peer)].executor = executor->self;
  timers.disarm(executor->timer);
  greet(*executor, subscribe);
}

// Its container has to be heard of first.
void Agent::State::wait_for_recovery(PeerId peer, msg::ExecutorSubscribe& subscribe) {
  const auto same = [&](const auto& early) { return early.first == peer; };
  std::erase_if(early_subscriptions, same);
  early_subscriptions.emplace_back(peer, std::move(subscribe));
}

// Both sides learn what the other one missed.
void Agent::State::greet(ExecutorRecord& executor, msg::ExecutorSubscribe& subscribe) {
  const PeerId peer = *executor.peer;
  auto& subscribed = send<msg::ExecutorSubscribed>(peer);
  subscribed.executor = executor.info;
  subscribed.framework = frameworks[executor.framework].info;
  subscribed.agent = agent;
  subscribed.container_id = executor.container_id;
  std::vector<std::string_view> arrived;
  for (const TaskInfo& task : subscribe.unacknowledged_tasks) arrived.push_back(task.task_id);
  std::sort(arrived.begin(), arrived.end());
  agent_detail::before_fates(*this, [&] {
    for (TaskStatus& status : subscribe.unacknowledged_updates) take_update(executor, status);
    each(executor.tasks, tasks, [&](TaskRecord& task) {
      if (!task.live()) return;
      settle(task, executor, std::binary_search(arrived.begin(), arrived.end(), task.info.task_id.view()));
    });
  });
  deliver_queue(executor);
  shutdown_if_useless(executor);
}

// A task that was sent over a connection that is lost is lost with it. If the agent was restarted it may also
// never have been sent; then it is delivered now.
void Agent::State::settle(TaskRecord& task, ExecutorRecord& executor, bool arrived) {
  const bool uncertain = std::exchange(task.uncertain, false);
  if (task.info.state != TaskState::staging || arrived) {
    executor.got_task = true;
    task.undelivered = {};
    if (task.kill.undelivered) pass_kill_on(task, *executor.peer);
    return;
  }
  if (!uncertain) {
    return decline_task(task, dropped_or_lost(frameworks[task.framework]), TaskReason::agent_restarted,
                        "the task did not reach its executor");
  }
  executor.contained -= task.info.resources;
  executor.tasks.remove(tasks, task.self);
  executor.queue.push_back(tasks, task.self);
  task.queued = true;
  if (task.kill.undelivered) killed_before_delivery(task);
}

}  // namespace mesoscore
