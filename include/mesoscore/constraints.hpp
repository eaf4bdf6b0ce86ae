// Offer constraints: which agents a framework wants to be offered in a role, by their attributes.
//
//     OfferConstraints on_ssd_in_r7{{{.all = {{.attribute = "disk", .predicate = Predicate::text_equals,
//     .text = "ssd"},
//                                             {.attribute = "rack", .predicate = Predicate::text_matches,
//                                             .text = "r7.*"}}}}};
//
// Semantics of Mesos v1: an agent must pass all constraints of at least one group; the selector names the
// first attribute of that name, or the agent's hostname, region or zone. A missing attribute fails the
// positive predicates and passes the negated ones. An attribute that is not text passes every text predicate.
// Patterns are RE2's and must match the whole text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mesoscore/result.hpp"

namespace mesoscore {

struct AttributeConstraint {
  enum class Selector : std::uint8_t { attribute, hostname, region, zone };
  enum class Predicate : std::uint8_t {
    exists,
    not_exists,
    text_equals,
    text_not_equals,
    text_matches,
    text_not_matches
  };
  Selector selector = Selector::attribute;
  std::string attribute{};  // only with Selector::attribute
  Predicate predicate = Predicate::exists;
  std::string text{};  // to compare with, or the pattern; not with exists and not_exists

  friend bool operator==(const AttributeConstraint&, const AttributeConstraint&) = default;
};

struct ConstraintGroup {
  std::vector<AttributeConstraint> all{};
  friend bool operator==(const ConstraintGroup&, const ConstraintGroup&) = default;
};

struct OfferConstraints {
  std::vector<ConstraintGroup> any{};  // none: every agent passes
  bool empty() const noexcept { return any.empty(); }
  friend bool operator==(const OfferConstraints&, const OfferConstraints&) = default;
};

// There is a group, none is empty; attribute name where one is needed, patterns that compile and are not too
// large. The error names group, constraint and pattern.
Status validate(const OfferConstraints& constraints);
std::string to_text(const AttributeConstraint& constraint);  // `rack matches "r7.*"`

}  // namespace mesoscore
