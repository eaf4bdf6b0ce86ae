#include <algorithm>

#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

Agent* Allocator::State::find(AgentHandle handle) noexcept {
  const auto number = static_cast<AgentNumber>(handle);
  return number < agents.size() && agents[number].present ? &agents[number] : nullptr;
}

Framework* Allocator::State::find(FrameworkHandle handle) noexcept {
  const auto number = static_cast<FrameworkNumber>(handle);
  return number < frameworks.size() && frameworks[number].added ? &frameworks[number] : nullptr;
}

NodeId Allocator::State::find_leaf(const Framework& framework, std::string_view role) const noexcept {
  const auto at = std::lower_bound(
      framework.leaves.begin(), framework.leaves.end(), role,
      [this](NodeId leaf, std::string_view sought) { return tree.role_path(leaf) < sought; });
  return at != framework.leaves.end() && tree.role_path(*at) == role ? *at : kNoNode;
}

NodeId Allocator::State::find_leaf(FrameworkHandle handle, std::string_view role) const noexcept {
  const auto number = static_cast<FrameworkNumber>(handle);
  return number < frameworks.size() ? find_leaf(frameworks[number], role) : kNoNode;
}

}  // namespace mesoscore
