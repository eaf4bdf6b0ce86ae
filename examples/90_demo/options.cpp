#include "options.hpp"

#include <CLI/CLI.hpp>

namespace {

void define_show(CLI::App& app, Options& options) {
  app.add_option("--transport", options.transport, "Between master, agents and frameworks")
      ->check(CLI::IsMember({"inproc", "unix", "tcp"}));
  app.add_flag("--processes", options.processes,
               "Master and agents are processes of their own, not parts of this one");
  app.add_option("--agents", options.agents, "How many agents, of 4 cpus and 1 GB each")
      ->check(CLI::Range(1u, 200u))
      ->capture_default_str();
  app.add_option("--tasks", options.tasks, "How many commands to run")
      ->check(CLI::Range(10u, 100'000u))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Of the workload: the same seed gives the same commands")
      ->capture_default_str();
  app.add_option("--work-dir", options.work_dir,
                 "Sandboxes of tasks are created below it, and kept; default: a temporary directory");
}

void define_parts(CLI::App& app, Options& options) {
  CLI::App* master = app.add_subcommand("master")->group("");  // an empty group is not shown in --help
  master->add_option("endpoint", options.endpoint)->required();
  master->callback([&options] { options.part = Options::Part::master; });
  CLI::App* agent = app.add_subcommand("agent")->group("");
  agent->add_option("endpoint", options.endpoint)->required();
  agent->add_option("number", options.number)->required();
  agent->add_option("work_dir", options.work_dir)->required();
  agent->callback([&options] { options.part = Options::Part::agent; });
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, Options& options) {
  CLI::App app{"A cluster at work: five agents run real commands of two frameworks, which share them 2 : 1."};
  define_show(app, options);
  define_parts(app, options);
  try {
    app.parse(argc, argv);
    if (options.processes && options.transport == "inproc") {
      if (app.count("--transport") != 0) {
        throw CLI::ValidationError("--processes", "processes cannot meet over inproc: use unix or tcp");
      }
      options.transport = "unix";
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.keep_work_dir = !options.work_dir.empty();
  return std::nullopt;
}
