// The kinds of faults that the simulator injects, and how often it did.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mesoscore::simulator {

enum class FaultKind : std::uint8_t {
  // network
  delay,         // messages under way for long
  drop,          // messages lost with the connection that carried them
  duplicate,     // an update that its receiver had seen before
  reorder,       // a message that came later than one of a newer connection between the same two
  reset,         // a connection broke
  half_open,     // ... and one side was not told
  refused_dial,  // nobody answered there
  late_dial,     // the answer to a dial came after seconds
  stall,         // one direction of one connection stood still
  one_way_cut,   // nothing came through from one node to another
  cut,           // ... in both directions
  // processes
  crash,          // of a process, between two steps
  crash_in_step,  // ... after a part of what a step wanted
  reboot,         // of the machine of an agent, with all that runs on it
  executor_crash,
  clock_jump,
  // disks
  slow_disk,            // a commit took seconds
  full_disk,            // a commit failed, and was tried again
  crash_in_commit,      // while a commit was under way: it is kept
  torn_commit,          // ... or nothing of it is
  crash_before_effect,  // it was kept, and what it carried was not done
  // containers
  launch_failure,
  slow_launch,
  deaf_task,  // did not mind SIGTERM
  failed_task,
  failed_probe,
  lost_probe,  // nothing was heard of it
};
inline constexpr std::size_t kFaultKinds = static_cast<std::size_t>(FaultKind::lost_probe) + 1;

std::string_view to_string(FaultKind kind) noexcept;  // "one_way_cut"

struct FaultCounts {
  std::array<std::uint64_t, kFaultKinds> by_kind{};

  std::uint64_t& operator[](FaultKind kind) noexcept { return by_kind[static_cast<std::size_t>(kind)]; }
  std::uint64_t operator[](FaultKind kind) const noexcept { return by_kind[static_cast<std::size_t>(kind)]; }
  std::uint64_t total() const noexcept;
  FaultCounts& operator+=(const FaultCounts& other) noexcept;
};

}  // namespace mesoscore::simulator
