// What the application asks for, now or as soon as there is a master to ask.
#include <utility>

#include "scheduler/state.hpp"

namespace mesoscore {
namespace {

constexpr std::size_t kMostHeld = 1024;

}  // namespace

void Scheduler::State::on(Submitted& event) {
  Message& call = event.message;
  if (phase == Phase::ended || teardown_wanted) {
    return note(*out, LogLevel::debug, message_name(call), " ignored: the framework has ended");
  }
  if (std::holds_alternative<msg::Accept>(call)) return submit_accept(call);
  if (std::holds_alternative<msg::Decline>(call)) return submit_decline(call);
  if (std::holds_alternative<msg::Kill>(call)) return submit_kill(call);
  if (std::holds_alternative<msg::Acknowledge>(call)) return submit_acknowledge(call);
  if (auto* reconcile = std::get_if<msg::Reconcile>(&call)) return submit_reconcile(*reconcile);
  if (std::holds_alternative<msg::AcknowledgeOperation>(call)) return submit_acknowledge_operation(call);
  if (auto* reconcile = std::get_if<msg::ReconcileOperations>(&call))
    return submit_reconcile_operations(*reconcile);
  if (std::holds_alternative<msg::Teardown>(call)) return submit_teardown();
  if (const auto* revive = std::get_if<msg::Revive>(&call)) return submit_roles(call, revive->roles, false);
  if (const auto* suppress = std::get_if<msg::Suppress>(&call))
    return submit_roles(call, suppress->roles, true);
  if (std::holds_alternative<msg::Request>(call)) return submit_request(call);
  if (std::holds_alternative<msg::ShutdownExecutor>(call))
    return subscribed() ? send(std::move(call)) : hold(call);
  if (std::holds_alternative<msg::ToExecutor>(call)) {
    if (subscribed()) return send(std::move(call));
    return note(*out, LogLevel::warning, "message to an executor dropped: not subscribed");
  }
  note(*out, LogLevel::warning, message_name(call), " ignored: it is not a scheduler's call");
}

void Scheduler::State::submit_kill(Message& call) {
  const auto& kill = std::get<msg::Kill>(call);
  LiveTask* task = tasks.find(kill.task_id);
  if (task) {
    task->kill_wanted = true;
    task->kill_policy = kill.kill_policy;
  }
  if (subscribed()) return send(std::move(call));
  if (!task) hold(call);
}

// The master does not know where a task is whose agent is not back yet: a kill of it reaches nobody and is
// repeated until it does. False: the answer is one that the application has had.
bool Scheduler::State::follow_kill(LiveTask& task, const TaskStatus& status) {
  if (!task.kill_wanted) return true;
  const bool missed = status.state == TaskState::unknown || status.state == TaskState::unreachable;
  if (!missed) {
    if (std::exchange(task.kill_missed, false)) send(msg::Kill{task.id, task.agent_id, task.kill_policy});
    return true;
  }
  if (reconcile_at == kNever) ask_again_later();
  return !std::exchange(task.kill_missed, true) || status.uuid;
}

void Scheduler::State::hold(Message& call) {
  if (held.size() < kMostHeld) return held.push_back(std::move(call));
  note(*out, LogLevel::warning, message_name(call), " dropped: more than ", kMostHeld,
       " calls wait for the subscription");
}

void Scheduler::State::release_held() {
  for (Message& call : held) {
    if (auto* reconcile = std::get_if<msg::Reconcile>(&call)) {
      send_reconcile(reconcile->tasks);
    } else if (auto* operations_asked = std::get_if<msg::ReconcileOperations>(&call)) {
      send_reconcile_operations(operations_asked->operations);
    } else {
      send(std::move(call));
    }
  }
  held.clear();
  for (LiveTask& task : tasks.all()) {
    task.kill_missed = false;
    if (task.kill_wanted) send(msg::Kill{task.id, task.agent_id, task.kill_policy});
  }
}

}  // namespace mesoscore
