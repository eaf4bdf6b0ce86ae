// What the parts of a cluster must agree on while nothing is under way.
#pragma once

namespace mesoscore::simulator_detail {

struct World;

void check_agreement(World& world);

}  // namespace mesoscore::simulator_detail
