#include "options.hpp"

#include <unistd.h>

#include <filesystem>
#include <vector>

#include "../support/cli.hpp"
#include "container.hpp"
#include "health.hpp"
#include "mesoscore/roles.hpp"
#include "mesoscore/version.hpp"
#include "runner.hpp"

namespace {

// As CLI11 fills them in.
struct Values {
  std::vector<std::string> words, environment;
  std::string role = "*";
  double cpus = 1, mem = 64, disk = 0;
  mesoscore::Duration max_time{0};
  bool shell = false, quiet = false;
  ContainerFlags container;
  HealthFlags health;
};

std::string check_assignment(const std::string& text) {
  const auto equals = text.find('=');
  return equals == std::string::npos || equals == 0 ? "'" + text + "' is not of the form NAME=value" : "";
}

void define_flags(CLI::App& app, Options& options, Values& values) {
  const CLI::Range count(1u, 10'000'000u);

  app.add_option("--master", options.config.master, "Endpoint of the master: tcp://host:port or unix:///path")
      ->required()
      ->check(cli::checked_by(mesoscore::Endpoint::parse));
  app.add_option("--role", values.role, "Role to which resources are offered")
      ->check(cli::checked_by(mesoscore::validate_role))
      ->capture_default_str();
  app.add_option("--name", options.job.name, "Name of the framework; default: that of the command");
  app.add_option("--user", options.config.framework.user, "User of the tasks; default: that of the agent");
  app.add_option("--cpus", values.cpus, "For one task")->check(cli::above_zero)->capture_default_str();
  app.add_option("--mem", values.mem, "For one task, in MB")->check(cli::above_zero)->capture_default_str();
  app.add_option("--disk", values.disk, "For one task, in MB; default: it asks for none")
      ->check(cli::above_zero);
  cli::add_duration(app, "--max-time", values.max_time, "A task that runs longer is killed and has failed");
  app.add_option("--count", options.job.count, "How many tasks")->check(count)->capture_default_str();
  app.add_option("--parallel", options.job.parallel, "At most so many at a time; default: as many as fit")
      ->check(count);
  app.add_option(
         "--retries", options.job.retries,
         "Further attempts for a task that fails; those that the cluster loses are repeated in any case")
      ->check(CLI::Range(0u, 1000u))
      ->capture_default_str();
  app.add_option("--env", values.environment, "NAME=value in the environment of the tasks; repeatable")
      ->check(check_assignment)
      ->take_all();
  add_container_flags(app, values.container);
  add_health_flags(app, values.health);
  app.add_flag("--shell", values.shell, "Join the words of the command and give them to /bin/sh -c");
  cli::add_duration(app, "--connect-timeout", options.connect_timeout,
                    "How long to look for the master; default 10s");
  app.add_flag("--follow", options.follow,
               "Show what the tasks write while they run; the master must take this user as an operator");
  app.add_flag("--quiet", values.quiet, "Only errors");
  cli::add_log_level(app, options.log_level);
  app.add_option("command", values.words, "What to run, after --; MESOSCORE_RUN_INDEX tells the tasks apart")
      ->required();
  app.positionals_at_end();
}

void fill(const Values& values, Options& options) {
  mesoscore::CommandInfo& command = options.job.command;
  command.shell = values.shell;
  command.value = values.words.front();
  if (values.shell) {
    for (std::size_t i = 1; i < values.words.size(); ++i) command.value += " " + values.words[i];
  } else {
    command.arguments = values.words;
  }
  for (const std::string& assignment : values.environment) {
    const auto equals = assignment.find('=');
    command.environment.push_back({assignment.substr(0, equals), assignment.substr(equals + 1)});
  }
  command.uris = uris_of(values.container);
  options.job.container = container_of(values.container);
  options.job.limits = limits_of(values.container);
  options.job.health_checks = health_checks_of(values.health);
  options.job.each.set("cpus", mesoscore::Scalar::from_double(values.cpus));
  options.job.each.set("mem", mesoscore::Scalar::from_double(values.mem));
  if (values.disk > 0) options.job.each.set("disk", mesoscore::Scalar::from_double(values.disk));
  if (values.max_time > mesoscore::Duration::zero()) options.job.max_time = values.max_time;
  if (options.job.name.empty()) options.job.name = std::filesystem::path(values.words.front()).filename();

  mesoscore::FrameworkInfo& framework = options.config.framework;
  framework.name = options.job.name;
  framework.roles = {mesoscore::RoleName(values.role)};
  // Offers that cannot hold one task need not be made.
  framework.min_allocatable[framework.roles.front()] = {options.job.each};
  options.style = values.quiet || options.follow ? Progress::Style::quiet
                  : isatty(STDERR_FILENO)        ? Progress::Style::terminal
                                                 : Progress::Style::plain;
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, Options& options) {
  CLI::App app{
      "Runs a command many times on a mesoscore cluster. Its output is in the sandboxes of the agents; see "
      "--follow.\n"
      "  mesoscore-run --master ENDPOINT [options] -- command [arguments]\n"
      "Exit code: 0 all tasks finished; that of the tasks if all failed alike, else 1; 2 usage;\n"
      "3 no master, or it refused; 130 interrupted (the tasks are killed)."};
  app.set_version_flag("--version", std::string(mesoscore::kVersion));
  Values values;
  define_flags(app, options, values);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_codes::kUsage;
  }
  fill(values, options);
  return std::nullopt;
}
