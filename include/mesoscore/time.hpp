// Time as the core sees it: a value that is handed in.
//
// TimePoint counts nanoseconds since the Unix epoch on a clock that has no now(), so that core code cannot
// read a clock by accident. The runtime passes a clock that starts at the wall time of its construction and
// then advances with the steady clock (never backwards); the simulator passes virtual time.
#pragma once

#include <chrono>

namespace mesoscore {

using Duration = std::chrono::nanoseconds;

struct CoreClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<CoreClock>;
  static constexpr bool is_steady = true;
};
using TimePoint = CoreClock::time_point;

inline constexpr TimePoint kNever = TimePoint::max();

// `at + delay`, saturating at kNever.
constexpr TimePoint after(TimePoint at, Duration delay) noexcept {
  if (delay.count() > 0 && at > kNever - delay) return kNever;
  return at + delay;
}

// Seconds since the Unix epoch, as Mesos writes timestamps.
constexpr double to_unix_seconds(TimePoint at) noexcept {
  return std::chrono::duration<double>(at.time_since_epoch()).count();
}

constexpr double to_seconds(Duration d) noexcept { return std::chrono::duration<double>(d).count(); }

// Rounds to the nearest nanosecond; values outside the range of Duration saturate, NaN becomes zero.
constexpr Duration from_seconds(double seconds) noexcept {
  constexpr double kLargest = 9.2e9;
  if (!(seconds == seconds)) return Duration::zero();
  if (seconds > kLargest) return Duration::max();
  if (seconds < -kLargest) return Duration::min();
  return Duration(static_cast<Duration::rep>(seconds * 1e9 + (seconds < 0 ? -0.5 : 0.5)));
}

}  // namespace mesoscore
