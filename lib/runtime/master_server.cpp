#include "mesoscore/master_server.hpp"

#include <unistd.h>

#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "core/messages.hpp"
#include "core/operations.hpp"
#include "core/text_cat.hpp"
#include "mesoscore/roles.hpp"
#include "runtime/config_checks.hpp"
#include "runtime/engine.hpp"
#include "runtime/waiters.hpp"

namespace mesoscore {

struct MasterServer::Impl final : runtime::MachineEngine<Master> {
  Impl(runtime::EngineConfig engine, Master first, Rng its_rng, TimePoint at)
      : MachineEngine(std::move(engine), std::move(first)), rng(its_rng), made(at) {}

  Status check() const;
  Status open_storage();
  Status recover();
  void observe();
  void stop(std::function<void()> done);
  void shut() {  // the server is destroyed
    end();
    stop_waiters.complete(executor());
  }

  MasterServerConfig config;
  std::optional<std::vector<Record>> kept;  // what the storage had; until begin(), for another start()
  runtime::Waiters<> stop_waiters;
  Rng rng;  // what the machine was made with, and when
  TimePoint made;

 private:
  void settled() override {
    if (stopping_) finish();
  }
  void finished() override { stop_waiters.complete(executor()); }

  bool stopping_ = false;
};

namespace {

Status check_operator(OperatorAccess access, const PeerInfo& peer, std::string_view scheme) {
  if (access == OperatorAccess::any) return {};
  if (access == OperatorAccess::none) {
    return fail(Errc::permission_denied, "this master takes no operators");
  }
  if (scheme == "inproc") return {};
  if (scheme != "unix") {
    return fail(Errc::permission_denied,
                cat("this master takes operators over unix sockets only, not over ", scheme));
  }
  if (peer.uid && (*peer.uid == 0 || *peer.uid == ::geteuid())) return {};
  return fail(Errc::permission_denied, "this master takes operators of its own user and of root only");
}

runtime::EngineConfig engine_config(asio::any_io_executor executor, TransportSet transports,
                                    MasterServerConfig& config) {
  runtime::EngineConfig engine;
  engine.executor = std::move(executor);
  engine.transports = std::move(transports);
  engine.connection = config.connection;
  engine.role = PeerRole::master;
  engine.accepts = {PeerRole::scheduler, PeerRole::agent, PeerRole::operator_};
  engine.admit = [access = config.operators](const PeerInfo& peer, std::string_view scheme) {
    return peer.hello.role == PeerRole::operator_ ? check_operator(access, peer, scheme) : Status();
  };
  engine.storage = config.storage;
  engine.storage_executor = config.storage_executor;
  engine.log = std::move(config.log);
  engine.clock = config.clock ? std::move(config.clock) : steady_clock_from_wall_time();
  return engine;
}

Status check_weight(std::string_view role, double weight) {
  MESOSCORE_TRY(validate_role(role));
  if (std::isfinite(weight) && weight > 0) return {};
  return fail(Errc::invalid_argument, cat("weight of role ", in_quotes(role), " is ", std::to_string(weight),
                                          ": give more than zero"));
}

Status check_fraction(double value, std::string_view name) {
  if (value >= 0 && value <= 1) return {};
  return fail(Errc::invalid_argument, cat(name, " is ", std::to_string(value), ": give 0 to 1"));
}

Status check_options(const MasterOptions& options) {
  for (const SetWeight& weight : options.weights) MESOSCORE_TRY(check_weight(weight.role, weight.weight));
  for (const RoleQuota& quota : options.quotas) MESOSCORE_TRY(validate(quota));
  MESOSCORE_TRY(runtime::check_not_negative(options.offer_timeout, "offer_timeout"));
  MESOSCORE_TRY(runtime::check_positive(options.heartbeat_interval, "heartbeat_interval"));
  MESOSCORE_TRY(runtime::check_positive(options.ping_interval, "ping_interval"));
  MESOSCORE_TRY(runtime::check_positive(options.agent_reregister_timeout, "agent_reregister_timeout"));
  MESOSCORE_TRY(runtime::check_not_negative(options.allocator.batch_delay, "batch_delay"));
  MESOSCORE_TRY(check_fraction(options.recovery_agent_removal_limit, "recovery_agent_removal_limit"));
  MESOSCORE_TRY(check_fraction(options.recovery_gate_agents, "recovery_gate_agents"));
  MESOSCORE_TRY(runtime::check_not_negative(options.recovery_gate_timeout, "recovery_gate_timeout"));
  MESOSCORE_TRY(runtime::check_positive(options.registry_max_age, "registry_max_age"));
  MESOSCORE_TRY(runtime::check_positive(options.registry_gc_interval, "registry_gc_interval"));
  MESOSCORE_TRY(runtime::check_positive(options.agent_removal_rate.within, "agent_removal_rate.within"));
  if (options.ping_misses == 0) return fail(Errc::invalid_argument, "ping_misses is 0: give at least 1");
  return {};
}

}  // namespace

Status MasterServer::Impl::check() const {
  if (config.listen.empty()) {
    return fail(Errc::invalid_argument,
                "a master must listen somewhere: give endpoints, e.g. tcp://0.0.0.0:5050");
  }
  MESOSCORE_TRY(runtime::check_connection(config.connection));
  return check_options(config.master);
}

Status MasterServer::Impl::open_storage() {
  if (!config.storage || kept) return {};
  auto opened = config.storage->open();
  if (!opened) return fail_in("storage", std::move(opened.error()));
  kept = *std::move(opened);
  return {};
}

Status MasterServer::Impl::recover() {
  MESOSCORE_TRY(open_storage());
  if (!kept) return {};
  MasterOptions options = config.master;
  options.durable = true;
  auto policy = config.policy ? config.policy() : nullptr;
  made = now();
  auto recovered = Master::recover(std::move(options), std::move(policy), rng, made, *kept);
  if (!recovered) return fail(std::move(recovered.error()));
  machine = *std::move(recovered);
  return {};
}

void MasterServer::Impl::observe() {
  if (!config.recorder) return;
  observer = config.recorder;
  MasterOptions options = config.master;
  options.durable = options.durable || kept;
  const auto policy = config.policy ? config.policy() : nullptr;
  const auto records = kept ? std::span<const Record>(*kept) : std::span<const Record>();
  observer->begin(options, policy.get(), rng, made, records);
}

void MasterServer::Impl::stop(std::function<void()> done) {
  stop_waiters.add(std::move(done));
  if (ended() || !begun()) return shut();
  stopping_ = true;
  push(Stop{});
}

MasterServer::MasterServer(asio::any_io_executor executor, TransportSet transports,
                           MasterServerConfig config) {
  runtime::EngineConfig engine = engine_config(std::move(executor), std::move(transports), config);
  auto policy = config.policy ? config.policy() : nullptr;
  const Rng rng = runtime::make_rng(config.seed);
  const TimePoint at = engine.clock();
  Master machine(config.master, std::move(policy), rng, at);
  impl_ = std::make_shared<Impl>(std::move(engine), std::move(machine), rng, at);
  impl_->config = std::move(config);
}

MasterServer::~MasterServer() { impl_->shut(); }

Status MasterServer::start() {
  if (impl_->begun() || impl_->ended()) return fail(runtime::already_started("master server"));
  MESOSCORE_TRY(impl_->check());
  MESOSCORE_TRY(impl_->recover());
  MESOSCORE_TRY(impl_->listen(impl_->config.listen));
  impl_->observe();
  impl_->kept.reset();
  impl_->begin();
  return {};
}

void MasterServer::stop(std::function<void()> done) { impl_->stop(std::move(done)); }

const MasterId& MasterServer::id() const noexcept { return impl_->machine.id(); }
std::vector<Endpoint> MasterServer::endpoints() const { return impl_->endpoints(); }
std::shared_ptr<const MasterView> MasterServer::view() const { return impl_->machine.view(); }
std::vector<Task> MasterServer::tasks(const FrameworkId& framework) const {
  return impl_->machine.tasks(framework);
}
Explanation MasterServer::explain(const FrameworkId& framework, std::string_view role) const {
  return impl_->machine.explain(framework, role, impl_->now());
}
AgentExplanation MasterServer::explain(const FrameworkId& framework, std::string_view role,
                                       const AgentId& agent) const {
  return impl_->machine.explain(framework, role, agent, impl_->now());
}

Status MasterServer::set_weight(std::string_view role, double weight) {
  MESOSCORE_TRY(check_weight(role, weight));
  impl_->push(SetWeight{RoleName(role), weight});
  return {};
}

Status MasterServer::set_quota(std::vector<RoleQuota> quotas, bool force) {
  for (const RoleQuota& quota : quotas) MESOSCORE_TRY(validate(quota));
  impl_->push(SetQuota{std::move(quotas), force});
  return {};
}

void MasterServer::teardown(const FrameworkId& framework) { impl_->push(TeardownFramework{framework}); }
void MasterServer::drain_agent(const AgentId& agent, DrainConfig config) {
  impl_->push(DrainAgent{agent, std::move(config)});
}
void MasterServer::mark_agent_gone(const AgentId& agent) { impl_->push(MarkAgentGone{agent}); }
void MasterServer::deactivate_agent(const AgentId& agent) { impl_->push(DeactivateAgent{agent}); }
void MasterServer::reactivate_agent(const AgentId& agent) { impl_->push(ReactivateAgent{agent}); }

Status MasterServer::operate(const AgentId& agent, Operation operation) {
  MESOSCORE_TRY(validate_for_operator(operation));
  impl_->push(OperateOnAgent{agent, std::move(operation)});
  return {};
}

}  // namespace mesoscore
