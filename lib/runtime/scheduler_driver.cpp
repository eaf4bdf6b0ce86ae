#include "mesoscore/scheduler_driver.hpp"

#include <algorithm>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "runtime/config_checks.hpp"
#include "runtime/scheduler_driver_impl.hpp"

namespace mesoscore {
namespace {

runtime::EngineConfig engine_config(asio::any_io_executor executor, TransportSet transports,
                                    SchedulerDriverConfig& config) {
  runtime::EngineConfig engine;
  engine.executor = std::move(executor);
  engine.transports = std::move(transports);
  engine.connection = config.connection;
  engine.role = PeerRole::scheduler;
  engine.dial_to = config.master;
  engine.dial_role = PeerRole::master;
  engine.log = std::move(config.log);
  engine.clock = config.clock ? std::move(config.clock) : steady_clock_from_wall_time();
  return engine;
}

SmallVector<OfferId, 1> ids_of(std::span<const OfferId> offers) {
  SmallVector<OfferId, 1> ids;
  ids.append(offers.begin(), offers.end());
  return ids;
}

}  // namespace

SchedulerDriver::SchedulerDriver(asio::any_io_executor executor, TransportSet transports,
                                 SchedulerDriverConfig config) {
  runtime::EngineConfig engine = engine_config(std::move(executor), std::move(transports), config);
  const TimePoint now = engine.clock();
  SchedulerOptions options = std::move(config.scheduler);
  options.framework = std::move(config.framework);
  impl_ = std::make_shared<Impl>(std::move(engine), std::move(options), runtime::make_rng(config.seed), now);
  impl_->connection = std::move(config.connection);
}

SchedulerDriver::~SchedulerDriver() { impl_->shut(); }

Status SchedulerDriver::Impl::check() const {
  MESOSCORE_TRY(runtime::check_target(transports(), dial_to(), "master"));
  MESOSCORE_TRY(runtime::check_connection(connection));
  const FrameworkInfo& framework = options.framework;
  MESOSCORE_TRY(validate(framework));
  for (const RoleName& role : options.suppressed_roles) {
    if (std::find(framework.roles.begin(), framework.roles.end(), role) != framework.roles.end()) continue;
    return fail(Errc::invalid_argument,
                cat("suppressed role ", in_quotes(role), " is not a role of the framework"));
  }
  MESOSCORE_TRY(runtime::check_not_negative(options.reconcile_interval, "reconcile_interval"));
  MESOSCORE_TRY(
      runtime::check_backoff(options.reconcile_backoff, options.reconcile_backoff_max, "reconcile_backoff"));
  MESOSCORE_TRY(runtime::check_positive(options.subscribe_timeout, "subscribe_timeout"));
  return runtime::check_backoff(options.reconnect_backoff, options.reconnect_backoff_max,
                                "reconnect_backoff");
}

void SchedulerDriver::Impl::shut() {
  end();
  subscription_waiters.complete(executor(), fail(Errc::stopped, "the scheduler driver was destroyed"));
  teardown_waiters.complete(executor());
}

Status SchedulerDriver::start() {
  if (impl_->begun() || impl_->ended()) return fail(runtime::already_started("scheduler driver"));
  MESOSCORE_TRY(impl_->check());
  impl_->begin();
  return {};
}

void SchedulerDriver::Impl::when_subscribed(std::function<void(Result<FrameworkId>)> done) {
  subscription_waiters.add(std::move(done));
  if (ended()) {
    const Error why = refused.value_or(Error(Errc::stopped, "the framework was torn down"));
    subscription_waiters.complete(executor(), fail(why));
  } else if (machine.stats().subscribed) {
    subscription_waiters.complete(executor(), machine.framework_id());
  }
}

void SchedulerDriver::Impl::teardown(std::function<void()> done) {
  teardown_waiters.add(std::move(done));
  if (ended() || !begun()) {
    end();
    teardown_waiters.complete(executor());
  } else {
    tearing_down_ = true;
    submit(msg::Teardown{});
  }
}

void SchedulerDriver::when_subscribed(std::function<void(Result<FrameworkId>)> done) {
  impl_->when_subscribed(std::move(done));
}
void SchedulerDriver::teardown(std::function<void()> done) { impl_->teardown(std::move(done)); }

SchedulerDriver& SchedulerDriver::on_subscribed(std::function<void(const FrameworkId&)> handler) {
  impl_->on.subscribed = std::move(handler);
  return *this;
}
SchedulerDriver& SchedulerDriver::on_offers(std::function<void(std::span<Offer>)> handler) {
  impl_->on.offers = std::move(handler);
  return *this;
}
SchedulerDriver& SchedulerDriver::on_rescind(std::function<void(const OfferId&)> handler) {
  impl_->on.rescind = std::move(handler);
  return *this;
}
SchedulerDriver& SchedulerDriver::on_update(std::function<void(const TaskStatus&)> handler) {
  impl_->on.update = std::move(handler);
  return *this;
}
SchedulerDriver& SchedulerDriver::on_operation(std::function<void(const msg::OperationUpdate&)> handler) {
  impl_->on.operation = std::move(handler);
  return *this;
}
SchedulerDriver& SchedulerDriver::on_message(
    std::function<void(const AgentId&, const ExecutorId&, std::string_view)> handler) {
  impl_->on.message = std::move(handler);
  return *this;
}
SchedulerDriver& SchedulerDriver::on_failure(std::function<void(const msg::Failure&)> handler) {
  impl_->on.failure = std::move(handler);
  return *this;
}
SchedulerDriver& SchedulerDriver::on_disconnected(std::function<void(std::string_view)> handler) {
  impl_->on.disconnected = std::move(handler);
  return *this;
}
SchedulerDriver& SchedulerDriver::on_demand_expired(std::function<void(const msg::DemandExpired&)> handler) {
  impl_->on.demand_expired = std::move(handler);
  return *this;
}
SchedulerDriver& SchedulerDriver::on_demand_refused(std::function<void(const msg::DemandRefused&)> handler) {
  impl_->on.demand_refused = std::move(handler);
  return *this;
}
SchedulerDriver& SchedulerDriver::on_error(std::function<void(const Error&)> handler) {
  impl_->on.error = std::move(handler);
  return *this;
}

void SchedulerDriver::accept(const Offer& offer, std::vector<Operation> operations, Filters filters) {
  accept(std::span(&offer.id, 1), std::move(operations), filters);
}
void SchedulerDriver::accept(std::span<const OfferId> offers, std::vector<Operation> operations,
                             Filters filters) {
  impl_->submit(msg::Accept{ids_of(offers), std::move(operations), filters});
}
void SchedulerDriver::decline(const Offer& offer, Filters filters) {
  decline(std::span(&offer.id, 1), filters);
}
void SchedulerDriver::decline(std::span<const OfferId> offers, Filters filters) {
  impl_->submit(msg::Decline{ids_of(offers), filters});
}
void SchedulerDriver::revive(std::vector<RoleName> roles) { impl_->submit(msg::Revive{std::move(roles)}); }
void SchedulerDriver::suppress(std::vector<RoleName> roles) {
  impl_->submit(msg::Suppress{std::move(roles)});
}
void SchedulerDriver::request(const RoleName& role, std::vector<Demand> demands) {
  impl_->submit(msg::Request{role, std::move(demands)});
}
void SchedulerDriver::kill(const TaskId& task, const AgentId& agent, std::optional<KillPolicy> policy) {
  impl_->submit(msg::Kill{task, agent, policy});
}
void SchedulerDriver::acknowledge(const TaskStatus& status) {
  if (status.uuid) impl_->submit(msg::Acknowledge{status.agent_id, status.task_id, *status.uuid});
}
void SchedulerDriver::reconcile(std::vector<msg::Reconcile::Item> tasks) {
  impl_->submit(msg::Reconcile{std::move(tasks)});
}
void SchedulerDriver::acknowledge(const msg::OperationUpdate& update) {
  if (update.uuid)
    impl_->submit(msg::AcknowledgeOperation{update.agent_id, update.operation_id, *update.uuid});
}
void SchedulerDriver::reconcile_operations(std::vector<msg::ReconcileOperations::Item> operations) {
  impl_->submit(msg::ReconcileOperations{std::move(operations)});
}
void SchedulerDriver::send_to_executor(const AgentId& agent, const ExecutorId& executor, std::string data) {
  impl_->submit(msg::ToExecutor{agent, executor, std::move(data)});
}
void SchedulerDriver::shutdown_executor(const AgentId& agent, const ExecutorId& executor) {
  impl_->submit(msg::ShutdownExecutor{executor, agent});
}

const FrameworkId& SchedulerDriver::framework_id() const noexcept { return impl_->machine.framework_id(); }
SchedulerStats SchedulerDriver::stats() const noexcept { return impl_->machine.stats(); }

}  // namespace mesoscore
