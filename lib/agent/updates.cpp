// The status update manager: every update is sent again until it is acknowledged, and a task has at most one
// in flight, so that the scheduler sees its states in order.
#include <algorithm>

#include "agent/state.hpp"

namespace mesoscore {

using agent_detail::UpdateStream;

namespace {

// A new status replaces the last one of the same state, as the master does it.
void add_status(Task& task, const TaskStatus& status, std::size_t limit) {
  if (limit == 0) return;
  std::vector<TaskStatus>& list = task.statuses;
  if (list.empty() || list.back().state != status.state) {
    if (list.size() >= limit) list.erase(list.begin());
    list.emplace_back();
  }
  TaskStatus& entry = list.back();
  entry.task_id = status.task_id;
  entry.state = status.state;
  entry.source = status.source;
  entry.reason = status.reason;
  entry.agent_id = status.agent_id;
  entry.executor_id = status.executor_id;
  entry.uuid = status.uuid;
  entry.timestamp = status.timestamp;
  entry.healthy = status.healthy;
  entry.message = status.message;
  entry.labels = status.labels;
}

}  // namespace

TaskStatus Agent::State::status_of(const TaskRecord& task, TaskState state, TaskSource source) {
  TaskStatus status;
  status.task_id = task.info.task_id;
  status.state = state;
  status.source = source;
  status.agent_id = agent->id;
  status.executor_id = task.info.executor_id;
  const std::uint64_t high = rng.next();
  status.uuid = Uuid::from_random(high, rng.next());
  status.timestamp = to_unix_seconds(now);
  return status;
}

void Agent::State::update(TaskRecord& task, TaskStatus status) {
  task.info.state = status.state;
  if (frameworks[task.framework].terminating) return;
  add_status(task.info, status, options.limits.max_statuses_per_task);
  UpdateStream& stream = task.updates;
  if (stream.pending >= options.limits.max_pending_updates_per_task && task.live()) {
    note(LogLevel::warning, "task ", task.info.task_id, " has ", stream.pending,
         " unacknowledged updates: dropped ", to_string(status.state));
    return;
  }
  const std::uint32_t index = updates.acquire();
  updates[index].status = std::move(status);
  updates[index].next = kNone;
  (stream.tail == kNone ? stream.head : updates[stream.tail].next) = index;
  stream.tail = index;
  if (++stream.pending == 1) send_head(task);
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
  auto& message = send<msg::AgentUpdate>(master);
  message.framework_id = task.info.framework_id;
  message.status = updates[stream.head].status;
  message.latest_state = task.info.state;
  task.info.status_update_state = message.status.state;
  task.info.status_update_uuid = message.status.uuid;
  ++updates_sent;
  timers.arm(stream.timer, after(now, stream.retry));
}

void Agent::State::acknowledge(TaskRecord& task, const Uuid& uuid) {
  UpdateStream& stream = task.updates;
  if (stream.head == kNone || updates[stream.head].status.uuid != uuid) {
    return note(LogLevel::debug, "ignored an acknowledgement of task ", task.info.task_id,
                ": not the one in flight");
  }
  const bool last = is_terminal(updates[stream.head].status.state);
  pop_update(stream);
  timers.disarm(stream.timer);
  if (last) return forget_task(task);
  if (stream.head != kNone) send_head(task);
}

void Agent::State::pop_update(UpdateStream& stream) {
  const std::uint32_t index = stream.head;
  stream.head = updates[index].next;
  if (stream.head == kNone) stream.tail = kNone;
  --stream.pending;
  updates[index].status.data = {};  // it may be large
  updates.release(index);
}

void Agent::State::drop_updates(TaskRecord& task) {
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
