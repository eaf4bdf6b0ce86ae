// What the application asks for.
#include "executor/state.hpp"

namespace mesoscore {
namespace {

bool may_report(TaskState state) noexcept {
  return is_terminal(state) || state == TaskState::starting || state == TaskState::running ||
         state == TaskState::killing;
}

}  // namespace

void Executor::State::on(Submitted& event) {
  Message& call = event.message;
  if (auto* update = std::get_if<msg::ExecutorUpdate>(&call)) return submit_update(update->status);
  if (std::holds_alternative<msg::ExecutorMessage>(call)) return submit_message(call);
  note(*out, LogLevel::warning, message_name(call), " ignored: it is not an executor's call");
}

void Executor::State::submit_update(TaskStatus& status) {
  const auto refuse = [&](std::string_view why) {
    note(*out, LogLevel::warning, "update of task \"", status.task_id, "\" to ", to_string(status.state),
         " dropped: ", why);
  };
  if (phase == Phase::ended) return refuse("the executor has ended");
  if (!may_report(status.state)) return refuse("not a state that an executor may report");
  if (const Status ok = validate_id(status.task_id, "task id"); !ok) return refuse(ok.error().message);
  if (updates.size() >= options.max_unacknowledged && !is_terminal(status.state)) {
    return refuse("too many updates wait for the agent (max_unacknowledged)");
  }
  status.executor_id = options.executor_id;
  status.source = TaskSource::executor;
  if (!status.uuid) status.uuid = Uuid::from_random(rng.next(), rng.next());
  if (status.timestamp == 0) status.timestamp = to_unix_seconds(now);
  // After ExecutorSubscribe and before its answer it must wait, so that the order is kept.
  const PendingUpdate& update = updates.add(std::move(status), subscribed());
  if (subscribed()) send(msg::ExecutorUpdate{update.status});
}

void Executor::State::submit_message(Message& call) {
  if (subscribed()) return send(std::move(call));
  note(*out, LogLevel::warning, "message to the scheduler dropped: not subscribed");
}

}  // namespace mesoscore
