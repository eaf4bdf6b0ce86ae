#pragma once

#include <string>

#include "agent/check_records.hpp"
#include "mesoscore/container.hpp"

namespace mesoscore::agent_detail {

// "health check 'web' (GET http://127.0.0.1:8080/healthy)"
std::string name_of(const Checker& checker);

// What a probe has found, or why it has found nothing: "status 503", "exited with status 1", "connected".
std::string finding(const ProbeResult* result, const std::string& message);

}  // namespace mesoscore::agent_detail
