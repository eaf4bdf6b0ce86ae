#include "mesoscore/clock.hpp"

namespace mesoscore {

ClockFunction steady_clock_from_wall_time() {
  using Steady = std::chrono::steady_clock;
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const TimePoint begin{std::chrono::duration_cast<Duration>(wall)};
  return [begin, steady = Steady::now()] {
    return begin + std::chrono::duration_cast<Duration>(Steady::now() - steady);
  };
}

}  // namespace mesoscore
