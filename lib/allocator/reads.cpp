#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

const Quantities& Allocator::total() const noexcept { return state_->total.quantities(); }

Quantities Allocator::allocated(std::string_view role) const {
  Quantities out;
  const NodeId id = state_->tree.find_role(role);
  if (id != kNoNode) state_->total.to_quantities(state_->tree.held(id), false, out);
  return out;
}

Quantities Allocator::allocated(FrameworkHandle framework, std::string_view role) const {
  Quantities out;
  const NodeId leaf = state_->find_leaf(framework, role);
  if (leaf != kNoNode) state_->total.to_quantities(state_->tree.held(leaf), false, out);
  return out;
}

double Allocator::dominant_share(std::string_view role) const {
  const NodeId id = state_->tree.find_role(role);
  return id == kNoNode ? 0 : state_->tree.share(id);
}

double Allocator::dominant_share(FrameworkHandle framework) const {
  const auto number = static_cast<State::FrameworkNumber>(framework);
  if (number >= state_->frameworks.size()) return 0;
  std::vector<std::int64_t> sum(state_->total.names(), 0);
  for (const NodeId leaf : state_->frameworks[number].leaves) {
    const auto held = state_->tree.held(leaf);
    for (std::size_t i = 0; i < held.size(); ++i) add_to(sum[i], held[i]);
  }
  return allocation::dominant_share(sum, state_->total.fair());
}

Resources Allocator::available(AgentHandle agent) const {
  const Agent* found = state_->find(agent);
  return found == nullptr ? Resources() : found->free + found->shared;
}

std::string_view Allocator::policy_name() const noexcept { return state_->tree.policy().name(); }

}  // namespace mesoscore
