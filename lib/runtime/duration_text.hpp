// Durations as Mesos writes them: "5secs", "15mins".
#pragma once

#include <string>
#include <string_view>

#include "mesoscore/result.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::runtime {

// A whole number of the largest unit that allows it.
std::string duration_text(Duration duration);
// Also fractions: "1.5hrs". Negative ones and what is no duration are invalid_argument.
Result<Duration> parse_duration_text(std::string_view text);

}  // namespace mesoscore::runtime
