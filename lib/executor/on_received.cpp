// What the agent may say, and when. An agent that says anything else is left; another attempt follows.
#include <algorithm>

#include "executor/state.hpp"

namespace mesoscore {

void Executor::State::on_message(PeerId peer, Message& message) {
  if (!is_agent(peer)) return;  // of a connection that was given up
  if (std::holds_alternative<msg::ErrorMessage>(message)) return on_error(message);
  if (std::holds_alternative<msg::Heartbeat>(message)) return;
  // An agent that is about to end says so at once, also in place of ExecutorSubscribed.
  if (std::holds_alternative<msg::ExecutorShutdown>(message)) return on_shutdown(message);
  const bool answer = std::holds_alternative<msg::ExecutorSubscribed>(message);
  if (answer == subscribed()) {
    return drop_agent(cat(message_name(message), answer ? " came twice" : " came before ExecutorSubscribed"));
  }
  if (answer) return on_subscribed(message);
  if (std::holds_alternative<msg::LaunchTask>(message)) return on_launch(message);
  if (std::holds_alternative<msg::LaunchTaskGroup>(message)) return on_launch_group(message);
  if (const auto* ack = std::get_if<msg::ExecutorAcknowledged>(&message)) return on_acknowledged(*ack);
  if (std::holds_alternative<msg::ExecutorKill>(message) ||
      std::holds_alternative<msg::ExecutorMessage>(message)) {
    return deliver(std::move(message));
  }
  drop_agent(cat("the agent sent ", message_name(message), ", which is not for executors"));
}

void Executor::State::on_subscribed(Message& message) {
  const auto& answer = std::get<msg::ExecutorSubscribed>(message);
  if (!answer.framework || !answer.agent) return drop_agent("the agent's ExecutorSubscribed is incomplete");
  phase = Phase::subscribed;
  backoff.reset();
  survives_agent = answer.framework->checkpoint;
  note(*out, LogLevel::info, "subscribed with agent ", answer.agent->id);
  deliver(std::move(message));
  updates.for_each([&](PendingUpdate& update) {  // those that came after ExecutorSubscribe was sent
    if (!std::exchange(update.sent, true)) send(msg::ExecutorUpdate{update.status});
  });
}

void Executor::State::on_launch(Message& message) {
  tasks.push_back(std::get<msg::LaunchTask>(message).task);
  deliver(std::move(message));
}

void Executor::State::on_launch_group(Message& message) {
  const auto& group = std::get<msg::LaunchTaskGroup>(message).tasks;
  tasks.insert(tasks.end(), group.begin(), group.end());
  deliver(std::move(message));
}

void Executor::State::on_acknowledged(const msg::ExecutorAcknowledged& ack) {
  updates.confirm(ack.uuid);
  std::erase_if(tasks, [&](const TaskInfo& task) { return task.task_id == ack.task_id; });
}

// The connection stays until the agent closes it: the tasks end, and their last updates are still to be sent.
void Executor::State::on_shutdown(Message& message) {
  if (std::exchange(shutting_down, true)) return;
  note(*out, LogLevel::info, "the agent asked for the shutdown");
  deliver(std::move(message));
}

void Executor::State::on_error(Message& message) {
  note(*out, LogLevel::error,
       "the agent refused the executor: ", std::get<msg::ErrorMessage>(message).message);
  deliver(std::move(message));
  end("refused by the agent");
}

}  // namespace mesoscore
