#include "print.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace mesoscore::simulator;

namespace {

template <class... Parts>
std::string text(const char* format, Parts... parts) {
  char line[512];
  std::snprintf(line, sizeof line, format, parts...);
  return line;
}

double seconds_of(mesoscore::Duration span) { return std::chrono::duration<double>(span).count(); }
auto number(std::uint64_t value) { return static_cast<unsigned long long>(value); }

}  // namespace

std::string seed_line(const FaultReport& report) {
  std::string line = text("seed %llu  trace %016llx  %llu faults  %llu tasks  %s\n", number(report.seed),
                          number(report.trace_hash), number(report.faults.total()), number(report.launched),
                          report.mix.c_str());
  for (const Violation& violation : report.violations) {
    line += text("  VIOLATION at %.3f s, %s: %s: ", seconds_of(violation.at), violation.node.c_str(),
                 violation.checker.c_str()) +
            violation.text + "\n";
  }
  return line;
}

std::string replay_command(const Options& options, std::uint64_t seed) {
  std::string command =
      options.command + text(" faults --seeds %llu --minutes %g", number(seed), options.minutes);
  if (!options.durable) command += " --nothing-durable";
  if (options.bug == PlantedBug::dropped_acknowledgement) command += " --bug dropped-ack";
  if (options.bug == PlantedBug::skipped_commit) command += " --bug skipped-commit";
  if (options.bug == PlantedBug::resources_freed_twice) command += " --bug freed-twice";
  if (options.bug == PlantedBug::forgotten_group) command += " --bug forgotten-group";
  return command + " --log events.log";
}

void add(Total& total, const FaultReport& report, const Options& options) {
  ++total.seeds;
  total.steps += report.steps;
  total.launched += report.launched;
  total.fewest_faults = std::min(total.fewest_faults, report.faults.total());
  total.virtual_hours += seconds_of(report.virtual_time) / 3600;
  total.faults += report.faults;
  if (report.ok()) return;
  ++total.failed;
  const Violation& first = report.violations.front();
  total.failures += text("  seed %llu: %s: ", number(report.seed), first.checker.c_str()) + first.text +
                    "\n    " + replay_command(options, report.seed) + "\n";
}

void print(const Total& total, double seconds) {
  std::printf("\n%llu seeds in %.1f s (%.1f seeds/s), %.0f virtual hours, %llu steps, %llu tasks\n",
              number(total.seeds), seconds, static_cast<double>(total.seeds) / seconds, total.virtual_hours,
              number(total.steps), number(total.launched));
  std::printf("%llu faults, at least %llu in each seed:\n", number(total.faults.total()),
              number(total.fewest_faults));
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    std::printf("  %-20s %12llu\n", std::string(to_string(kind)).c_str(), number(total.faults[kind]));
  }
  if (total.failed == 0) return void(std::printf("all clean\n"));
  std::printf("%llu seeds FAILED:\n%s", number(total.failed), total.failures.c_str());
}
