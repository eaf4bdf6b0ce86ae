#include <limits>

#include "core/messages.hpp"
#include "mesoscore/quota.hpp"
#include "mesoscore/roles.hpp"

namespace mesoscore {
namespace {

// Mesos v1: one exabyte in MB for mem and disk, 10^12 of anything else.
Scalar most_of(std::string_view name) noexcept {
  constexpr std::int64_t kExabyteInMb = 1'099'511'627'776;
  constexpr std::int64_t kOther = 1'000'000'000'000;
  return {(name == "mem" || name == "disk" ? kExabyteInMb : kOther) * 1000};
}

std::string amount_text(const Name& name, Scalar amount) {
  Quantities one;
  one.set(name, amount);
  return one.empty() ? name.str() + ":0" : one.str();
}

Status check_amount(const char* what, const Name& name, Scalar amount) {
  const Scalar most = most_of(name);
  if (amount <= most) return {};
  return fail(Errc::invalid_argument, std::string(what) + " " + amount_text(name, amount) +
                                          " is absurd: give at most " + amount_text(name, most));
}

Status check_quota(const Quota& quota) {
  for (const auto& [name, amount] : quota.guarantee.entries()) {
    MESOSCORE_TRY(check_amount("guarantee", name, amount));
    const auto limit = quota.limit.get(name);
    if (limit && amount > *limit) {
      return fail(Errc::invalid_argument, "guarantee " + amount_text(name, amount) + " is over its limit " +
                                              amount_text(name, *limit));
    }
  }
  for (const auto& [name, most] : quota.limit.entries()) {
    MESOSCORE_TRY(check_amount("limit", name, most));
  }
  return {};
}

}  // namespace

Status validate(const RoleQuota& quota) {
  MESOSCORE_TRY(validate_role(quota.role));
  if (quota.role == kDefaultRole) {
    return fail(Errc::invalid_argument, "role '*' cannot have a quota: name another role");
  }
  MESOSCORE_TRY_IN("quota of role " + in_quotes(quota.role), check_quota(quota.quota));
  return {};
}

}  // namespace mesoscore
