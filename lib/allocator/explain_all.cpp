// Explanations of one agent, and over all of them.
#include <algorithm>
#include <map>

#include "allocator/sentence.hpp"
#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

namespace {

Refusal first_of_reasons(Refusal why) noexcept {
  const auto first =
      std::find_if(kReasons.begin(), kReasons.end(), [why](Refusal bit) { return has(why, bit); });
  return first == kReasons.end() ? Refusal::none : *first;
}

// The three most frequent, by name among equals.
std::vector<RoleName> most_frequent(const std::map<std::string, std::uint32_t>& counts) {
  std::vector<std::pair<std::string, std::uint32_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<RoleName> out;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, sorted.size()); ++i) out.emplace_back(sorted[i].first);
  return out;
}

}  // namespace

Explanation Allocator::State::explain(NodeId id, TimePoint at) const {
  Explanation out;
  std::map<Refusal, std::uint32_t> counts;
  std::map<std::string, std::uint32_t> holders;
  for (AgentNumber number = 0; number < agents.size(); ++number) {
    if (!agents[number].present) continue;
    ++out.agents;
    AgentExplanation detail;
    const Refusal first = first_of_reasons(refusal(id, number, at, &detail));
    out.eligible += first == Refusal::none;
    if (first != Refusal::none) ++counts[first];
    if (detail.filtered_until) {
      out.earliest_filter_expiry =
          std::min(out.earliest_filter_expiry.value_or(*detail.filtered_until), *detail.filtered_until);
    }
    if (!detail.limited_by.empty()) out.limited_by = detail.limited_by;
    if (!detail.headroom_for.empty()) out.headroom_for = detail.headroom_for;
    if (first != Refusal::behind) continue;
    for (HoldingId held = agents[number].holdings; held != kNoHolding;
         held = holdings.record(held).next_of_agent) {
      if (holdings.record(held).leaf != id) ++holders[tree.role_path(holdings.record(held).leaf)];
    }
  }
  for (const Refusal reason : kReasons) {
    if (const auto count = counts.find(reason); count != counts.end())
      out.counts.push_back({reason, count->second});
  }
  std::stable_sort(out.counts.begin(), out.counts.end(),
                   [](const auto& a, const auto& b) { return a.agents > b.agents; });
  out.behind = most_frequent(holders);
  if (leaves[id].demands != kNoDemands) {
    for (const OpenDemand& demand : demands[leaves[id].demands].demands) out.open_units += demand.open;
  }
  const NodeId role = leaves[id].role;
  out.share = tree.share(id);
  out.role_share = tree.share(role) / tree.node(role).weight;
  out.sentence = sentence(out, at);
  return out;
}

AgentExplanation Allocator::State::explain(NodeId id, AgentNumber number, TimePoint at) const {
  AgentExplanation out;
  for (HoldingId held = agents[number].holdings; held != kNoHolding;
       held = holdings.record(held).next_of_agent) {
    const Holdings::Record& record = holdings.record(held);
    out.holders.push_back({FrameworkId(frameworks[leaves[record.leaf].framework].id),
                           RoleName(tree.role_path(record.leaf)), record.since});
  }
  out.reasons = refusal(id, number, at, &out);
  out.sentence = sentence(out, at);
  return out;
}

Explanation Allocator::explain(FrameworkHandle framework, std::string_view role, TimePoint now) const {
  const State::NodeId leaf = state_->find_leaf(framework, role);
  if (leaf != kNoNode && state_->leaves[leaf].subscribed) return state_->explain(leaf, now);
  Explanation out;
  out.sentence = "the framework is not in this role";
  return out;
}

AgentExplanation Allocator::explain(FrameworkHandle framework, std::string_view role, AgentHandle agent,
                                    TimePoint now) const {
  AgentExplanation out;
  const State::NodeId leaf = state_->find_leaf(framework, role);
  if (leaf == kNoNode || !state_->leaves[leaf].subscribed) {
    out.reasons = Refusal::inactive;
    out.sentence = "the framework is not in this role";
  } else if (state_->find(agent) == nullptr) {
    out.reasons = Refusal::agent_inactive;
    out.sentence = "there is no such agent";
  } else {
    return state_->explain(leaf, static_cast<State::AgentNumber>(agent), now);
  }
  return out;
}

}  // namespace mesoscore
