#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mesoscore/simulator/faults.hpp"
#include "replay_command.hpp"

struct Options {
  std::uint64_t first = 1, last = 100;  // seeds
  double minutes = 100;                 // virtual, with faults
  unsigned jobs = 1;                    // processes
  std::string log{};                    // a file for the event log of the seeds that fail, or of a single one
  bool quiet = false;                   // no line for each seed that is well
  bool durable = true;
  mesoscore::simulator::PlantedBug bug = mesoscore::simulator::PlantedBug::none;
  std::optional<ReplayCommand> replay{};  // this is wanted instead
  std::string command{};                  // how the program was called, for the command that replays a seed
};

// The exit code when there is nothing to do: 0 after --help, 2 for a mistake.
std::optional<int> parse_options(int argc, char** argv, Options& options);
