// Explanations in words.
#pragma once

#include <array>
#include <string>

#include "mesoscore/explanation.hpp"

namespace mesoscore::allocation {

// An agent counts for the first of these that applies to it.
inline constexpr std::array kReasons = {
    Refusal::inactive,       Refusal::suppressed, Refusal::agent_inactive,  Refusal::draining,
    Refusal::nothing_wanted, Refusal::constraint, Refusal::other_region,    Refusal::needs_gpu_capability,
    Refusal::claimed,        Refusal::behind,     Refusal::reserved,        Refusal::capability,
    Refusal::nothing_free,   Refusal::limit,      Refusal::headroom,        Refusal::below_minimum,
    Refusal::does_not_fit,   Refusal::filtered,   Refusal::gang_incomplete,
};

std::string sentence(const Explanation& explanation, TimePoint now);
std::string sentence(const AgentExplanation& explanation, TimePoint now);

}  // namespace mesoscore::allocation
