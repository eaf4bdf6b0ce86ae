#include "mesoscore/executor_driver.hpp"

#include "core/messages.hpp"
#include "runtime/config_checks.hpp"
#include "runtime/executor_driver_impl.hpp"

namespace mesoscore {
namespace {

runtime::EngineConfig engine_config(asio::any_io_executor executor, TransportSet transports,
                                    ExecutorDriverConfig& config) {
  runtime::EngineConfig engine;
  engine.executor = std::move(executor);
  engine.transports = std::move(transports);
  engine.connection = config.connection;
  engine.role = PeerRole::executor;
  engine.dial_to = config.agent;
  engine.dial_role = PeerRole::agent;
  engine.log = std::move(config.log);
  engine.clock = config.clock ? std::move(config.clock) : steady_clock_from_wall_time();
  return engine;
}

}  // namespace

ExecutorDriver::ExecutorDriver(asio::any_io_executor executor, TransportSet transports,
                               ExecutorDriverConfig config) {
  runtime::EngineConfig engine = engine_config(std::move(executor), std::move(transports), config);
  const TimePoint now = engine.clock();
  impl_ = std::make_shared<Impl>(std::move(engine), std::move(config.executor),
                                 runtime::make_rng(config.seed), now);
  impl_->connection = std::move(config.connection);
}

ExecutorDriver::~ExecutorDriver() { impl_->shut(); }

Status ExecutorDriver::Impl::check() const {
  MESOSCORE_TRY(runtime::check_target(transports(), dial_to(), "agent"));
  MESOSCORE_TRY(runtime::check_connection(connection));
  MESOSCORE_TRY(validate_id(options.framework_id, "framework id"));
  MESOSCORE_TRY(validate_id(options.executor_id, "executor id"));
  MESOSCORE_TRY(runtime::check_not_negative(options.recovery_timeout, "recovery_timeout"));
  MESOSCORE_TRY(runtime::check_positive(options.subscribe_timeout, "subscribe_timeout"));
  return runtime::check_backoff(options.reconnect_backoff, options.reconnect_backoff_max,
                                "reconnect_backoff");
}

Status ExecutorDriver::start() {
  if (impl_->begun() || impl_->ended()) return fail(runtime::already_started("executor driver"));
  MESOSCORE_TRY(impl_->check());
  impl_->begin();
  return {};
}

ExecutorDriver& ExecutorDriver::on_subscribed(std::function<void(const msg::ExecutorSubscribed&)> handler) {
  impl_->on.subscribed = std::move(handler);
  return *this;
}
ExecutorDriver& ExecutorDriver::on_launch(std::function<void(TaskInfo)> handler) {
  impl_->on.launch = std::move(handler);
  return *this;
}
ExecutorDriver& ExecutorDriver::on_launch_group(std::function<void(std::vector<TaskInfo>)> handler) {
  impl_->on.launch_group = std::move(handler);
  return *this;
}
ExecutorDriver& ExecutorDriver::on_kill(
    std::function<void(const TaskId&, std::optional<KillPolicy>)> handler) {
  impl_->on.kill = std::move(handler);
  return *this;
}
ExecutorDriver& ExecutorDriver::on_message(std::function<void(std::string_view)> handler) {
  impl_->on.message = std::move(handler);
  return *this;
}
ExecutorDriver& ExecutorDriver::on_shutdown(std::function<void()> handler) {
  impl_->on.shutdown = std::move(handler);
  return *this;
}
ExecutorDriver& ExecutorDriver::on_error(std::function<void(const Error&)> handler) {
  impl_->on.error = std::move(handler);
  return *this;
}

void ExecutorDriver::update(const TaskId& task, TaskState state, std::string message, std::string data) {
  impl_->update(task, state, std::move(message), std::move(data));
}
void ExecutorDriver::send_to_scheduler(std::string data) {
  impl_->push(Submitted{msg::ExecutorMessage{std::move(data)}});
}
std::uint32_t ExecutorDriver::unacknowledged() const noexcept { return impl_->unacknowledged(); }
void ExecutorDriver::when_flushed(std::function<void()> done) { impl_->when_flushed(std::move(done)); }

}  // namespace mesoscore
