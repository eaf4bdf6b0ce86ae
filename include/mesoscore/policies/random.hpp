// Weighted random order, drawn anew for every agent: key = -ln(u) / weight, which puts a node first with a
// probability in proportion to its weight. Efraimidis and Spirakis, "Weighted random sampling with a
// reservoir", 2006.
#pragma once

#include <memory>

#include "mesoscore/policy.hpp"

namespace mesoscore::policies {

std::unique_ptr<AllocationPolicy> random();

}  // namespace mesoscore::policies
