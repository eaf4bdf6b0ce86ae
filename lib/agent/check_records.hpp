// What the agent remembers of the checks of one task. Most tasks have none and no such record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/timers.hpp"
#include "mesoscore/box.hpp"
#include "mesoscore/check.hpp"
#include "mesoscore/container_info.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::agent_detail {

// One check, and how it stands.
struct Checker {
  Timer timer{Timer::Kind::check};  // of the next probe, or of giving up on the one that is under way
  bool health = false;              // a HealthCheck, which may kill; else a CheckInfo
  Probe probe;
  Duration delay{0}, interval{0}, timeout{0}, grace{0};
  std::uint32_t most_failures = 0;  // in a row
  std::string name;

  std::uint64_t awaited = 0;    // number of the probe that is under way; 0 = none
  bool overdue = false;         // its timeout is over, and nothing was heard of it yet
  std::uint32_t failures = 0;   // in a row, that count
  bool graced = false;          // no success so far: failures before `grace_ends` do not count
  TimePoint grace_ends{};       // inclusive
  std::optional<bool> healthy;  // of a health check: its last result that counts
  CheckStatus status;           // of the others: as it was told last
};

struct TaskChecks {
  std::vector<Checker> checkers;          // never resized, because of the timers
  std::string why_killed;                 // which health check has failed, how often, and why; empty: none
  std::uint64_t running_number = 0;       // of the first update that said RUNNING
  Box<ContainerStatus> container_status;  // as it is told with each update
};

}  // namespace mesoscore::agent_detail
