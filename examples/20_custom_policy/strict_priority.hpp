// An allocation policy of one's own: the role of the higher weight comes first, always. Equals share fairly.
#pragma once

#include "mesoscore/policy.hpp"

class StrictPriority : public mesoscore::AllocationPolicy {
 public:
  std::string_view name() const noexcept override { return "strict-priority"; }

  // The smallest key is served first. A dominant share is between 0 and 1, so one step of weight outweighs
  // it.
  double key(const Node& node, mesoscore::Rng&) override {
    return mesoscore::dominant_share(node.allocated, node.total) - 2 * node.weight;
  }
};
