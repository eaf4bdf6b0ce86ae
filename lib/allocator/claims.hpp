// An agent on which tasks were preempted, and the demand for which that was done.
#pragma once

#include <cstdint>

#include "allocator/sibling_order.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::allocation {

struct Claim {
  NodeId leaf = kNoNode;
  std::uint64_t demand = 0;  // its number
  std::uint32_t units = 0;   // not served yet
  TimePoint until = kNever;
};

}  // namespace mesoscore::allocation
