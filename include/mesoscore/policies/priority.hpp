// Higher priority first, by the priorities of open demands; Dominant Resource Fairness among equals. With
// `preempt`, tasks of a lower priority whose role is over its fair share make room for unmet demands: lowest
// priority first, then the role that is furthest above its fair share.
#pragma once

#include <memory>

#include "mesoscore/policy.hpp"

namespace mesoscore::policies {

struct PriorityOptions {
  bool preempt = false;
};
std::unique_ptr<AllocationPolicy> priority(PriorityOptions options = {});

}  // namespace mesoscore::policies
