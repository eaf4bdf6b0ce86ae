// One agent in a run: the first eligible leaf in the policy's order gets all that it may have, again and
// again until nothing is left or nobody is eligible.
#include <algorithm>

#include "allocator/cut.hpp"
#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

namespace {

// Up to so many leaves are compared with each other instead of walking the tree.
constexpr std::size_t kFewTakers = 8;

}  // namespace

Taker Allocator::State::taker(NodeId id) const {
  const Leaf& leaf = leaves[id];
  return {leaf.role, tree.node(leaf.role).path, leaf.capabilities, leaf.quota};
}

void Allocator::State::begin_share(AgentNumber number) {
  Agent& agent = agents[number];
  share.begin(agent.free, shared_left, gpus_apart(agent));
}

void Allocator::State::serve(AgentNumber number) {
  Agent& agent = agents[number];
  tree.begin_visit();
  sweep_filters(agent);
  begin_shared(number);
  begin_share(number);
  refused_one_by_one = false;
  if (is_dry(agent)) return;
  while (serve_once(number)) {
  }
  note_dry(agent);
  end_serving(number);
}

// Of a shared volume each run offers one copy at most, however often it comes by.
void Allocator::State::begin_shared(AgentNumber number) {
  shared_left.clear();
  if (!agents[number].has_shared) return;
  const auto left = shared_left_on.find(number);
  shared_left = left == shared_left_on.end() ? *agents[number].shared : left->second;
}

void Allocator::State::end_serving(AgentNumber number) {
  const Agent& agent = agents[number];
  if (agent.has_shared) shared_left_on[number] = shared_left;
  offerable.set(number, agent.offerable());
}

bool Allocator::State::serve_once(AgentNumber number) {
  if (share.empty()) return false;
  const NodeId leaf = next_taker(number);
  if (leaf == kNoNode) return false;
  grant(number, leaf);
  return true;
}

NodeId Allocator::State::next_taker(AgentNumber number) {
  const Agent& agent = agents[number];
  const bool few = list_takers(number);
  if (few) refused_one_by_one = true;
  if (!few && nobody_unblocked(agent)) {
    refused_one_by_one = true;
    return kNoNode;
  }
  const auto next = [&] { return few ? first_taker(number) : first_in_order(number); };
  for_gpu_users = gpus_apart(agent);
  NodeId leaf = next();
  if (leaf == kNoNode && for_gpu_users) {
    for_gpu_users = false;
    leaf = next();
  }
  for_gpu_users = false;
  return leaf;
}

// What nobody took of one agent nobody takes of another that has less: in the course of a pass all that
// changes makes fewer eligible. That holds if it was for what there is, not for which agent it is; random
// order has to be drawn.
bool Allocator::State::is_dry(const Agent& agent) const {
  return dry && !agent.has_shared && !agent.claimed && !tree.random_order() && share.is_plain() &&
         dry->contains(share.pool().quantities());
}

void Allocator::State::note_dry(const Agent& agent) {
  if (share.empty() || refused_one_by_one || agent.has_shared || agent.claimed || tree.random_order() ||
      !share.is_plain())
    return;
  dry = share.pool().quantities();
}

// Does the bag that is usually refused hold back everybody? That needs one offer for all.
bool Allocator::State::nobody_unblocked(const Agent& agent) {
  if (agent.filters.empty() || !share.is_uniform() || tree.random_order()) return false;
  share.uniform_offer();
  if (!share.usually_refused(agent.filters)) return false;
  const std::span<const std::uint64_t> refused = agent.filters.usual_bits();
  for (std::size_t word = 0; word < active_leaves.words(); ++word) {
    if ((active_leaves.word(word) & ~(word < refused.size() ? refused[word] : 0)) != 0) return false;
  }
  return true;
}

bool Allocator::State::is_blocked(const Agent& agent, NodeId id) {
  if (agent.filters.empty()) return false;
  if (agent.filters.usually_refused(id) && share.usually_refused(agent.filters)) return true;
  for (const FilterList::Unusual& filter : agent.filters.unusual_of(id)) {
    if (filter.refused->contains(share.offered())) return true;
  }
  return false;
}

