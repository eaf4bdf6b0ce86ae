#include "allocator/constraint_match.hpp"

#include <algorithm>

#include <re2/re2.h>

#include "allocator/patterns.hpp"

namespace mesoscore::allocation {
namespace {

using Predicate = AttributeConstraint::Predicate;
using Selector = AttributeConstraint::Selector;

// What a constraint looks at.
struct Fact {
  bool there = false;
  bool is_text = false;
  std::string_view text;
};

Fact fact_of(std::string_view text) noexcept { return {!text.empty(), true, text}; }

Fact select(const AttributeConstraint& constraint, const AgentInfo& agent) noexcept {
  switch (constraint.selector) {
    case Selector::hostname:
      return fact_of(agent.hostname);
    case Selector::region:
      return fact_of(agent.region);
    case Selector::zone:
      return fact_of(agent.zone);
    case Selector::attribute:
      break;
  }
  const auto found =
      std::find_if(agent.attributes.begin(), agent.attributes.end(),
                   [&](const Attribute& attribute) { return attribute.name == constraint.attribute; });
  if (found == agent.attributes.end()) return {};
  return {true, found->kind == ValueKind::text, found->text};
}

bool text_passes(const AttributeConstraint& constraint, std::string_view text, const re2::RE2* pattern) {
  switch (constraint.predicate) {
    case Predicate::text_equals:
      return text == constraint.text;
    case Predicate::text_not_equals:
      return text != constraint.text;
    case Predicate::text_matches:
      return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *pattern);
    case Predicate::text_not_matches:
      return !re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *pattern);
    case Predicate::exists:
    case Predicate::not_exists:
      break;
  }
  return true;
}

}  // namespace

ConstraintMatch::ConstraintMatch(OfferConstraints constraints) : constraints_(std::move(constraints)) {
  for (const ConstraintGroup& group : constraints_.any) {
    auto& patterns = patterns_.emplace_back();
    for (const AttributeConstraint& each : group.all) {
      patterns.push_back(has_pattern(each) ? compile_pattern(each.text) : nullptr);
    }
  }
}

bool ConstraintMatch::passes(std::size_t group, std::size_t index, const AgentInfo& agent) const {
  const AttributeConstraint& constraint = constraints_.any[group].all[index];
  const Fact fact = select(constraint, agent);
  if (constraint.predicate == Predicate::exists) return fact.there;
  if (constraint.predicate == Predicate::not_exists) return !fact.there;
  if (!fact.there) {
    return constraint.predicate == Predicate::text_not_equals ||
           constraint.predicate == Predicate::text_not_matches;
  }
  return !fact.is_text || text_passes(constraint, fact.text, patterns_[group][index].get());
}

bool ConstraintMatch::passes(const AgentInfo& agent) const { return failure(agent).empty(); }

std::string ConstraintMatch::failure(const AgentInfo& agent) const {
  std::string last;
  for (std::size_t group = 0; group < constraints_.any.size(); ++group) {
    const std::vector<AttributeConstraint>& all = constraints_.any[group].all;
    std::size_t failed = 0;
    while (failed < all.size() && passes(group, failed, agent)) ++failed;
    if (failed == all.size()) return {};
    last = "group " + std::to_string(group + 1) + ", constraint " + std::to_string(failed + 1) + ": " +
           to_text(all[failed]);
  }
  return last;
}

}  // namespace mesoscore::allocation
