// One agent in a run: the first eligible leaf in the policy's order gets all that it may have, again and
// again until nothing is left or nobody is eligible.
#include <algorithm>

#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

namespace {

// Up to so many leaves are compared with each other instead of walking the tree.
constexpr std::size_t kFewTakers = 8;
constexpr std::size_t kManyFilters = 16;

}  // namespace

void Allocator::State::serve(AgentNumber number) {
  Agent& agent = agents[number];
  tree.begin_visit();
  if (agent.has_shared) {
    shared_left = agent.shared;
  } else {
    shared_left.clear();
  }
  share.begin(agent.free, shared_left);
  blocked_on = 0;
  const bool few = list_takers(number);
  if (!few && nobody_unblocked(agent)) return;
  while (!share.empty()) {
    const NodeId leaf = few ? first_taker(number) : first_in_order(number);
    if (leaf == kNoNode) break;
    grant(number, leaf);
  }
  offerable.set(number, agent.offerable());
}

// On an agent with many filters it is quicker to note once which leaves they hold back than to look for the
// filters of each leaf. That needs one offer for all. True if they hold back everybody.
bool Allocator::State::nobody_unblocked(const Agent& agent) {
  if (agent.filters.all().size() < kManyFilters || !share.is_uniform()) return false;
  blocked_on = tree.visit();
  if (blocked.size() < leaves.size()) blocked.resize(leaves.size(), 0);
  std::uint32_t count = 0;
  share.offer(kNoNode, {}, {});
  for (const Filter& filter : agent.filters.all()) {
    if (is_dead(filter) || blocked[filter.leaf] == blocked_on || !share.held_back_by(agent.filters, filter))
      continue;
    blocked[filter.leaf] = blocked_on;
    count += leaves[filter.leaf].active;
  }
  return count == tree.node(tree.root()).active_leaves && !tree.random_order();
}

bool Allocator::State::is_blocked(const Agent& agent, NodeId id) {
  if (blocked_on != 0) return blocked[id] == blocked_on;
  for (const Filter& filter : agent.filters.of(id)) {
    if (!is_dead(filter) && share.held_back_by(agent.filters, filter)) return true;
  }
  return false;
}

// The leaves for which something has changed since nobody was eligible for what the agent has. False: too
// many, or all, or the order is random, which has to be drawn for everybody.
bool Allocator::State::list_takers(AgentNumber number) {
  takers.clear();
  if (whole.contains(number) || agents[number].has_shared || tree.random_order()) return false;
  const auto [first, last] =
      std::equal_range(retries.begin(), retries.end(), Retry{number, 0},
                       [](const Retry& a, const Retry& b) { return a.agent < b.agent; });
  if (fresh.size() + static_cast<std::size_t>(last - first) > kFewTakers) return false;
  for (const NodeId leaf : fresh) takers.push_back(leaf);
  for (auto retry = first; retry != last; ++retry) takers.push_back(retry->leaf);
  return true;
}

NodeId Allocator::State::first_taker(AgentNumber number) {
  NodeId best = kNoNode;
  for (const NodeId leaf : takers) {
    if (!leaves[leaf].active || !eligible(agents[number], leaf)) continue;
    if (best == kNoNode || tree.before(leaf, best)) best = leaf;
  }
  return best;
}

NodeId Allocator::State::first_in_order(AgentNumber number) {
  const Agent& agent = agents[number];
  // With random order every visit makes the same draws, whatever there is to give.
  const bool all_roles = tree.random_order();
  return tree.first([&](NodeId role) { return all_roles || share.any_below(tree.node(role).path); },
                    [&](NodeId leaf) { return eligible(agent, leaf); });
}

const Resources& Allocator::State::offer_to(NodeId id) {
  const Leaf& leaf = leaves[id];
  return share.offer(leaf.role, tree.node(leaf.role).path, leaf.capabilities);
}

bool Allocator::State::eligible(const Agent& agent, NodeId id) {
  const Leaf& leaf = leaves[id];
  if (agent.has_gpus && options.gpus_need_capability &&
      !leaf.capabilities.has(FrameworkCapability::gpu_resources)) {
    return false;
  }
  if (offer_to(id).empty()) return false;
  if (is_blocked(agent, id)) return false;
  return share.is_enough(leaf.minimum, minimums[leaf.minimum]);
}

void Allocator::State::grant(AgentNumber number, NodeId id) {
  Agent& agent = agents[number];
  offer_to(id);
  const bool everything = share.is_everything() && !agent.has_shared;
  const HoldingId held = holdings.find(agent.holdings, id);
  const std::uint32_t part =
      everything && held == kNoHolding ? kAll : static_cast<std::uint32_t>(parts.size());
  if (part != kAll) parts.push_back(offer_to(id));
  picks.push_back(
      {leaves[id].framework, everything ? move_free(number, id) : move_part(number, id), kAll, part});
  tree.chosen(id);
  agent.last_granted_run = runs;
  share.begin(agent.free, shared_left);
}

// The usual grant: what is free changes hands as it is.
HoldingId Allocator::State::move_free(AgentNumber number, NodeId leaf) {
  Resources& free = agents[number].free;
  const HoldingId id = charge(number, leaf, free);
  Resources& held = holdings.resources(id);
  if (held.empty()) {
    std::swap(held, free);
  } else {
    held += free;
    free.clear();
  }
  return id;
}

HoldingId Allocator::State::move_part(AgentNumber number, NodeId leaf) {
  const Resources& granted = parts.back();
  const HoldingId id = record(number, leaf, granted);
  take_from_free(number, granted);
  shared_left -= granted.filter([](const Resource& item) { return item.shared(); });
  return id;
}

}  // namespace mesoscore
