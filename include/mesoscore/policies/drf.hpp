// Dominant Resource Fairness: key = dominant share / weight. Ghodsi et al., NSDI 2011; weights as in its
// section 4.3.
#pragma once

#include <memory>

#include "mesoscore/policy.hpp"

namespace mesoscore::policies {

std::unique_ptr<AllocationPolicy> drf();

}  // namespace mesoscore::policies
