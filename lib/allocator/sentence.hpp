// The reasons of an Explanation in words.
#pragma once

#include <array>
#include <string>

#include "mesoscore/allocator.hpp"

namespace mesoscore::allocation {

// An agent counts for the first of these that applies: from what the framework can change to what it cannot
// see.
inline constexpr std::array kReasons = {
    Refusal::inactive, Refusal::suppressed, Refusal::agent_inactive, Refusal::needs_gpu_capability,
    Refusal::behind,   Refusal::reserved,   Refusal::nothing_free,   Refusal::below_minimum,
    Refusal::filtered,
};

std::string sentence(const Explanation& explanation);

}  // namespace mesoscore::allocation