// The leaves for which something has changed since nobody was eligible for what the agent has. False: too
// many, or all, or the order is random, which has to be drawn for everybody. With stated demands it may be
// anybody: when another takes some of the agent, what is cut out of the rest may be something that was not
// refused.
bool Allocator::State::list_takers(AgentNumber number) {
  takers.clear();
  if (quotas.active() || !demands.empty() || whole.contains(number) || agents[number].has_shared ||
      tree.random_order())
    return false;
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
    if (!leaves[leaf].active || !eligible(number, leaf)) continue;
    if (best == kNoNode || tree.before(leaf, best)) best = leaf;
  }
  return best;
}

NodeId Allocator::State::first_in_order(AgentNumber number) {
  // With random order every visit makes the same draws, whatever there is to give.
  const bool all_roles = tree.random_order();
  return tree.first([&](NodeId role) { return all_roles || share.any_below(tree.node(role).path); },
                    [&](NodeId leaf) { return eligible(number, leaf); });
}

const Resources& Allocator::State::offer_to(NodeId id) { return share.offer(taker(id)); }

bool Allocator::State::may_see(AgentNumber number, NodeId id) {
  const Agent& agent = agents[number];
  const Leaf& leaf = leaves[id];
  if (for_gpu_users && agent.has_gpus && !leaf.capabilities.has(FrameworkCapability::gpu_resources))
    return false;
  if (agent.claimed && claims.at(number).leaf != id) return false;
  return suits(agent, number, id);
}

bool Allocator::State::suits(const Agent& agent, AgentNumber number, NodeId id) const {
  const Leaf& leaf = leaves[id];
  if (agent.has_gpus && options.gpu_agents == AllocatorOptions::GpuAgents::never &&
      !leaf.capabilities.has(FrameworkCapability::gpu_resources)) {
    return false;
  }
  if (agent.remote && !leaf.capabilities.has(FrameworkCapability::region_aware)) return false;
  return constraints.passes(leaf.constraints, number, *agent.info);
}

bool Allocator::State::is_owed(NodeId id) {
  const QuotaNumber quota = leaves[id].quota;
  if (quota == kNoQuota) return false;
  for (const Resource& item : offer_to(id)) {
    if (counts_for_quota(item) && quotas.is_owed(quota, total.number_if_known(item.name()))) return true;
  }
  return false;
}

bool Allocator::State::eligible(AgentNumber number, NodeId id) {
  const Agent& agent = agents[number];
  const Leaf& leaf = leaves[id];
  if (for_guarantees && !quotas.is_owed_anything(leaf.quota)) return false;
  if (!may_see(number, id)) {
    refused_one_by_one = true;
    return false;
  }
  const bool demanding = leaf.demands != kNoDemands;
  if (offer_to(id).empty() || (for_guarantees && !is_owed(id))) return false;
  if (is_blocked(agent, id)) {
    refused_one_by_one = true;
    return false;
  }
  if (demanding) return find_wanted(number, id);
  return share.is_enough(leaf.minimum, minimums[leaf.minimum]);
}

void Allocator::State::grant(AgentNumber number, NodeId id) {
  Agent& agent = agents[number];
  const bool demanding = leaves[id].demands != kNoDemands;
  if (demanding) find_wanted(number, id);
  const Resources& granted = demanding ? wanted.resources : offer_to(id);
  const bool everything = !demanding && share.is_everything() && !agent.has_shared;
  std::uint32_t part = kAll;
  if (!everything || holdings.find(agent.holdings, id) != kNoHolding) {
    part = static_cast<std::uint32_t>(parts.size());
    parts.push_back(granted);
  }
  const std::uint32_t demand = demanding ? note_served(number, id, *wanted.demand, wanted.units) : kAll;
  const HoldingId held = everything ? move_free(number, id) : move_part(number, id, parts[part]);
  holdings.granted(held, now);
  picks.push_back({number, id, held, kAll, part, demand});
  tree.chosen(id);
  agent.last_granted_run = runs;
  begin_share(number);
}

// The usual grant: what is free changes hands as it is.
HoldingId Allocator::State::move_free(AgentNumber number, NodeId leaf) {
  count_free(number, false);
  Bag free = std::move(agents[number].free);
  const HoldingId id = charge(number, leaf, free);
  Bag& held = holdings.bag(id);
  held = held.empty() ? std::move(free) : bags.plus(held, free, total);
  return id;
}

HoldingId Allocator::State::move_part(AgentNumber number, NodeId leaf, const Resources& part) {
  const HoldingId id = record(number, leaf, part);
  take_from_free(number, part);
  shared_left -= part.filter([](const Resource& item) { return item.shared(); });
  return id;
}

}  // namespace mesoscore
