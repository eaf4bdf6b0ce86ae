#include "mesoscore/agent_server.hpp"

#include <asio/post.hpp>

#include "runtime/agent_server_impl.hpp"

namespace mesoscore {
namespace {

runtime::EngineConfig engine_config(asio::any_io_executor executor, TransportSet transports,
                                    const AgentServerConfig& config) {
  runtime::EngineConfig engine;
  engine.executor = std::move(executor);
  engine.transports = std::move(transports);
  engine.connection = config.connection;
  engine.role = PeerRole::agent;
  engine.dial_to = config.master;
  engine.dial_role = PeerRole::master;
  engine.accepts = {PeerRole::executor};
  engine.storage = config.storage;
  engine.storage_executor = config.storage_executor;
  engine.on_storage = config.on_storage;
  engine.log = config.log;
  engine.clock = config.clock ? config.clock : steady_clock_from_wall_time();
  return engine;
}

}  // namespace

AgentServer::Impl::Impl(runtime::EngineConfig engine, AgentServerConfig given, Rng seed)
    : MachineEngine(engine, Agent(given.agent, seed, engine.clock())),
      config_(std::move(given)),
      rng_(seed) {}

void AgentServer::Impl::apply(std::vector<ContainerCall>& calls) {
  if (!config_.blocking_executor) return containers_->apply(calls);
  asio::post(
      config_.blocking_executor,
      [containers = containers_, calls = std::exchange(calls, {})]() mutable { containers->apply(calls); });
}

void AgentServer::Impl::settled() {
  if (!registration_waiters_.empty() && machine.view()->registered) announce_registration();
  if (machine.stopped()) finish();
}

// Not before a restart would find it.
void AgentServer::Impl::announce_registration() {
  if (std::exchange(announcing_, true)) return;
  when_durable([this] {
    announcing_ = false;
    registration_waiters_.complete(executor(), Status{});
  });
}

void AgentServer::Impl::finished() {
  abandon_containers();
  fail_asked();
  registration_waiters_.complete(executor(), fail(Errc::stopped, "the agent was stopped"));
  stop_waiters_.complete(executor());
}

void AgentServer::Impl::stop(std::function<void()> done) {
  stop_waiters_.add(std::move(done));
  if (begun() && !ended()) return push(Stop{});
  shut("the agent was stopped");
}

void AgentServer::Impl::when_registered(std::function<void(Status)> done) {
  registration_waiters_.add(std::move(done));
  if (ended()) {
    registration_waiters_.complete(executor(), fail(Errc::stopped, "the agent was stopped"));
  } else if (machine.view()->registered) {
    announce_registration();
  }
}

void AgentServer::Impl::when_ended(std::function<void()> done) {
  stop_waiters_.add(std::move(done));
  if (ended()) stop_waiters_.complete(executor());
}

void AgentServer::Impl::shut(std::string_view why) {
  end();
  abandon_containers();
  fail_asked();
  registration_waiters_.complete(executor(), fail(Errc::stopped, std::string(why)));
  stop_waiters_.complete(executor());
}

// ---- questions of this program
// -----------------------------------------------------------------------------------

void AgentServer::Impl::ask(AgentQuery query, Asked done) {
  if (!begun() || ended()) {
    return complete(done,
                    fail(Errc::stopped, begun() ? "the agent was stopped" : "the agent was not started"));
  }
  asked_.emplace(++last_question_, std::move(done));
  push(Submitted{msg::AgentCall{last_question_, std::move(query)}});
}

bool AgentServer::Impl::deliver(std::span<Message> deliveries) {
  for (Message& message : deliveries) {
    auto* answer = std::get_if<msg::AgentAnswer>(&message);
    const auto found = answer ? asked_.find(answer->id) : asked_.end();
    if (found == asked_.end()) continue;
    const Asked done = std::move(found->second);
    asked_.erase(found);
    if (answer->error == 0) {
      complete(done, std::move(answer->report));
    } else {
      complete(done, fail(static_cast<Errc>(answer->error), std::move(answer->text)));
    }
  }
  return true;
}

// Never within the machine's turn.
void AgentServer::Impl::complete(const Asked& done, Result<AgentReport> answer) {
  asio::post(executor(), [done, kept = std::move(answer)]() mutable { done(std::move(kept)); });
}

void AgentServer::Impl::fail_asked() {
  for (const auto& [number, done] : std::exchange(asked_, {})) {
    complete(done, fail(Errc::stopped, "the agent was stopped"));
  }
}

// ---- the end
// ------------------------------------------------------------------------------------------------------

// The processes live on under their supervisors.
void AgentServer::Impl::abandon_containers() {
  if (!containers_) return;
  if (!config_.blocking_executor) {
    containers_->stop();
    containers_.reset();
    return;
  }
  asio::post(config_.blocking_executor,
             [containers = std::exchange(containers_, nullptr)] { containers->stop(); });
}

AgentServer::AgentServer(asio::any_io_executor executor, TransportSet transports, AgentServerConfig config) {
  runtime::EngineConfig engine = engine_config(std::move(executor), std::move(transports), config);
  const Rng rng = runtime::make_rng(config.seed);
  impl_ = std::make_shared<Impl>(std::move(engine), std::move(config), rng);
}

AgentServer::~AgentServer() { impl_->shut("the agent server was destroyed"); }

Status AgentServer::start() { return impl_->start(); }
void AgentServer::stop(std::function<void()> done) { impl_->stop(std::move(done)); }
void AgentServer::when_registered(std::function<void(Status)> done) {
  impl_->when_registered(std::move(done));
}
void AgentServer::when_ended(std::function<void()> done) { impl_->when_ended(std::move(done)); }
void AgentServer::ask(AgentQuery query, std::function<void(Result<AgentReport>)> done) {
  impl_->ask(std::move(query), std::move(done));
}
const AgentInfo& AgentServer::info() const noexcept { return impl_->machine.info(); }
std::shared_ptr<const AgentView> AgentServer::view() const { return impl_->machine.view(); }
std::vector<Task> AgentServer::tasks() const { return impl_->machine.tasks(); }

}  // namespace mesoscore
