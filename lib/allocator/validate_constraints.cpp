#include <re2/re2.h>

#include "allocator/patterns.hpp"
#include "core/messages.hpp"
#include "mesoscore/constraints.hpp"

namespace mesoscore {

namespace allocation {

std::shared_ptr<const re2::RE2> compile_pattern(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostPatternMemory * 16);  // RE2 wants room to match, too; the program is checked apart
  return std::make_shared<const re2::RE2>(pattern, options);
}

}  // namespace allocation

namespace {

using Predicate = AttributeConstraint::Predicate;
using Selector = AttributeConstraint::Selector;

Status check_pattern(const std::string& pattern) {
  if (pattern.size() > static_cast<std::size_t>(allocation::kMostPatternMemory)) {
    return fail(Errc::invalid_argument, "the pattern has " + std::to_string(pattern.size()) +
                                            " characters: give at most " +
                                            std::to_string(allocation::kMostPatternMemory));
  }
  const auto compiled = allocation::compile_pattern(pattern);
  if (!compiled->ok()) {
    return fail(Errc::invalid_argument, "pattern " + in_quotes(pattern) + " is broken: " + compiled->error());
  }
  if (compiled->ProgramSize() > allocation::kMostPatternProgram) {
    return fail(Errc::invalid_argument, "pattern " + in_quotes(pattern) + " is too complex: it compiles to " +
                                            std::to_string(compiled->ProgramSize()) + " steps, of which " +
                                            std::to_string(allocation::kMostPatternProgram) + " are allowed");
  }
  return {};
}

Status check_constraint(const AttributeConstraint& constraint) {
  const bool by_name = constraint.selector == Selector::attribute;
  if (by_name && constraint.attribute.empty()) {
    return fail(Errc::invalid_argument,
                "it names no attribute: give a name, or select hostname, region or zone");
  }
  if (!by_name && !constraint.attribute.empty()) {
    return fail(Errc::invalid_argument, "it names attribute " + in_quotes(constraint.attribute) +
                                            " and selects something else: do one of both");
  }
  const bool wants_text =
      constraint.predicate != Predicate::exists && constraint.predicate != Predicate::not_exists;
  if (!wants_text && !constraint.text.empty()) {
    return fail(Errc::invalid_argument, "text " + in_quotes(constraint.text) +
                                            " has no meaning for a test of existence: leave it empty");
  }
  return allocation::has_pattern(constraint) ? check_pattern(constraint.text) : Status();
}

std::string_view words_of(Predicate predicate) noexcept {
  switch (predicate) {
    case Predicate::exists:
      return " exists";
    case Predicate::not_exists:
      return " does not exist";
    case Predicate::text_equals:
      return " equals ";
    case Predicate::text_not_equals:
      return " does not equal ";
    case Predicate::text_matches:
      return " matches ";
    case Predicate::text_not_matches:
      return " does not match ";
  }
  return " ";
}

}  // namespace

Status validate(const OfferConstraints& constraints) {
  if (constraints.any.empty())
    return fail(Errc::invalid_argument, "there is no group of constraints: give one");
  for (std::size_t group = 0; group < constraints.any.size(); ++group) {
    const std::string name = "constraint group " + std::to_string(group + 1);
    const std::vector<AttributeConstraint>& all = constraints.any[group].all;
    if (all.empty()) return fail(Errc::invalid_argument, name + " is empty: give a constraint");
    for (std::size_t i = 0; i < all.size(); ++i) {
      MESOSCORE_TRY_IN(name + ", constraint " + std::to_string(i + 1), check_constraint(all[i]));
    }
  }
  return {};
}

std::string to_text(const AttributeConstraint& constraint) {
  constexpr std::string_view kSelectors[] = {"", "the hostname", "the region", "the zone"};
  std::string out = constraint.selector == Selector::attribute
                        ? constraint.attribute
                        : std::string(kSelectors[static_cast<std::size_t>(constraint.selector)]);
  out += words_of(constraint.predicate);
  if (out.back() == ' ') out += "\"" + constraint.text + "\"";
  return out;
}

}  // namespace mesoscore
