// The status update manager: every update is sent again until it is acknowledged, and a task has at most one
// in flight, so that the scheduler sees its states in order.
#include <algorithm>

#include "agent/checks.hpp"
#include "agent/state.hpp"

namespace mesoscore {

using agent_detail::UpdateStream;

StatusRecord Agent::State::new_status(TaskState state, TaskSource source) {
  StatusRecord status;
  status.state = state;
  status.source = source;
  const std::uint64_t high = rng.next();
  status.uuid = Uuid::from_random(high, rng.next());
  status.timestamp = to_unix_seconds(now);
  return status;
}

void Agent::State::update(TaskRecord& task, StatusRecord&& status) {
  explain_by_drain(task, status);
  task.info.state = status.state;
  if (frameworks[task.framework].terminating) return;
  if (task.checks) agent_detail::tell_checks(task, status);
  task.history.add(status, options.limits.max_statuses_per_task);
  UpdateStream& stream = task.updates;
  if (stream.pending >= options.limits.max_pending_updates_per_task && task.live()) {
    if (agent_detail::supersede_last(*this, task, status)) return;
    note(LogLevel::warning, "task ", task.info.task_id, " has ", stream.pending,
         " unacknowledged updates: dropped ", to_string(status.state));
    return;
  }
  const agent_detail::UpdateRecord& made = queue_update(stream, std::move(status), stream.last_number + 1);
  if (task.kept) keep_update(task, made, false);
  if (stream.pending == 1) send_head(task);
}

agent_detail::UpdateRecord& Agent::State::queue_update(UpdateStream& stream, StatusRecord&& status,
                                                       std::uint64_t number) {
  const std::uint32_t index = updates.acquire();
  agent_detail::UpdateRecord& update = updates[index];
  update.status = std::move(status);
  update.number = stream.last_number = number;
  update.next = kNone;
  (stream.tail == kNone ? stream.head : updates[stream.tail].next) = index;
  stream.tail = index;
  ++stream.pending;
  return update;
}

void Agent::State::send_head(TaskRecord& task) {
  UpdateStream& stream = task.updates;
  stream.retry = options.update_retry;
  transmit(task);
}

void Agent::State::retry_update(TaskRecord& task) {
  UpdateStream& stream = task.updates;
  stream.retry = std::min(stream.retry, options.update_retry_max / 2) * 2;
  ++updates_retried;
  note(LogLevel::info, "sending an update of task ", task.info.task_id, " again");
  transmit(task);
}

void Agent::State::transmit(TaskRecord& task) {
  if (phase != Phase::registered) return;  // registered() sends it
  UpdateStream& stream = task.updates;
  const StatusRecord& head = updates[stream.head].status;
  auto& message = send<msg::AgentUpdate>(master);
  message.framework_id = frameworks[task.framework].id;
  message.status.task_id = task.info.task_id;
  message.status.agent_id = agent->id;
  if (!task.info.executor_id.empty()) message.status.executor_id = task.info.executor_id;
  restore(head, message.status);
  message.latest_state = task.info.state;
  task.info.status_update_state = head.state;
  task.info.status_update_uuid = head.uuid;
  ++updates_sent;
  timers.arm(stream.timer, after(now, stream.retry));
}

void Agent::State::acknowledge(TaskRecord& task, const Uuid& uuid) {
  UpdateStream& stream = task.updates;
  if (stream.head == kNone || updates[stream.head].status.uuid != uuid) {
    return note(LogLevel::debug, "ignored an acknowledgement of task ", task.info.task_id,
                ": not the one in flight");
  }
  if (is_terminal(updates[stream.head].status.state)) return forget_task(task);
  if (task.kept) keep_acknowledged(task);
  pop_update(stream);
  timers.disarm(stream.timer);
  if (stream.head != kNone) send_head(task);
}

void Agent::State::pop_update(UpdateStream& stream) {
  const std::uint32_t index = stream.head;
  stream.head = updates[index].next;
  if (stream.head == kNone) stream.tail = kNone;
  --stream.pending;
  updates[index].status.rest.reset();  // it may be large
  updates.release(index);
}

void Agent::State::drop_updates(TaskRecord& task) {
  if (task.kept) erase_updates(task);
  while (task.updates.head != kNone) pop_update(task.updates);
  timers.disarm(task.updates.timer);
}

void Agent::State::pause_updates() {
  each(framework_list, frameworks, [&](FrameworkRecord& framework) {
    each(framework.tasks, tasks, [&](TaskRecord& task) { timers.disarm(task.updates.timer); });
  });
}

void Agent::State::resume_updates() {
  each(framework_list, frameworks, [&](FrameworkRecord& framework) {
    each(framework.tasks, tasks, [&](TaskRecord& task) {
      if (task.updates.head != kNone) send_head(task);
    });
  });
}

bool Agent::State::has_seen(const TaskRecord& task, const Uuid& uuid) const {
  const std::vector<Uuid>& seen = task.updates.seen;
  return std::find(seen.begin(), seen.end(), uuid) != seen.end();
}

void Agent::State::remember_seen(TaskRecord& task, const Uuid& uuid) {
  UpdateStream& stream = task.updates;
  const std::size_t limit = std::max<std::size_t>(options.limits.max_pending_updates_per_task, 1);
  if (stream.seen.size() < limit) return stream.seen.push_back(uuid);
  stream.seen[stream.oldest_seen] = uuid;
  stream.oldest_seen = (stream.oldest_seen + 1) % limit;
}

TaskState Agent::State::dropped_or_lost(const FrameworkRecord& framework) const noexcept {
  return framework.has(FrameworkCapability::partition_aware) ? TaskState::dropped : TaskState::lost;
}

}  // namespace mesoscore
