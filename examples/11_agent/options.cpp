#include "options.hpp"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <thread>

#include "../support/cli.hpp"
#include "mesoscore/version.hpp"

namespace {

// All processors of this machine and its memory less a tenth (at least 64 MB) for everything else.
std::string detected_resources() {
  const unsigned cpus = std::max(1u, std::thread::hardware_concurrency());
  const long long page = sysconf(_SC_PAGESIZE);
  const long long megabytes = sysconf(_SC_PHYS_PAGES) * page / (1 << 20);
  const long long kept = std::max(64LL, megabytes / 10);
  return "cpus:" + std::to_string(cpus) + ";mem:" + std::to_string(std::max(0LL, megabytes - kept));
}

std::string fresh_directory() {
  std::string path = (std::filesystem::temp_directory_path() / "mesoscore-agent-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) throw CLI::ValidationError("--work-dir", "cannot create " + path);
  std::filesystem::permissions(path, std::filesystem::perms(0711));  // users of tasks pass through it
  return path;
}

void define_storage(CLI::App& app, Options& options) {
  mesoscore::AgentOptions& agent = options.config.agent;
  const std::map<std::string, mesoscore::AgentRecovery> recoveries = {
      {"reconnect", mesoscore::AgentRecovery::reconnect}, {"cleanup", mesoscore::AgentRecovery::cleanup}};
  app.add_option("--storage", options.storage.path,
                 "A database, e.g. in the work directory: tasks live on when this program ends, and the next "
                 "start with the same --storage and --work-dir takes them over; default: nothing is kept");
  app.add_flag("!--no-sync", options.storage.survive_power_loss,
               "What is in the storage survives a kill of this program, but not a loss of power");
  app.add_option("--recover", agent.recovery, "What becomes of the tasks that the storage knows")
      ->transform(CLI::CheckedTransformer(recoveries).description("reconnect|cleanup"));
}

void define_fetcher(CLI::App& app, mesoscore::fetchers::CurlOptions& fetcher) {
  app.add_option(
         "--fetch-from", fetcher.file_roots,
         "Tasks may name files below this directory as URIs; repeatable; default: only http and https")
      ->check(CLI::ExistingDirectory)
      ->take_all();
}

void define_timing(CLI::App& app, mesoscore::AgentServerConfig& config) {
  mesoscore::AgentOptions& agent = config.agent;
  cli::add_duration(app, "--first-registration-within", agent.first_registration_within,
                    "Random delay before the first registration; default 1s", true);
  cli::add_duration(app, "--registration-backoff", agent.registration_backoff,
                    "Until the first retry of a registration; doubles; default 2s");
  cli::add_duration(app, "--registration-backoff-max", agent.registration_backoff_max,
                    "... up to this; default 1m");
  cli::add_duration(app, "--update-retry", agent.update_retry,
                    "Until an update that is not acknowledged is sent again; doubles; default 10s");
  cli::add_duration(app, "--update-retry-max", agent.update_retry_max, "... up to this; default 10m");
  cli::add_duration(app, "--kill-grace", agent.default_kill_grace,
                    "Between SIGTERM and SIGKILL, for tasks that say nothing; default 3s", true);
  cli::add_duration(app, "--executor-registration-timeout", agent.executor_registration_timeout,
                    "A custom executor that is started has so long to connect; default 1m");
  cli::add_duration(app, "--executor-reregistration-timeout", agent.executor_reregistration_timeout,
                    "... and so long to come back after a restart of the agent; default 2s");
  cli::add_duration(app, "--executor-recovery-timeout", config.executor_recovery_timeout,
                    "So long it waits for an agent that is gone; default 15m");
}

void define_sandboxes(CLI::App& app, mesoscore::AgentServerConfig& config) {
  mesoscore::SandboxOptions& sandboxes = config.sandboxes;
  app.add_option("--log-max-bytes", sandboxes.log_max_bytes,
                 "stdout and stderr of a task are rotated before they grow over this; default: they are not")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
  app.add_option("--log-files", sandboxes.log_files, "... and so many old ones are kept")
      ->capture_default_str();
  cli::add_duration(
      app, "--gc-after", sandboxes.gc_after,
      "Sandboxes are removed so long after their end, earlier when the disk fills; default 168h", true);
  cli::add_duration(app, "--gc-interval", sandboxes.gc_interval, "Between two looks at them; default 1m");
  app.add_option("--disk-headroom", sandboxes.disk_headroom,
                 "All that have ended are removed when less than this part of the disk is free")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_flag("--allow-exec", config.queries.commands,
               "Operators may run commands inside of containers; whoever may, can run anything");
  app.add_flag("!--no-files", config.queries.files, "Operators may not read the files of sandboxes");
}

void define_flags(CLI::App& app, Options& options) {
  mesoscore::AgentServerConfig& config = options.config;

  app.add_option("--master", config.master, "Endpoint of the master: tcp://host:port or unix:///path")
      ->required()
      ->check(cli::checked_by(mesoscore::Endpoint::parse));
  app.add_option("--hostname", config.hostname, "Shown in offers; default: the system's");
  app.add_option("--resources", config.resources,
                 "What it offers, e.g. \"cpus:4;mem:8192;ports:[31000-32000]\"; default: what was detected")
      ->check(cli::checked_by(mesoscore::Resources::parse));
  app.add_option("--attributes", config.attributes, "What describes it, e.g. \"rack:r7;disk:ssd\"")
      ->check(cli::checked_by(mesoscore::parse_attributes));
  app.add_option("--region", config.agent.info.region, "Fault domain; needs --zone");
  app.add_option("--zone", config.agent.info.zone, "Fault domain; needs --region");
  app.add_option("--work-dir", config.work_dir,
                 "Sandboxes of tasks are created below it; default: a fresh directory for temporary files");
  app.add_option("--executor-listen", config.executor_listen,
                 "Where custom executors connect; default: a unix socket in the work directory")
      ->check(cli::checked_by(mesoscore::Endpoint::parse));
  app.add_option("--task-user", config.default_user,
                 "The user of tasks that name none; default: the agent's own")
      ->type_name("USER");
  app.add_option("--allow-user", config.allowed_users,
                 "Tasks of other users fail; may be given again; default: all are allowed")
      ->type_name("USER");
  define_storage(app, options);
  add_isolation_flags(app, options.isolation);
  define_fetcher(app, options.fetcher);
  define_sandboxes(app, config);
  cli::add_record(app, options.record);
  define_timing(app, config);
  cli::add_duration(app, "--register-within", options.register_within,
                    "End with an error when no master has accepted it in time; default: try for ever");
  cli::add_log_level(app, options.log_level);
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, Options& options) {
  CLI::App app{
      "A mesoscore agent: offers the resources of this machine and runs tasks.\n"
      "SIGTERM or SIGINT: without a storage the tasks are killed before the program ends; with one they live "
      "on\n"
      "for the next start. SIGUSR1: the tasks are killed in any case, and the agent unregisters."};
  app.set_version_flag("--version", std::string(mesoscore::kVersion));
  define_flags(app, options);
  try {
    app.parse(argc, argv);
    if (options.config.resources.empty()) options.config.resources = detected_resources();
    if (!options.storage.path.empty() && options.config.work_dir.empty()) {
      throw CLI::ValidationError("--storage", "needs a --work-dir that the next start can have again");
    }
    if (options.config.work_dir.empty()) options.config.work_dir = fresh_directory();
    options.config.fetcher = mesoscore::fetchers::curl(options.fetcher);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return std::nullopt;
}
