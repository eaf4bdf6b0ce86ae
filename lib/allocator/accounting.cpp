// Who holds what on an agent, and what is therefore free there.
//
// free = total - what is held, kept incrementally. Shared volumes are not part of it: they stay free while
// they are held, and each node of the tree is charged for one only once per agent.
#include "allocator/bags.hpp"
#include "allocator/cut.hpp"
#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

namespace {

bool has_same(const Resources& resources, const Resource& wanted) noexcept {
  for (const Resource& item : resources) {
    if (item.same_identity(wanted)) return true;
  }
  return false;
}

}  // namespace

// The lowest node above `leaf` that is charged for the volume anyhow, because of another framework, is where
// it ends.
void Allocator::State::charge_shared(AgentNumber number, NodeId leaf, const Resource& item, bool take) {
  NodeId stop = kNoNode;
  for (HoldingId id = agents[number].holdings; id != kNoHolding; id = holdings.record(id).next_of_agent) {
    const NodeId other = holdings.record(id).leaf;
    if (other == leaf || !has_same(holdings.resources(id), item)) continue;
    const NodeId common = tree.common_ancestor(leaf, other);
    if (stop == kNoNode || tree.node(common).depth > tree.node(stop).depth) stop = common;
  }
  Amounts amounts;
  total.append(amounts, item);
  take ? tree.charge(leaf, stop, amounts) : tree.refund(leaf, stop, amounts);
}

HoldingId Allocator::State::charge(AgentNumber number, NodeId leaf, const Resources& resources) {
  HoldingId id = holdings.find(agents[number].holdings, leaf);
  if (id == kNoHolding) id = holdings.add(number, leaf, {agents[number].holdings, leaves[leaf].holdings});
  Amounts amounts;
  for (const Resource& item : resources) {
    if (!item.shared()) {
      total.append(amounts, item);
    } else if (!has_same(holdings.resources(id), item)) {
      charge_shared(number, leaf, item, true);
    }
  }
  tree.charge(leaf, kNoNode, amounts);
  count_held(leaf, resources, true);
  return id;
}

void Allocator::State::count_held(NodeId leaf, const Resources& resources, bool more) {
  const QuotaNumber quota = leaves[leaf].quota;
  if (quota == kNoQuota) return;
  for (const Resource& item : resources) {
    if (!counts_for_quota(item)) continue;
    const Amount amount{total.number_of(item.name()), item.scalar().milli};
    more ? quotas.consume(quota, amount) : quotas.release(quota, amount);
  }
}

// What the agent adds to the headroom. Called around every change of what is free there.
void Allocator::State::count_free(AgentNumber number, bool in) {
  if (!quotas.active() || !agents[number].active) return;
  for (const Resource& item : agents[number].free) {
    if (!counts_for_quota(item)) continue;
    const Amount amount{total.number_of(item.name()), item.scalar().milli};
    in ? quotas.add_free(amount) : quotas.take_free(amount);
  }
}

HoldingId Allocator::State::record(AgentNumber number, NodeId leaf, const Resources& resources) {
  const HoldingId id = charge(number, leaf, resources);
  Resources& held = holdings.resources(id);
  if (held.empty()) {
    held = resources;
  } else {
    held += resources;
  }
  return id;
}

void Allocator::State::take_from_free(AgentNumber number, const Resources& resources) {
  Agent& agent = agents[number];
  if (has_shared(resources)) {
    const Resources rest = without_shared(resources);
    if (!rest.empty()) take_from_free(number, rest);
    return;
  }
  if (agent.overcommitted || !agent.free.contains(resources)) {
    recompute_free(number);
  } else {
    count_free(number, false);
    agent.free -= resources;
    count_free(number, true);
  }
  offerable.set(number, agent.offerable());
}

// The shares shrink by what is gone; the record says already what is left.
void Allocator::State::refund(AgentNumber number, HoldingId id, const Resources& gone) {
  const NodeId leaf = holdings.record(id).leaf;
  Amounts amounts;
  for (const Resource& item : gone) {
    if (!item.shared()) {
      total.append(amounts, item);
    } else if (!has_same(holdings.resources(id), item)) {
      charge_shared(number, leaf, item, false);
    }
  }
  tree.refund(leaf, kNoNode, amounts);
  count_held(leaf, gone, false);
}

void Allocator::State::give_back(AgentNumber number, HoldingId id, const Resources& resources) {
  const Resources& held = holdings.resources(id);
  if (surely_equal(held, resources)) return give_back_all(number, id);
  if (!held.contains(resources)) {  // more than there is: take what there is
    Resources left = held;
    left -= resources;
    return give_back(number, id, held - left);
  }
  if (resources.empty()) return;
  holdings.resources(id) -= resources;
  refund(number, id, resources);
  if (held.empty()) remove_holding(id);
  give_to_free(number, has_shared(resources) ? without_shared(resources) : resources);
}

void Allocator::State::give_back_all(AgentNumber number, HoldingId id) {
  std::swap(came_back, holdings.resources(id));
  refund(number, id, came_back);
  remove_holding(id);
  if (has_shared(came_back)) came_back = without_shared(came_back);
  if (agents[number].free.empty() && !agents[number].overcommitted) {
    std::swap(agents[number].free, came_back);
    count_free(number, true);
    mark(number);
  } else {
    give_to_free(number, came_back);
  }
  came_back.clear();
}

void Allocator::State::give_to_free(AgentNumber number, const Resources& resources) {
  if (agents[number].overcommitted) {
    recompute_free(number);
  } else {
    count_free(number, false);
    agents[number].free += resources;
    count_free(number, true);
  }
  mark(number);
}

void Allocator::State::remove_holding(HoldingId id) {
  const Holdings::Record record = holdings.record(id);
  holdings.remove(id, {agents[record.agent].holdings, leaves[record.leaf].holdings});
  drop_leaf_if_unused(record.leaf);
}

void Allocator::State::recompute_free(AgentNumber number) {
  Agent& agent = agents[number];
  count_free(number, false);
  agent.free = without_shared(agent.total);
  Resources held;
  for (HoldingId id = agent.holdings; id != kNoHolding; id = holdings.record(id).next_of_agent) {
    held += without_shared(holdings.resources(id));
  }
  agent.overcommitted = !agent.free.contains(held);
  agent.free -= held;
  count_free(number, true);
  offerable.set(number, agent.offerable());
}

}  // namespace mesoscore
