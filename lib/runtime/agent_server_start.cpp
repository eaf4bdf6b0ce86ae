// From the configuration of an agent server to an agent that looks for its master.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>

#include <unistd.h>

#include <asio/post.hpp>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "runtime/agent_server_impl.hpp"
#include "runtime/config_checks.hpp"

namespace mesoscore {
namespace {

// sockaddr_un::sun_path holds 107 characters and the terminator.
constexpr std::size_t kLongestSocketPath = 107;

std::string system_hostname() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

// Changes with every start of the machine; empty if the kernel does not tell.
std::string boot_id() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id;
}

Status check_options(const AgentOptions& options) {
  MESOSCORE_TRY(runtime::check_backoff(options.registration_backoff, options.registration_backoff_max,
                                       "registration_backoff"));
  MESOSCORE_TRY(runtime::check_not_negative(options.first_registration_within, "first_registration_within"));
  MESOSCORE_TRY(runtime::check_backoff(options.update_retry, options.update_retry_max, "update_retry"));
  MESOSCORE_TRY(
      runtime::check_positive(options.executor_registration_timeout, "executor_registration_timeout"));
  MESOSCORE_TRY(
      runtime::check_positive(options.executor_reregistration_timeout, "executor_reregistration_timeout"));
  return runtime::check_not_negative(options.default_kill_grace, "default_kill_grace");
}

Status check_sandboxes(const SandboxOptions& options) {
  MESOSCORE_TRY(runtime::check_not_negative(options.gc_after, "sandboxes.gc_after"));
  MESOSCORE_TRY(runtime::check_positive(options.gc_interval, "sandboxes.gc_interval"));
  if (options.disk_headroom >= 0 && options.disk_headroom <= 1) return {};
  return fail(Errc::invalid_argument,
              cat("sandboxes.disk_headroom is ", std::to_string(options.disk_headroom), ": give 0 to 1"));
}

}  // namespace

Status AgentServer::Impl::check() const {
  MESOSCORE_TRY(runtime::check_target(transports(), config_.master, "master"));
  MESOSCORE_TRY(runtime::check_connection(config_.connection));
  MESOSCORE_TRY(runtime::check_not_negative(config_.executor_recovery_timeout, "executor_recovery_timeout"));
  if (!config_.isolators.launchers().empty() && config_.work_dir.empty()) {
    return fail(Errc::invalid_argument, "work_dir is empty: tasks that are processes need a directory");
  }
  MESOSCORE_TRY(runtime::check_positive(config_.usage_interval, "usage_interval"));
  MESOSCORE_TRY(check_sandboxes(config_.sandboxes));
  return check_options(config_.agent);
}

Result<AgentInfo> AgentServer::Impl::described() const {
  AgentInfo info = config_.agent.info;
  if (!config_.hostname.empty()) info.hostname = config_.hostname;
  if (info.hostname.empty()) info.hostname = system_hostname();
  if (!config_.resources.empty()) {
    auto resources = Resources::parse(config_.resources);
    if (!resources) return fail_in("resources", std::move(resources.error()));
    info.resources = *std::move(resources);
  }
  if (!config_.attributes.empty()) {
    auto attributes = parse_attributes(config_.attributes);
    if (!attributes) return fail_in("attributes", std::move(attributes.error()));
    info.attributes = *std::move(attributes);
  }
  if (info.resources.empty()) {
    return fail(Errc::invalid_argument,
                "the agent has no resources to offer: give some, e.g. \"cpus:4;mem:8192\"");
  }
  MESOSCORE_TRY(validate(info));
  return info;
}

Status AgentServer::Impl::start() {
  if (begun() || ended()) return fail(runtime::already_started("agent server"));
  MESOSCORE_TRY(check());
  auto info = described();
  if (!info) return fail(std::move(info.error()));
  // First of all: it also keeps two agents from using the same directory.
  MESOSCORE_TRY(open_storage());
  MESOSCORE_TRY(start_containers(*info));
  Status made = listen_for_executors();
  if (made) made = make_agent(*std::move(info));
  if (!made) {
    stop_listening();
    abandon_containers();
    return made;
  }
  begin();
  return {};
}

