// "Why does my framework get no offers?": reasons as data, and as one sentence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mesoscore/ids.hpp"
#include "mesoscore/text.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

// Why a framework is not offered an agent in a role: bits.
enum class Refusal : std::uint32_t {
  none = 0,
  nothing_free = 1u << 0,   // all that the role may have on the agent is offered or used
  below_minimum = 1u << 1,  // what is free contains none of min_allocatable
  filtered = 1u << 2,       // declined before; the filter still holds
  suppressed = 1u << 3,     // the framework suppressed the role
  inactive = 1u << 4,       // the framework is disconnected, or not in this role
  needs_gpu_capability = 1u << 5,
  agent_inactive = 1u << 6,    // disconnected or deactivated
  behind = 1u << 7,            // others were served first and took what was free
  reserved = 1u << 8,          // what is free is reserved to other roles
  constraint = 1u << 9,        // the role's offer constraints exclude the agent
  other_region = 1u << 10,     // the agent is in another region and the framework lacks REGION_AWARE
  limit = 1u << 11,            // the role, or a role above it, is at its quota limit
  headroom = 1u << 12,         // what is free is held back for unmet guarantees of other roles
  does_not_fit = 1u << 13,     // the framework has stated demands; no unit of them fits
  draining = 1u << 14,         // the agent is being emptied
  claimed = 1u << 15,          // tasks were preempted there for somebody else's demand
  nothing_wanted = 1u << 16,   // it has stated demands, and no unit of them is open
  gang_incomplete = 1u << 18,  // a unit of its gang fits there, but not all units fit at once
  capability = 1u << 17,  // what is free is revocable, shared or refined, for which it lacks the capability
};
constexpr Refusal operator|(Refusal a, Refusal b) noexcept {
  return static_cast<Refusal>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr Refusal& operator|=(Refusal& a, Refusal b) noexcept { return a = a | b; }
constexpr bool has(Refusal set, Refusal bit) noexcept {
  return (static_cast<std::uint32_t>(set) & static_cast<std::uint32_t>(bit)) != 0;
}
std::string_view to_string(Refusal bit) noexcept;  // "filtered", ...

// About one framework in one role: over all agents.
struct Explanation {
  struct Count {
    Refusal reason = Refusal::none;
    std::uint32_t agents = 0;
  };
  std::uint32_t agents = 0;     // considered
  std::uint32_t eligible = 0;   // would be offered in a run now, were the framework the first in order
  std::vector<Count> counts{};  // most frequent first; an agent counts for its first reason only
  std::optional<TimePoint> earliest_filter_expiry{};
  std::vector<RoleName> behind{};        // roles that hold what it is behind of, most agents first; at most 3
  std::vector<RoleName> headroom_for{};  // roles for whose guarantees it is held back, by path; at most 3
  RoleName limited_by{};                 // the role whose quota limit is reached; empty: none is
  double share = 0;                      // dominant share of the framework in this role
  double role_share = 0;                 // dominant share of the role divided by its weight
  std::uint32_t open_units = 0;          // of its stated demands
  // "0 of 120 agents: 80 refused by its own filter, 30 have gpus, 10 held back for the guarantee of role b"
  std::string sentence{};
};

// About one framework in one role on one agent.
struct AgentExplanation {
  struct Holder {
    FrameworkId framework{};
    RoleName role{};
    TimePoint since = TimePoint::min();  // of its last grant there; min() if no run granted it
  };
  Refusal reasons = Refusal::none;  // all that apply
  std::optional<TimePoint> filtered_until{};
  std::string failed_constraint{};  // `group 1, constraint 2: rack equals "r7"`; of the last group that fails
  RoleName limited_by{};
  std::vector<RoleName> headroom_for{};
  std::vector<Holder> holders{};  // who holds something there, the framework itself included
  std::string sentence{};
};

}  // namespace mesoscore
