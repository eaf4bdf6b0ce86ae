// Patterns of offer constraints: RE2's, whole text, with the limits that Mesos sets.
#pragma once

#include <memory>
#include <string>

#include "mesoscore/constraints.hpp"

namespace re2 {
class RE2;
}

namespace mesoscore::allocation {

inline bool has_pattern(const AttributeConstraint& constraint) noexcept {
  return constraint.predicate == AttributeConstraint::Predicate::text_matches ||
         constraint.predicate == AttributeConstraint::Predicate::text_not_matches;
}

inline constexpr int kMostPatternMemory = 4096;  // bytes of the compiled program
inline constexpr int kMostPatternProgram = 100;  // instructions

std::shared_ptr<const re2::RE2> compile_pattern(const std::string& pattern);

}  // namespace mesoscore::allocation
