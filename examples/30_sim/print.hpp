#pragma once

#include <cstdint>
#include <string>

#include "mesoscore/simulator/faults.hpp"
#include "options.hpp"

// What all seeds came to.
struct Total {
  std::uint64_t seeds = 0, failed = 0, steps = 0, launched = 0, fewest_faults = ~std::uint64_t{0};
  double virtual_hours = 0;
  mesoscore::simulator::FaultCounts faults{};
  std::string failures{};  // a line for each seed that failed, with the command that replays it
};

std::string seed_line(const mesoscore::simulator::FaultReport& report);
std::string replay_command(const Options& options, std::uint64_t seed);
void add(Total& total, const mesoscore::simulator::FaultReport& report, const Options& options);
void print(const Total& total, double seconds);
