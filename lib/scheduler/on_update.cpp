// Status updates arrive at least once; the application gets each of them once, and each is acknowledged as
// often as it arrives. Exactly those with a uuid are to be acknowledged.
#include "scheduler/state.hpp"

namespace mesoscore {
namespace {

void acknowledge(Scheduler::State& s, const TaskStatus& status) {
  auto& ack = s.send<msg::Acknowledge>();
  ack.agent_id = status.agent_id;
  ack.task_id = status.task_id;
  ack.uuid = *status.uuid;
}

// The master refused to launch a second task of an id that is in use: that says nothing about the first one.
bool of_another_launch(const TaskStatus& status, const scheduler_detail::LiveTask& task) noexcept {
  return !status.uuid && task.last_update &&
         (status.state == TaskState::error || status.reason == TaskReason::invalid_offers);
}

// Whether it was acknowledged, of an update that the application has had; null for a new one.
const bool* delivered_before(Scheduler::State& s, const scheduler_detail::LiveTask* task, const Uuid& uuid) {
  if (task && task->last_update == uuid) return &task->acknowledged;
  return s.ended_updates.find(uuid);
}

}  // namespace

void Scheduler::State::on_update(Message& message) {
  const TaskStatus& status = std::get<msg::Update>(message).status;
  ++counters.updates;
  LiveTask* task = tasks.find(status.task_id);
  if (status.uuid) {
    if (const bool* acknowledged = delivered_before(*this, task, *status.uuid)) {
      ++counters.duplicates;
      if (*acknowledged) acknowledge(*this, status);  // else the application will
      return;
    }
  }
  if (is_terminal(status.state)) {
    if (task && !of_another_launch(status, *task)) tasks.remove(status.task_id);
    if (status.uuid) ended_updates.add(*status.uuid, options.acknowledge);
  } else if (task || status.state != TaskState::unknown) {
    LiveTask& live = task ? *task : tasks.add(status.task_id);
    live.unanswered = false;
    if (!status.agent_id.empty()) live.agent_id = status.agent_id;
    if (status.uuid) {
      live.last_update = status.uuid;
      live.acknowledged = options.acknowledge;
    }
    if (!follow_kill(live, status)) {
      ++counters.duplicates;
      return;
    }
  }
  if (status.uuid && options.acknowledge) acknowledge(*this, status);
  deliver(std::move(message));
}

void Scheduler::State::submit_acknowledge(Message& call) {
  const auto& ack = std::get<msg::Acknowledge>(call);
  LiveTask* task = tasks.find(ack.task_id);
  if (task && task->last_update == ack.uuid) {
    task->acknowledged = true;
  } else if (bool* acknowledged = ended_updates.find(ack.uuid)) {
    *acknowledged = true;
  }
  // While disconnected it is enough to know: the update will be repeated, and acknowledged then.
  if (subscribed()) send(std::move(call));
}

}  // namespace mesoscore
