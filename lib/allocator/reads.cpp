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
  return found == nullptr ? Resources() : *found->free + *found->shared;
}

std::uint32_t Allocator::open_units(FrameworkHandle framework, std::string_view role) const {
  const State::NodeId leaf = state_->find_leaf(framework, role);
  if (leaf == kNoNode || state_->leaves[leaf].demands == kNoDemands) return 0;
  std::uint32_t units = 0;
  for (const OpenDemand& demand : state_->demands[state_->leaves[leaf].demands].demands) {
    units += demand.open + demand.collected();
  }
  return units;
}

Quota Allocator::quota(std::string_view role) const {
  const QuotaNumber number = state_->quotas.find(role);
  return number == kNoQuota ? Quota() : state_->quotas.quota(number);
}

Quantities Allocator::consumed(std::string_view role) const { return state_->consumed(role); }

Quantities Allocator::over_limit(std::string_view role) const {
  const QuotaBook& quotas = state_->quotas;
  Quantities out;
  for (QuotaNumber number = quotas.nearest(role); number != kNoQuota; number = quotas.above(number)) {
    for (const auto& [name, most] : quotas.quota(number).limit.entries()) {
      const std::uint32_t resource = state_->total.number_if_known(name);
      if (resource == UINT32_MAX) continue;
      const std::int64_t over = quotas.consumed(number, resource) - most.milli;
      if (over > out.get(name).milli) out.set(name, {over});
    }
  }
  return out;
}

Quantities Allocator::missing_headroom() const {
  Quantities out;
  for (std::uint32_t resource = 0; resource < state_->total.names(); ++resource) {
    const std::int64_t missing = state_->quotas.needed(resource) - state_->quotas.free(resource);
    if (missing > 0) out.set(state_->total.name_of(resource), {missing});
  }
  return out;
}

std::string_view Allocator::policy_name() const noexcept { return state_->tree.policy().name(); }

}  // namespace mesoscore
