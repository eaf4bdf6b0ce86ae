#include <algorithm>

#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

namespace {

bool contains(std::span<const RoleName> roles, std::string_view role) noexcept {
  return std::any_of(roles.begin(), roles.end(), [role](const RoleName& each) { return each == role; });
}

}  // namespace

void Allocator::State::subscribe(FrameworkHandle handle, const FrameworkInfo& info,
                                 std::span<const RoleName> suppressed) {
  const auto number = static_cast<FrameworkNumber>(handle);
  if (frameworks.size() <= number) frameworks.resize(number + 1);
  frameworks[number].added = true;
  frameworks[number].capabilities = info.capabilities;
  if (frameworks[number].id != info.id.view()) {
    frameworks[number].id = info.id.view();
    for (const NodeId leaf : frameworks[number].leaves) tree.rename_leaf(leaf, info.id);
  }
  for (const RoleName& role : info.roles) describe(make_leaf(number, role), info, contains(suppressed, role));
  const std::vector<NodeId> all = frameworks[number].leaves;  // dropping a leaf changes the list
  for (const NodeId leaf : all) {
    if (!contains(info.roles, tree.role_path(leaf))) unsubscribe(leaf);
  }
}

void Allocator::State::remove(FrameworkHandle handle) {
  if (find(handle) == nullptr) return;
  const auto number = static_cast<FrameworkNumber>(handle);
  const std::vector<NodeId> all = frameworks[number].leaves;
  for (const NodeId leaf : all) {
    while (leaves[leaf].holdings != kNoHolding) {
      const HoldingId holding = leaves[leaf].holdings;
      give_back_all(holdings.record(holding).agent, holding);
    }
    if (leaves[leaf].subscribed) unsubscribe(leaf);
  }
  frameworks[number] = Framework();
}

void Allocator::State::set_active(FrameworkHandle handle, bool active) {
  Framework* framework = find(handle);
  if (framework == nullptr || framework->active == active) return;
  framework->active = active;
  for (const NodeId leaf : framework->leaves) {
    if (!active) clear_filters_of(leaf);
    update_activity(leaf);
  }
}

void Allocator::State::set_suppressed(FrameworkHandle handle, std::span<const RoleName> roles,
                                      bool suppressed) {
  const Framework* framework = find(handle);
  if (framework == nullptr) return;
  for (const NodeId leaf : framework->leaves) {
    if (!leaves[leaf].subscribed || (!roles.empty() && !contains(roles, tree.role_path(leaf)))) continue;
    leaves[leaf].suppressed = suppressed;
    if (!suppressed) clear_filters_of(leaf);
    update_activity(leaf);
    if (!suppressed) make_fresh(leaf);
  }
}

}  // namespace mesoscore
