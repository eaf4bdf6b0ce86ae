#include <algorithm>

#include "core/messages.hpp"
#include "mesoscore/framework.hpp"
#include "mesoscore/roles.hpp"

namespace mesoscore {
namespace {

Status check_roles(const FrameworkInfo& framework) {
  std::vector<std::string_view> sorted;
  for (const RoleName& role : framework.roles) {
    MESOSCORE_TRY(validate_role(role));
    sorted.push_back(role);
  }
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    return fail(Errc::invalid_argument,
                "role " + in_quotes(*twice) + " is listed twice: list each role once");
  }
  if (!framework.has(FrameworkCapability::multi_role) && framework.roles.size() != 1) {
    return fail(Errc::invalid_argument, std::to_string(framework.roles.size()) +
                                            " roles without the capability MULTI_ROLE: " +
                                            "give exactly one role, or set the capability");
  }
  return {};
}

Status check_filters(const FrameworkInfo& framework) {
  for (const auto& [role, quantities] : framework.min_allocatable) {
    if (std::find(framework.roles.begin(), framework.roles.end(), role) == framework.roles.end()) {
      return fail(Errc::invalid_argument,
                  "min_allocatable is set for role " + in_quotes(role) +
                      ", which is not a role of this framework: name one of its roles");
    }
  }
  for (const auto& [role, constraints] : framework.offer_constraints) {
    if (std::find(framework.roles.begin(), framework.roles.end(), role) == framework.roles.end()) {
      return fail(Errc::invalid_argument,
                  "offer_constraints are set for role " + in_quotes(role) +
                      ", which is not a role of this framework: name one of its roles");
    }
    MESOSCORE_TRY_IN("offer_constraints of role " + in_quotes(role), validate(constraints));
  }
  return {};
}

Status check(const FrameworkInfo& framework) {
  if (!framework.id.empty()) MESOSCORE_TRY(validate_id(framework.id, "framework id"));
  MESOSCORE_TRY(check_roles(framework));
  if (framework.failover_timeout < Duration::zero()) {
    return fail(Errc::invalid_argument,
                "failover_timeout is " + in_seconds(framework.failover_timeout) + ": give zero or more");
  }
  return check_filters(framework);
}

}  // namespace

Status validate(const FrameworkInfo& framework) {
  if (framework.name.empty()) {
    return fail(Errc::invalid_argument, "the name of the framework is empty: give a name for people to read");
  }
  MESOSCORE_TRY_IN("framework " + in_quotes(framework.name), check(framework));
  return {};
}

}  // namespace mesoscore
