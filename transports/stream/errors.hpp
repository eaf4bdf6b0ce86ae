// Errors of the operating system as errors of ours.
#pragma once

#include <string_view>
#include <system_error>

#include "mesoscore/result.hpp"

namespace mesoscore::stream {

// "tcp://127.0.0.1:5050: Connection refused"
Error system_error(std::string_view where, std::error_code error);

}  // namespace mesoscore::stream
