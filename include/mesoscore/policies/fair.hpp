// Weighted max-min fairness of one resource: key = allocated(resource) / weight. Bertsekas and Gallager,
// "Data Networks", 1992, section 6.5.2; the other resources ride along.
#pragma once

#include <memory>

#include "mesoscore/policy.hpp"

namespace mesoscore::policies {

std::unique_ptr<AllocationPolicy> fair(Name resource = "cpus");

}  // namespace mesoscore::policies
