// What the scheduler's machine delivers, on its way to the handlers of the application.
#include "core/text_cat.hpp"
#include "runtime/scheduler_driver_impl.hpp"

namespace mesoscore {

template <class Call>
bool SchedulerDriver::Impl::guarded(Call&& call) {
  try {
    call();
    return true;
  } catch (const std::exception& thrown) {
    failed(thrown.what());
  } catch (...) {
    failed("something that is no std::exception");
  }
  return false;
}

bool SchedulerDriver::Impl::deliver(std::span<Message> deliveries) {
  return guarded([&] {
    while (!deliveries.empty() && !ended()) deliveries = deliveries.subspan(deliver_some(deliveries));
  });
}

std::size_t SchedulerDriver::Impl::deliver_some(std::span<Message> deliveries) {
  if (std::holds_alternative<msg::OfferMade>(deliveries.front())) return deliver_offers(deliveries);
  deliver_one(deliveries.front());
  return 1;
}

// Offers that come together are handed over together.
std::size_t SchedulerDriver::Impl::deliver_offers(std::span<Message> deliveries) {
  offers_.clear();
  for (Message& message : deliveries) {
    auto* made = std::get_if<msg::OfferMade>(&message);
    if (!made) break;
    offers_.push_back(std::move(made->offer));
  }
  const std::size_t count = offers_.size();
  if (on.offers) {
    on.offers(offers_);
  } else {
    for (const Offer& offer : offers_) submit(msg::Decline{{offer.id}, {}});
  }
  offers_.clear();
  return count;
}

void SchedulerDriver::Impl::deliver_one(Message& message) {
  if (const auto* answer = std::get_if<msg::Subscribed>(&message)) {
    subscribed_ = true;
    subscription_waiters.complete(executor(), answer->framework_id);
    if (on.subscribed) on.subscribed(answer->framework_id);
  } else if (const auto* update = std::get_if<msg::Update>(&message)) {
    if (on.update) on.update(update->status);
  } else if (const auto* rescind = std::get_if<msg::Rescind>(&message)) {
    if (on.rescind) on.rescind(rescind->offer_id);
  } else if (const auto* operation = std::get_if<msg::OperationUpdate>(&message)) {
    if (on.operation) on.operation(*operation);
  } else if (const auto* data = std::get_if<msg::FromExecutor>(&message)) {
    if (on.message) on.message(data->agent_id, data->executor_id, data->data);
  } else if (const auto* failure = std::get_if<msg::Failure>(&message)) {
    if (on.failure) on.failure(*failure);
  } else if (const auto* expired = std::get_if<msg::DemandExpired>(&message)) {
    if (on.demand_expired) on.demand_expired(*expired);
  } else if (const auto* refusal = std::get_if<msg::DemandRefused>(&message)) {
    log(LogLevel::warning, cat("demands in role \"", refusal->role, "\" refused: ", refusal->message));
    if (on.demand_refused) on.demand_refused(*refusal);
  } else if (auto* error = std::get_if<msg::ErrorMessage>(&message)) {
    refused = Error(Errc::stopped, std::move(error->message));  // told when the step is settled
  }
}

void SchedulerDriver::Impl::settled() {
  const SchedulerStats stats = machine.stats();
  if (subscribed_ && !stats.subscribed) {
    subscribed_ = false;
    const bool lost = !stats.ended && !tearing_down_;
    if (lost && on.disconnected && !guarded([&] { on.disconnected(last_loss()); })) return;
    if (ended()) return;
  }
  if (!stats.ended) return;
  finish();
  over(refused ? *refused : Error(Errc::stopped, "the framework was torn down"));
}

void SchedulerDriver::Impl::over(Error why) {
  subscription_waiters.complete(executor(), fail(why));
  teardown_waiters.complete(executor());
  if (!refused) return;
  try {
    if (on.error) on.error(why);
  } catch (...) {
    log(LogLevel::error, "the handler on_error threw");
  }
}

// The framework lives on at the master until its failover timeout; what it had not acknowledged comes again.
void SchedulerDriver::Impl::failed(std::string_view what) {
  refused = Error(Errc::stopped, cat("a handler of the scheduler threw: ", what));
  log(LogLevel::error, refused->message);
  Event stop = Stop{};
  Outbox unsent;
  machine.step({&stop, 1}, now(), unsent);
  finish();
  over(*refused);
}

}  // namespace mesoscore
