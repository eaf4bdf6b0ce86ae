// What the allocator keeps for each framework, and for each of its roles.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "allocator/constraint_book.hpp"
#include "allocator/demand_book.hpp"
#include "allocator/holdings.hpp"
#include "allocator/quota_book.hpp"
#include "mesoscore/framework.hpp"

namespace mesoscore::allocation {

// A framework in one of its roles. It exists while the framework is in the role or holds something in it.
struct Leaf {
  std::uint32_t framework = 0;
  NodeId role = kNoNode;
  bool subscribed = false;
  bool suppressed = false;
  bool active = false;  // may be offered: subscribed, not suppressed, framework active
  bool fresh = false;   // became able to take more on any agent since the last run
  FrameworkCapabilities capabilities;
  std::uint32_t minimum = 0;  // number of its min_allocatable list
  std::uint32_t constraints = kNoConstraints;
  std::uint32_t demands = kNoDemands;
  QuotaNumber quota = kNoQuota;  // of its role or the first above it that has quota
  std::uint32_t epoch = 0;       // filters of earlier epochs are dead; survives the reuse of the node
  HoldingId holdings = kNoHolding;
  std::uint64_t active_since_run = 0;
};

struct Framework {
  bool added = false;  // false: known only by what it holds
  bool active = false;
  std::string id;
  FrameworkCapabilities capabilities;
  std::vector<NodeId> leaves;             // ascending by role path
  std::uint32_t first_pick = UINT32_MAX;  // its grants of this run
  std::uint32_t last_pick = UINT32_MAX;
};

}  // namespace mesoscore::allocation
