// What the master may say, and when. A master that says anything else is left; another attempt follows.
#include "scheduler/state.hpp"

namespace mesoscore {

void Scheduler::State::on_message(PeerId peer, Message& message) {
  if (!is_master(peer)) return;   // of a connection that was given up
  if (phase == Phase::leaving) {  // anything else was said before the master read the Teardown
    if (std::holds_alternative<msg::Teardown>(message)) end("torn down");
    return;
  }
  heard = now;
  if (std::holds_alternative<msg::ErrorMessage>(message)) return on_error(message);
  if (std::holds_alternative<msg::Heartbeat>(message)) return;
  auto* answer = std::get_if<msg::Subscribed>(&message);
  if ((answer != nullptr) == subscribed()) {
    return drop_master(cat(message_name(message), answer ? " came twice" : " came before Subscribed"));
  }
  if (answer) return on_subscribed(*answer);
  if (std::holds_alternative<msg::OfferMade>(message)) return on_offer(message);
  if (std::holds_alternative<msg::Rescind>(message)) return on_rescind(message);
  if (std::holds_alternative<msg::Update>(message)) return on_update(message);
  if (std::holds_alternative<msg::OperationUpdate>(message)) return on_operation_update(message);
  if (std::holds_alternative<msg::DemandExpired>(message)) return on_demand_expired(message);
  if (const auto* refused = std::get_if<msg::DemandRefused>(&message)) demands.forget(refused->role);
  if (std::holds_alternative<msg::FromExecutor>(message) || std::holds_alternative<msg::Failure>(message) ||
      std::holds_alternative<msg::DemandRefused>(message)) {
    return deliver(std::move(message));
  }
  drop_master(cat("the master sent ", message_name(message), ", which is not for schedulers"));
}

void Scheduler::State::on_error(Message& message) {
  if (teardown_wanted) return end("torn down");  // before, and the answer was lost
  const std::string why = std::get<msg::ErrorMessage>(message).message;
  note(*out, LogLevel::error, "the master refused the framework: ", why);
  deliver(std::move(message));
  end("refused by the master");
}

}  // namespace mesoscore
