// Small decisions of the reference, written anew and plainly.
#pragma once

#include "mesoscore/agent_info.hpp"
#include "mesoscore/demand.hpp"
#include "mesoscore/resources.hpp"

namespace reference {

using namespace mesoscore;

// Only tests of existence and of equality.
bool passes(const OfferConstraints& constraints, const AgentInfo& agent);
unsigned whole_units(const Resources& resources, const Quantities& unit);
Resources cut_out(const Resources& resources, const Quantities& unit, unsigned units);

}  // namespace reference
