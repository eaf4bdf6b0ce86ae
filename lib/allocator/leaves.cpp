// A framework in one of its roles.
#include <algorithm>

#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

NodeId Allocator::State::make_leaf(FrameworkNumber framework, std::string_view role) {
  if (frameworks.size() <= framework) frameworks.resize(framework + 1);
  if (const NodeId found = find_leaf(frameworks[framework], role); found != kNoNode) return found;
  const NodeId id = tree.add_leaf(role, frameworks[framework].id);
  if (leaves.size() < tree.capacity()) leaves.resize(tree.capacity());
  leaves[id].framework = framework;
  leaves[id].role = tree.role_of(id);
  leaves[id].capabilities = frameworks[framework].capabilities;
  leaves[id].quota = quotas.nearest(role);
  std::vector<NodeId>& all = frameworks[framework].leaves;
  all.insert(std::lower_bound(
                 all.begin(), all.end(), role,
                 [this](NodeId leaf, std::string_view sought) { return tree.role_path(leaf) < sought; }),
             id);
  return id;
}

void Allocator::State::describe(NodeId id, const FrameworkInfo& info, bool suppressed) {
  Leaf& leaf = leaves[id];
  if (leaf.suppressed && !suppressed) clear_filters_of(id);
  bool can_take_more = leaf.capabilities != info.capabilities;
  if (!leaf.subscribed) tree.set_arrival(id, ++arrivals);
  leaf.subscribed = true;
  leaf.suppressed = suppressed;
  leaf.capabilities = info.capabilities;
  const auto own = info.min_allocatable.find(RoleName(tree.role_path(id)));
  const bool has_own = own != info.min_allocatable.end();
  if ((leaf.minimum != 0) != has_own || (has_own && minimums[leaf.minimum] != own->second)) {
    minimums.remove(leaf.minimum);
    leaf.minimum = has_own ? minimums.add(own->second) : 0;
    can_take_more = true;
  }
  can_take_more |= describe_constraints(leaf, info, tree.role_path(id));
  update_activity(id);
  if (!can_take_more) return;
  let_go(id);  // it may not be fit for the gang any more
  make_fresh(id);
}

// True if they are others than before.
bool Allocator::State::describe_constraints(Leaf& leaf, const FrameworkInfo& info, const std::string& role) {
  const auto given = info.offer_constraints.find(RoleName(role));
  const OfferConstraints none;
  const OfferConstraints& after = given == info.offer_constraints.end() ? none : given->second;
  const ConstraintMatch* match = constraints.match(leaf.constraints);
  if ((match == nullptr ? none : match->constraints()) == after) return false;
  constraints.remove(leaf.constraints);
  leaf.constraints = constraints.add(after);
  return true;
}

void Allocator::State::unsubscribe(NodeId id) {
  drop_demands(id);
  tree.set_arrival(id, 0);
  constraints.remove(leaves[id].constraints);
  leaves[id].constraints = kNoConstraints;
  leaves[id].subscribed = false;
  leaves[id].suppressed = false;
  clear_filters_of(id);
  update_activity(id);
  drop_leaf_if_unused(id);
}

void Allocator::State::drop_leaf_if_unused(NodeId id) {
  Leaf& leaf = leaves[id];
  if (leaf.subscribed || leaf.holdings != kNoHolding) return;
  if (leaf.fresh) std::erase(fresh, id);
  std::erase(frameworks[leaf.framework].leaves, id);
  minimums.remove(leaf.minimum);
  tree.remove_leaf(id);
  const std::uint32_t epoch = leaf.epoch + 1;
  leaf = Leaf();
  leaf.epoch = epoch;
}

void Allocator::State::update_activity(NodeId id) {
  Leaf& leaf = leaves[id];
  const bool active = leaf.subscribed && !leaf.suppressed && frameworks[leaf.framework].active;
  if (active == leaf.active) return;
  leaf.active = active;
  active_leaves.make_room(id + 1);
  active_leaves.set(id, active);
  leaf.active_since_run = runs;
  if (!active) let_go(id);
  if (!active && !claims.empty()) event();  // one of its may be over
  tree.set_active(id, active);
  if (active) make_fresh(id);
}

void Allocator::State::make_fresh(NodeId id) {
  Leaf& leaf = leaves[id];
  if (!leaf.active || leaf.fresh) return;
  leaf.fresh = true;
  fresh.push_back(id);
  event();
}

}  // namespace mesoscore
