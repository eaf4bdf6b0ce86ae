// Offer constraints made ready for matching.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "mesoscore/agent_info.hpp"
#include "mesoscore/constraints.hpp"

namespace re2 {
class RE2;
}

namespace mesoscore::allocation {

class ConstraintMatch {
 public:
  explicit ConstraintMatch(OfferConstraints constraints);  // valid ones

  const OfferConstraints& constraints() const noexcept { return constraints_; }
  bool passes(const AgentInfo& agent) const;
  // Where the last group fails, for people; empty when the agent passes.
  std::string failure(const AgentInfo& agent) const;

 private:
  bool passes(std::size_t group, std::size_t index, const AgentInfo& agent) const;

  OfferConstraints constraints_;
  std::vector<std::vector<std::shared_ptr<const re2::RE2>>>
      patterns_;  // [group][constraint]; null: no pattern
};

}  // namespace mesoscore::allocation
