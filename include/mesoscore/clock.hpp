// The clock that the runtime reads. Replace it in tests of your own shell.
#pragma once

#include <functional>

#include "mesoscore/time.hpp"

namespace mesoscore {

using ClockFunction = std::function<TimePoint()>;

// Starts at the wall time of the call and advances with the steady clock: never backwards.
ClockFunction steady_clock_from_wall_time();

}  // namespace mesoscore
