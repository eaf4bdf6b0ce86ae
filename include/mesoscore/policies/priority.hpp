// Higher priority first, by the priorities of open demands; Dominant Resource Fairness among equals:
// key = -priority + x / (1 + x) with x = dominant share / weight. With `preempt`, tasks of a lower priority
// make room for unmet demands, if they are of the same role or their role stays at or above its fair share
// without them: lowest priority first, then the role that is furthest above its fair share.
#pragma once

#include <memory>

#include "mesoscore/policy.hpp"

namespace mesoscore::policies {

struct PriorityOptions {
  bool preempt = false;
};
std::unique_ptr<AllocationPolicy> priority(PriorityOptions options = {});

}  // namespace mesoscore::policies
