#pragma once

#include "mesoscore/check.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore {

// Errors do not say which check of the task it is.
Status validate_check(const HealthCheck& check);
Status validate_check(const CheckInfo& check);

}  // namespace mesoscore
