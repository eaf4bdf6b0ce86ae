// What the allocator keeps for each agent.
#pragma once

#include <cstdint>
#include <memory>

#include "allocator/bag.hpp"
#include "allocator/filter_list.hpp"
#include "allocator/holdings.hpp"
#include "mesoscore/agent_info.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/small_vector.hpp"

namespace mesoscore::allocation {

struct Agent {
  // What a run looks at comes first.
  bool present = false;
  bool active = false;
  bool has_gpus = false;
  bool remote = false;  // in another region than the master
  bool draining = false;
  bool claimed = false;     // waits for a demand for which tasks were preempted
  bool has_shared = false;  // shared volumes
  // More is held than the agent has (its total shrank): what comes back is not free before it fits again.
  bool overcommitted = false;
  HoldingId holdings = kNoHolding;
  std::uint64_t last_granted_run = 0;  // run in which some of it was last granted
  FilterList filters;
  Bag free;  // total less what is held, without shared volumes

  Bag total;
  Bag shared;                             // shared volumes of the total: free for one more copy in each run
  std::shared_ptr<const AgentInfo> info;  // not null while it is present

  bool offerable() const noexcept { return present && active && (has_shared || !free.empty()); }
};

}  // namespace mesoscore::allocation

namespace mesoscore {
template <>
inline constexpr bool is_relocatable<allocation::Agent> = true;
}  // namespace mesoscore
