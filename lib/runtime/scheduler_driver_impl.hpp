// The engine of a SchedulerDriver: the Scheduler, and the handlers of the application.
#pragma once

#include <optional>
#include <vector>

#include "mesoscore/scheduler_driver.hpp"
#include "runtime/engine.hpp"
#include "runtime/waiters.hpp"

namespace mesoscore {

struct SchedulerDriver::Impl final : runtime::MachineEngine<Scheduler> {
  Impl(runtime::EngineConfig engine, SchedulerOptions given, Rng rng, TimePoint at)
      : MachineEngine(std::move(engine), Scheduler(given, rng, at)), options(std::move(given)) {}

  Status check() const;
  void submit(Message call) { push(Submitted{std::move(call)}); }
  void shut();  // the driver is destroyed

  SchedulerOptions options;
  ConnectionOptions connection;

  struct Handlers {
    std::function<void(const FrameworkId&)> subscribed;
    std::function<void(std::span<Offer>)> offers;
    std::function<void(const OfferId&)> rescind;
    std::function<void(const TaskStatus&)> update;
    std::function<void(const msg::OperationUpdate&)> operation;
    std::function<void(const msg::DemandExpired&)> demand_expired;
    std::function<void(const msg::DemandRefused&)> demand_refused;
    std::function<void(const AgentId&, const ExecutorId&, std::string_view)> message;
    std::function<void(const msg::Failure&)> failure;
    std::function<void(std::string_view)> disconnected;
    std::function<void(const Error&)> error;
  } on;

  runtime::Waiters<Result<FrameworkId>> subscription_waiters;
  runtime::Waiters<> teardown_waiters;
  std::optional<Error> refused;  // why the subscription is over for good

  void when_subscribed(std::function<void(Result<FrameworkId>)> done);
  void teardown(std::function<void()> done);

 private:
  bool deliver(std::span<Message> deliveries) override;
  void settled() override;

  // Returns how many of the deliveries it has consumed.
  std::size_t deliver_some(std::span<Message> deliveries);
  std::size_t deliver_offers(std::span<Message> deliveries);
  void deliver_one(Message& message);
  void over(Error why);  // tells everybody who waits
  void failed(std::string_view what);
  template <class Call>
  bool guarded(Call&& call);  // false: it threw, and the subscription is over

  bool subscribed_ = false;  // as the application knows it
  bool tearing_down_ = false;
  std::vector<Offer> offers_;  // reused
};

}  // namespace mesoscore
