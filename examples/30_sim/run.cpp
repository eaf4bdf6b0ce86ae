#include "run.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "mesoscore/assert.hpp"

using namespace mesoscore::simulator;

namespace {

std::uint64_t current_seed = 0;
const Options* current_options = nullptr;

[[noreturn]] void assertion_failed(const mesoscore::AssertFailure& failure) {
  std::fprintf(stderr, "ASSERTION in seed %llu: %s (%s) at %s:%d\n    %s\n",
               static_cast<unsigned long long>(current_seed), failure.text, failure.condition, failure.file,
               failure.line, replay_command(*current_options, current_seed).c_str());
  std::fflush(nullptr);
  std::_Exit(3);
}

void write_log(const Options& options, const FaultReport& report) {
  std::ofstream file(options.log, std::ios::app);
  file << seed_line(report);
  for (const std::string& line : report.log) file << line << '\n';
}

FaultReport run_one(const Options& options, std::uint64_t seed) {
  current_seed = seed;
  FaultOptions faults;
  faults.seed = seed;
  faults.safety = mesoscore::from_seconds(options.minutes * 60);
  faults.durable = options.durable;
  faults.bug = options.bug;
  if (!options.log.empty() && options.first == options.last) faults.log_lines = 5'000'000;
  FaultReport report = run_faults(faults);
  if (!report.ok() && !options.log.empty() && faults.log_lines == 0) {
    faults.log_lines = 20'000;
    report = run_faults(faults);
  }
  if (!options.log.empty() && !report.log.empty()) write_log(options, report);
  return report;
}

void run_range(const Options& options, std::uint64_t first, std::uint64_t step, Total& total) {
  for (std::uint64_t seed = first; seed <= options.last; seed += step) {
    const FaultReport report = run_one(options, seed);
    if (!options.quiet || !report.ok()) {
      const std::string line = seed_line(report);
      [[maybe_unused]] const auto written =
          ::write(STDOUT_FILENO, line.data(), line.size());  // whole, of any process
    }
    add(total, report, options);
  }
}

// What a process sends to the one that started it: the numbers, then the text.
struct Numbers {
  std::uint64_t seeds, failed, steps, launched, fewest_faults;
  double virtual_hours;
  FaultCounts faults;
};

void send(int to, const Total& total) {
  const Numbers numbers{total.seeds,         total.failed,        total.steps, total.launched,
                        total.fewest_faults, total.virtual_hours, total.faults};
  FILE* out = ::fdopen(to, "w");
  std::fwrite(&numbers, sizeof numbers, 1, out);
  std::fwrite(total.failures.data(), 1, total.failures.size(), out);
  std::fclose(out);
}

void receive(int from, Total& total) {
  FILE* in = ::fdopen(from, "r");
  Numbers numbers{};
  if (std::fread(&numbers, sizeof numbers, 1, in) == 1) {
    total.seeds += numbers.seeds;
    total.failed += numbers.failed;
    total.steps += numbers.steps;
    total.launched += numbers.launched;
    total.fewest_faults = std::min(total.fewest_faults, numbers.fewest_faults);
    total.virtual_hours += numbers.virtual_hours;
    total.faults += numbers.faults;
    char part[4096];
    for (std::size_t size = 0; (size = std::fread(part, 1, sizeof part, in)) > 0;)
      total.failures.append(part, size);
  }
  std::fclose(in);
}

struct Worker {
  pid_t process;
  int answer;
};

Worker fork_worker(const Options& options, unsigned index) {
  int ends[2];
  if (::pipe(ends) != 0) return {-1, -1};
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child != 0) {
    ::close(ends[1]);
    return {child, ends[0]};
  }
  ::close(ends[0]);
  Total part;
  run_range(options, options.first + index, options.jobs, part);
  send(ends[1], part);
  std::_Exit(0);
}

}  // namespace

Total run(const Options& options) {
  current_options = &options;
  mesoscore::set_assert_handler(assertion_failed);
  Total total;
  if (options.jobs == 1) {
    run_range(options, options.first, 1, total);
    return total;
  }
  std::vector<Worker> workers;
  for (unsigned i = 0; i < options.jobs; ++i) workers.push_back(fork_worker(options, i));
  for (const Worker& worker : workers) {
    receive(worker.answer, total);
    int status = 0;
    ::waitpid(worker.process, &status, 0);
    if (status == 0) continue;
    ++total.failed;
    total.failures += "  a process ended before it was done: see stderr\n";
  }
  return total;
}
