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

HoldingId Allocator::State::charge(AgentNumber number, NodeId leaf, const Bag& bag) {
  HoldingId id = holdings.find(agents[number].holdings, leaf);
  if (id == kNoHolding) id = holdings.add(number, leaf, {agents[number].holdings, leaves[leaf].holdings});
  if (bag.empty()) return id;
  if (bag.has_shared()) {
    for (const Resource& item : *bag) {
      if (item.shared() && !has_same(holdings.resources(id), item)) charge_shared(number, leaf, item, true);
    }
  }
  tree.charge(leaf, kNoNode, bag.entry()->amounts);
  count_held(leaf, *bag, true);
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
  for (const Resource& item : *agents[number].free) {
    if (!counts_for_quota(item)) continue;
    const Amount amount{total.number_of(item.name()), item.scalar().milli};
    in ? quotas.add_free(amount) : quotas.take_free(amount);
  }
}

HoldingId Allocator::State::record(AgentNumber number, NodeId leaf, const Resources& resources) {
  const Bag more = bags.make(resources, total);
  const HoldingId id = charge(number, leaf, more);
  Bag& held = holdings.bag(id);
  held = bags.plus(held, more, total);
  return id;
}

void Allocator::State::set_free(AgentNumber number, Bag free) {
  count_free(number, false);
  agents[number].free = std::move(free);
  count_free(number, true);
}

void Allocator::State::take_from_free(AgentNumber number, const Resources& resources) {
  const Agent& agent = agents[number];
  const Bag taken = bags.without_shared(bags.make(resources, total), total);
  if (taken.empty()) return;
  const BagTable::Difference left = bags.minus(agent.free, taken, total);
  if (agent.overcommitted || !left.contained) {
    recompute_free(number);
  } else {
    set_free(number, left.bag);
  }
  offerable.set(number, agent.offerable());
}

// The shares shrink by what is gone; the record says already what is left.
void Allocator::State::refund(AgentNumber number, HoldingId id, const Bag& gone) {
  if (gone.empty()) return;
  const NodeId leaf = holdings.record(id).leaf;
  if (gone.has_shared()) {
    for (const Resource& item : *gone) {
      if (item.shared() && !has_same(holdings.resources(id), item)) charge_shared(number, leaf, item, false);
    }
  }
  tree.refund(leaf, kNoNode, gone.entry()->amounts);
  count_held(leaf, *gone, false);
}

void Allocator::State::give_back(AgentNumber number, HoldingId id, const Resources& resources) {
  if (surely_equal(holdings.resources(id), resources)) return give_back_all(number, id);
  if (resources.empty()) return;
  const Bag held = holdings.bag(id);
  Bag gone = bags.make(resources, total);
  BagTable::Difference left = bags.minus(held, gone, total);
  if (!left.contained)
    gone = bags.minus(held, left.bag, total).bag;  // more than there is: take what there is
  if (gone.empty()) return;
  holdings.bag(id) = left.bag;
  refund(number, id, gone);
  if (left.bag.empty()) remove_holding(id);
  give_to_free(number, bags.without_shared(gone, total));
}

void Allocator::State::give_back_all(AgentNumber number, HoldingId id) {
  Bag came_back = std::move(holdings.bag(id));
  refund(number, id, came_back);
  remove_holding(id);
  give_to_free(number, came_back.has_shared() ? bags.without_shared(came_back, total) : std::move(came_back));
}

void Allocator::State::give_to_free(AgentNumber number, Bag more) {
  const Agent& agent = agents[number];
  if (agent.overcommitted) {
    recompute_free(number);
  } else if (agent.free.empty()) {
    set_free(number, std::move(more));
  } else {
    set_free(number, bags.plus(agent.free, more, total));
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
  Bag sum, plain_total;
  const Bag* held = &sum;
  for (HoldingId id = agent.holdings; id != kNoHolding; id = holdings.record(id).next_of_agent) {
    const Bag& more = holdings.bag(id);
    if (held->empty() && !more.has_shared()) {
      held = &more;  // most often there is no other
    } else {
      sum = bags.plus(*held, bags.without_shared(more, total), total);
      held = &sum;
    }
  }
  if (agent.has_shared) plain_total = bags.without_shared(agent.total, total);
  BagTable::Difference left = bags.minus(agent.has_shared ? plain_total : agent.total, *held, total);
  agent.overcommitted = !left.contained;
  set_free(number, std::move(left.bag));
  offerable.set(number, agent.offerable());
}

}  // namespace mesoscore
