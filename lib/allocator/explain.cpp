// Why a framework gets what it gets.
#include <algorithm>

#include "allocator/sentence.hpp"
#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

Refusal Allocator::State::refusal(NodeId id, AgentNumber number, TimePoint at,
                                  TimePoint& earliest_expiry) const {
  const Leaf& leaf = leaves[id];
  const Agent& agent = agents[number];
  Refusal why = Refusal::none;
  if (!frameworks[leaf.framework].active) why = why | Refusal::inactive;
  if (leaf.suppressed) why = why | Refusal::suppressed;
  if (!agent.active) why = why | Refusal::agent_inactive;
  if (agent.has_gpus && options.gpus_need_capability &&
      !leaf.capabilities.has(FrameworkCapability::gpu_resources)) {
    why = why | Refusal::needs_gpu_capability;
  }
  return why | refusal_of_free(id, number, at, earliest_expiry);
}

Refusal Allocator::State::refusal_of_free(NodeId id, AgentNumber number, TimePoint at,
                                          TimePoint& earliest_expiry) const {
  const Leaf& leaf = leaves[id];
  const Agent& agent = agents[number];
  const std::string& role = tree.node(leaf.role).path;
  AgentShare here;
  here.begin(agent.free, agent.shared);
  const Resources& offer = here.offer(leaf.role, role, leaf.capabilities);
  if (here.empty()) {
    const HoldingId held = agent.holdings;
    const bool others_hold = held != kNoHolding && (holdings.record(held).leaf != id ||
                                                    holdings.record(held).next_of_agent != kNoHolding);
    const bool was_there = agent.last_granted_run != 0 && leaf.active_since_run <= agent.last_granted_run;
    return leaf.active && others_hold && was_there ? Refusal::nothing_free | Refusal::behind
                                                   : Refusal::nothing_free;
  }
  if (offer.empty()) return here.reserved_to_others(role) ? Refusal::reserved : Refusal::nothing_free;
  Refusal why = Refusal::none;
  if (!here.is_enough(leaf.minimum, minimums[leaf.minimum])) why = why | Refusal::below_minimum;
  for (const Filter& filter : agent.filters.of(id)) {
    if (is_dead(filter) || is_over(filter, at) || !here.held_back_by(agent.filters, filter)) continue;
    why = why | Refusal::filtered;
    earliest_expiry = std::min(earliest_expiry, filter.expiry);
  }
  return why;
}

Explanation Allocator::State::explain(NodeId id, TimePoint at) const {
  Explanation out;
  std::array<std::uint32_t, kReasons.size()> counts{};
  for (AgentNumber number = 0; number < agents.size(); ++number) {
    if (!agents[number].present) continue;
    ++out.agents;
    const Refusal why = refusal(id, number, at, out.earliest_filter_expiry);
    const auto first =
        std::find_if(kReasons.begin(), kReasons.end(), [why](Refusal bit) { return has(why, bit); });
    if (first == kReasons.end()) {
      ++out.eligible;
    } else {
      ++counts[static_cast<std::size_t>(first - kReasons.begin())];
    }
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) out.counts.push_back({kReasons[i], counts[i]});
  }
  std::stable_sort(out.counts.begin(), out.counts.end(),
                   [](const auto& a, const auto& b) { return a.agents > b.agents; });
  const NodeId role = leaves[id].role;
  out.share = tree.share(id);
  out.role_share = tree.share(role) / tree.node(role).weight;
  out.sentence = sentence(out);
  return out;
}

Explanation Allocator::explain(FrameworkHandle framework, std::string_view role, TimePoint now) const {
  const State::NodeId leaf = state_->find_leaf(framework, role);
  if (leaf != kNoNode && state_->leaves[leaf].subscribed) return state_->explain(leaf, now);
  Explanation out;
  out.sentence = "the framework is not in this role";
  return out;
}

Refusal Allocator::explain(FrameworkHandle framework, std::string_view role, AgentHandle agent,
                           TimePoint now) const {
  const State::NodeId leaf = state_->find_leaf(framework, role);
  if (leaf == kNoNode || !state_->leaves[leaf].subscribed) return Refusal::inactive;
  if (state_->find(agent) == nullptr) return Refusal::agent_inactive;
  TimePoint expiry = kNever;
  return state_->refusal(leaf, static_cast<State::AgentNumber>(agent), now, expiry);
}

}  // namespace mesoscore
