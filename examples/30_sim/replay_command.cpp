#include "replay_command.hpp"

#include <cstdio>
#include <iostream>

#include "mesoscore/recording.hpp"
#include "step_log.hpp"

void define_replay(CLI::App& app, ReplayCommand& command) {
  app.add_option("file", command.file, "What mesoscore-master or mesoscore-agent has recorded with --record")
      ->required();
  app.add_flag("--log", command.log, "Print each step, and what came out of it");
  app.add_option("--until", command.until, "No step after this one");
}

int run_replay(const ReplayCommand& command) {
  StepLog log(std::cout);
  mesoscore::ReplayOptions options;
  options.until_step = command.until;
  if (command.log) options.observer = &log;
  const auto report = mesoscore::replay(command.file, options);
  if (!report) {
    std::cerr << report.error().message << '\n';
    return 1;
  }
  std::cout << "machine      " << to_string(report->machine) << ", recorded by mesoscore " << report->version
            << "\nsteps        " << report->steps << " with " << report->events << " events, in ";
  char seconds[40];
  std::snprintf(seconds, sizeof seconds, "%.3f s", mesoscore::to_seconds(report->last - report->first));
  std::cout << seconds << "\nmarks        " << report->marks;
  if (!report->ending.empty()) std::cout << "\nended        " << report->ending;
  if (report->torn_bytes != 0)
    std::cout << "\ntorn         " << report->torn_bytes << " bytes behind the last step";
  std::cout << "\ntrace hash   " << mesoscore::trace_hash_text(report->trace_hash) << '\n';
  if (!report->mismatch) return 0;
  std::cout << "mismatch     " << report->mismatch->text << '\n';
  return 1;
}
