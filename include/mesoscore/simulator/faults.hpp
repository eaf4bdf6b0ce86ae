// The fault simulation: a cluster drawn from a seed, under a load and under faults drawn from the same seed.
//
//     const FaultReport report = run_faults({.seed = 42});
//     if (!report.ok()) print(report);         // which checker, when, where; and `report.log` says how it
//     came
//
// First faults (the safety phase), then none (the liveness phase): everything must come to rest within a
// bound of virtual time, and then master, agents, containers, allocator and schedulers must agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "mesoscore/simulator/cluster.hpp"

namespace mesoscore::simulator {

// Bugs of our own, to see that the checkers find them.
enum class PlantedBug : std::uint8_t {
  none,
  dropped_acknowledgement,  // the master does not pass some of the schedulers' acknowledgements on
  skipped_commit,           // a disk reports commits as durable and does not keep records of one kind
  resources_freed_twice,    // an agent tells the end of a task a second time, in another task's name
  forgotten_group,          // an agent that is started again does not know which tasks share their fate
};

struct FaultOptions {
  std::uint64_t seed = 1;
  // Virtual time with faults. A mix that breaks little goes on until there were ten for each of these
  // minutes, for at most thirty times as long.
  Duration safety = std::chrono::minutes(100);
  bool durable = true;        // false: no machine keeps anything; true: the seed decides
  std::size_t log_lines = 0;  // see ClusterOptions; a failed run is repeated with a log when this is not zero
  PlantedBug bug = PlantedBug::none;
};

struct FaultReport {
  std::uint64_t seed = 0;
  std::vector<Violation> violations{};
  Duration virtual_time{0};
  std::uint64_t steps = 0;     // of all machines
  std::uint64_t launched = 0;  // tasks that were started
  FaultCounts faults{};
  std::uint64_t trace_hash = 0;
  std::string mix{};              // what the seed has chosen, for people
  std::deque<std::string> log{};  // empty when nothing is wrong, unless log_lines was given

  bool ok() const noexcept { return violations.empty(); }
};

FaultReport run_faults(const FaultOptions& options);

}  // namespace mesoscore::simulator
