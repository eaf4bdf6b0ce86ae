// In which order a run goes through the agents: the second axis of an allocation policy.
//
// Random, the default of the allocator, spreads load and hides nothing. An AgentOrder gives each agent a
// score from what it has and what is free there; the smallest score comes first, ties go to the smaller
// handle, and an agent's score is computed anew after each grant on it. With whole-agent offers the order
// says who gets which agent; with stated demand (demand.hpp) it is placement.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "mesoscore/agent_info.hpp"
#include "mesoscore/resources.hpp"

namespace mesoscore {

class AgentOrder {
 public:
  struct Agent {
    const AgentInfo& info;
    const Quantities& free;     // neither offered nor used; shared volumes left out
    const Quantities& total;    // of this agent
    const Quantities& cluster;  // of all agents
  };

  virtual ~AgentOrder() = default;
  virtual std::string_view name() const noexcept = 0;
  // A pure function. NaN counts as last, and so does an exception.
  virtual double score(const Agent& agent) = 0;
};

namespace agent_orders {

// Fullest first: score = -max over r of used(r) / total(r), of the agent itself, used = total - free.
std::shared_ptr<AgentOrder> pack();
// Emptiest first: the negative of that.
std::shared_ptr<AgentOrder> spread();
// Smallest dominant remaining resource first: score = max over r of free(r) / cluster(r). Differs from pack()
// where agents differ in size: small jobs stay on small agents, as in best-fit bin packing.
std::shared_ptr<AgentOrder> best_fit();
std::shared_ptr<AgentOrder> by(std::string name, std::function<double(const AgentOrder::Agent&)> score);

}  // namespace agent_orders
}  // namespace mesoscore
