// Checks of configurations; their errors name the offending value and say what would be right.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mesoscore/result.hpp"
#include "mesoscore/time.hpp"
#include "mesoscore/transport.hpp"

namespace mesoscore::runtime {

// An endpoint to dial: well formed, and its transport is composed. `what`: "master".
Status check_target(const TransportSet& transports, std::string_view endpoint, std::string_view what);
Status check_positive(Duration value, std::string_view name);
// Zero is allowed.
Status check_not_negative(Duration value, std::string_view name);
Status check_backoff(Duration first, Duration max, std::string_view name);
// The limits and times of connections.
Status check_connection(const ConnectionOptions& options);
Error already_started(std::string_view what);

}  // namespace mesoscore::runtime
