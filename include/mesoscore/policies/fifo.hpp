// First come, first served: key = arrival. Whoever entered its role first gets all it can take.
#pragma once

#include <memory>

#include "mesoscore/policy.hpp"

namespace mesoscore::policies {

std::unique_ptr<AllocationPolicy> fifo();

}  // namespace mesoscore::policies