Status AgentServer::Impl::open_storage() {
  if (!config_.storage || kept_) return {};
  auto kept = config_.storage->open();
  if (!kept) return fail_in("storage", std::move(kept.error()));
  kept_ = *std::move(kept);
  return {};
}

void AgentServer::Impl::observe(const AgentOptions& options, TimePoint made,
                                std::span<const Record> records) {
  observer = config_.recorder;
  if (observer) observer->begin(options, rng_, made, records);
}

Status AgentServer::Impl::make_agent(AgentInfo info) {
  for (const Endpoint& endpoint : endpoints()) info.port = endpoint.port;
  AgentOptions options = config_.agent;
  options.info = std::move(info);
  options.operators_read_files = config_.queries.files;
  options.operators_run_commands = config_.queries.commands;
  options.durable = config_.storage != nullptr;
  const TimePoint at = now();
  if (!options.durable) {
    machine = Agent(options, rng_, at);
    observe(options, at, {});
    return {};
  }
  if (options.boot_id.empty()) options.boot_id = boot_id();
  // A copy is kept: after an error this server may be started again.
  auto recovered = Agent::recover(options, rng_, at, *kept_);
  if (!recovered) return fail(std::move(recovered.error()));
  machine = *std::move(recovered);
  observe(options, at, *kept_);
  kept_.reset();
  return {};
}

// Nothing runs on the blocking executor for us yet, so start() may be called from here.
Status AgentServer::Impl::start_containers(const AgentInfo& info) {
  runtime::ContainersConfig config;
  config.work_dir = config_.work_dir;
  config.recovery_timeout = config_.executor_recovery_timeout;
  config.isolators = config_.isolators;
  config.agent_id = info.id;
  config.resources = info.resources;
  config.prober = config_.prober;
  config.fetcher = config_.fetcher;
  config.sandboxes = config_.sandboxes;
  config.usage_interval = config_.usage_interval;
  config.recovers = config_.storage != nullptr;
  config.default_user = config_.default_user;
  config.allowed_users = config_.allowed_users;
  config.functions = config_.functions;
  config.function_executor = executor();
  config.logger = config_.log;
  const bool elsewhere = static_cast<bool>(config_.blocking_executor);
  const auto weak = weak_from_this();
  const auto take = [weak](std::span<ContainerEvent> events) {
    const auto self = weak.lock();
    if (self) self->push_and_run(events);
  };
  runtime::Containers::EventHandler on_event = take;
  if (elsewhere) {
    on_event = [home = executor(), take](std::span<ContainerEvent> events) {
      std::vector<ContainerEvent> moved(std::move_iterator(events.begin()), std::move_iterator(events.end()));
      asio::post(home, [take, moved = std::move(moved)]() mutable { take(moved); });
    };
  }
  auto containers = std::make_shared<runtime::Containers>(elsewhere ? config_.blocking_executor : executor(),
                                                          std::move(config), std::move(on_event));
  MESOSCORE_TRY(containers->start());
  containers_ = std::move(containers);
  return {};
}

// Executors are processes: without a launcher there will be none.
Status AgentServer::Impl::listen_for_executors() {
  std::string at = config_.executor_listen;
  if (at.empty()) {
    if (config_.isolators.launchers().empty() || !transports().find("unix")) return {};
    std::error_code error;
    const std::string path = std::filesystem::absolute(config_.work_dir, error) / "agent.sock";
    if (error || path.size() > kLongestSocketPath) {
      log(LogLevel::warning, cat("no custom executors: ", in_quotes(path),
                                 " is too long for a socket; name another endpoint with executor_listen"));
      return {};
    }
    at = "unix://" + path;
  }
  if (const Status listening = listen({&at, 1}); !listening)
    return fail_in("executor_listen", listening.error());
  containers_->set_agent_endpoint(endpoints().back().str());
  return {};
}

}  // namespace mesoscore
