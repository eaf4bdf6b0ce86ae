#include "mesoscore/simulator/fault_kind.hpp"

#include <numeric>

namespace mesoscore::simulator {
namespace {

constexpr std::array<std::string_view, kFaultKinds> kNames = {
    "delay",           "drop",         "duplicate",
    "reorder",         "reset",        "half_open",
    "refused_dial",    "late_dial",    "stall",
    "one_way_cut",     "cut",          "crash",
    "crash_in_step",   "reboot",       "executor_crash",
    "clock_jump",      "slow_disk",    "full_disk",
    "crash_in_commit", "torn_commit",  "crash_before_effect",
    "launch_failure",  "slow_launch",  "deaf_task",
    "failed_task",     "failed_probe", "lost_probe"};

}  // namespace

std::string_view to_string(FaultKind kind) noexcept { return kNames[static_cast<std::size_t>(kind)]; }

std::uint64_t FaultCounts::total() const noexcept {
  return std::accumulate(by_kind.begin(), by_kind.end(), std::uint64_t{0});
}

FaultCounts& FaultCounts::operator+=(const FaultCounts& other) noexcept {
  for (std::size_t i = 0; i < kFaultKinds; ++i) by_kind[i] += other.by_kind[i];
  return *this;
}

}  // namespace mesoscore::simulator
