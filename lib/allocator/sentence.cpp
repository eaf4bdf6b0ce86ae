#include "allocator/sentence.hpp"

#include <algorithm>

#include "core/messages.hpp"

namespace mesoscore {

namespace {

struct Words {
  Refusal reason;
  std::string_view name, of_one, of_many;
};

constexpr Words kWords[] = {
    {Refusal::nothing_free, "nothing_free", "has nothing free", "have nothing free"},
    {Refusal::below_minimum, "below_minimum", "has less free than the minimum",
     "have less free than the minimum"},
    {Refusal::filtered, "filtered", "refused by its own filter", "refused by its own filter"},
    {Refusal::suppressed, "suppressed", "withheld because it suppressed the role",
     "withheld because it suppressed the role"},
    {Refusal::inactive, "inactive", "withheld because it is not connected",
     "withheld because it is not connected"},
    {Refusal::needs_gpu_capability, "needs_gpu_capability", "has gpus, which it did not ask for",
     "have gpus, which it did not ask for"},
    {Refusal::agent_inactive, "agent_inactive", "is not active", "are not active"},
    {Refusal::behind, "behind", "given to others with a smaller share",
     "given to others with a smaller share"},
    {Refusal::reserved, "reserved", "has only what is reserved to other roles",
     "have only what is reserved to other roles"},
    {Refusal::constraint, "constraint", "excluded by its offer constraints",
     "excluded by its offer constraints"},
    {Refusal::other_region, "other_region", "is in another region", "are in other regions"},
    {Refusal::limit, "limit", "withheld by a quota limit", "withheld by a quota limit"},
    {Refusal::headroom, "headroom", "held back for guarantees of others",
     "held back for guarantees of others"},
    {Refusal::does_not_fit, "does_not_fit", "has no room for a unit of its demands",
     "have no room for a unit of its demands"},
    {Refusal::draining, "draining", "is draining", "are draining"},
    {Refusal::claimed, "claimed", "waits for a demand for which tasks were preempted there",
     "wait for a demand for which tasks were preempted there"},
    {Refusal::nothing_wanted, "nothing_wanted", "spared because none of its demands is open",
     "spared because none of its demands is open"},
    {Refusal::capability, "capability", "has only what needs a capability that it lacks",
     "have only what needs a capability that it lacks"},
    {Refusal::gang_incomplete, "gang_incomplete", "could take a unit of its gang, which is not complete",
     "could take a unit of its gang, which is not complete"},
};

const Words* words_for(Refusal reason) noexcept {
  const auto found = std::find_if(std::begin(kWords), std::end(kWords),
                                  [reason](const Words& each) { return each.reason == reason; });
  return found == std::end(kWords) ? nullptr : found;
}

std::string listed(const std::vector<RoleName>& roles) {
  std::string out;
  for (const RoleName& role : roles) out += (out.empty() ? "" : ", ") + role.str();
  return out;
}

// What can be said beyond the reason itself.
std::string more_about(Refusal reason, const std::optional<TimePoint>& filter_end, const RoleName& limited_by,
                       const std::vector<RoleName>& headroom_for, const std::vector<RoleName>& behind,
                       bool first, TimePoint now) {
  if (reason == Refusal::filtered && filter_end) {
    return (first ? " (the first ends in " : " for another ") +
           in_seconds(std::max(Duration::zero(), *filter_end - now)) + (first ? ")" : "");
  }
  if (reason == Refusal::limit && !limited_by.empty()) return " of role " + limited_by.str();
  if (reason == Refusal::headroom && !headroom_for.empty()) return " (" + listed(headroom_for) + ")";
  if (reason == Refusal::behind && !behind.empty()) return " (" + listed(behind) + ")";
  return {};
}

}  // namespace

std::string_view to_string(Refusal bit) noexcept {
  const Words* found = words_for(bit);
  return found == nullptr ? std::string_view("none") : found->name;
}

namespace allocation {

std::string sentence(const Explanation& explanation, TimePoint now) {
  std::string out = std::to_string(explanation.eligible) + " of " + std::to_string(explanation.agents) +
                    (explanation.agents == 1 ? " agent" : " agents");
  std::string_view separator = ": ";
  for (const Explanation::Count& count : explanation.counts) {
    const Words& words = *words_for(count.reason);
    out += separator;
    out += std::to_string(count.agents) + " ";
    out += count.agents == 1 ? words.of_one : words.of_many;
    out += more_about(count.reason, explanation.earliest_filter_expiry, explanation.limited_by,
                      explanation.headroom_for, explanation.behind, true, now);
    separator = ", ";
  }
  return out;
}

std::string sentence(const AgentExplanation& explanation, TimePoint now) {
  std::string out;
  std::vector<RoleName> holders;
  for (const AgentExplanation::Holder& holder : explanation.holders) {
    if (std::find(holders.begin(), holders.end(), holder.role) == holders.end())
      holders.push_back(holder.role);
  }
  for (const Refusal reason : kReasons) {
    if (!has(explanation.reasons, reason)) continue;
    out += out.empty() ? "the agent " : ", and ";
    const std::string_view words = words_for(reason)->of_one;
    const bool verb = words.starts_with("has ") || words.starts_with("is ") || words.starts_with("waits ") ||
                      words.starts_with("could ");
    if (!verb) out += "is ";
    out += words;
    out += more_about(reason, explanation.filtered_until, explanation.limited_by, explanation.headroom_for,
                      holders, false, now);
    if (reason == Refusal::constraint) out += " (" + explanation.failed_constraint + ")";
  }
  return out.empty() ? "the agent would be offered in a run now" : out;
}

}  // namespace allocation
}  // namespace mesoscore
