#include <algorithm>

#include "core/messages.hpp"
#include "mesoscore/demand.hpp"

namespace mesoscore {
namespace {

Status check_demand(const Demand& demand) {
  if (demand.unit.empty()) {
    return fail(Errc::invalid_argument, "its unit is empty: say what one unit needs, like cpus:1;mem:64");
  }
  if (demand.count == 0 || demand.count > kMaxDemandCount) {
    return fail(Errc::invalid_argument, "its count is " + std::to_string(demand.count) + ": give 1 to " +
                                            std::to_string(kMaxDemandCount));
  }
  if (demand.within < Duration::zero()) {
    return fail(Errc::invalid_argument, "it is wanted within " + in_seconds(demand.within) +
                                            ": give more than zero, or zero for no limit");
  }
  if (demand.gang && demand.within == Duration::zero()) {
    return fail(Errc::invalid_argument,
                "a gang must say within which time it is wanted, because it holds resources until then");
  }
  return demand.constraints.empty() ? Status() : validate(demand.constraints);
}

}  // namespace

Status validate(const Demand& demand) {
  if (demand.id.empty()) return fail(Errc::invalid_argument, "a demand has no id: give one");
  MESOSCORE_TRY_IN("demand " + in_quotes(demand.id), check_demand(demand));
  return {};
}

Status validate(std::span<const Demand> demands) {
  if (demands.size() > kMaxDemandsPerRole) {
    return fail(Errc::limit_exceeded, std::to_string(demands.size()) + " demands in one role: give at most " +
                                          std::to_string(kMaxDemandsPerRole));
  }
  std::vector<std::string_view> ids;
  for (const Demand& demand : demands) {
    MESOSCORE_TRY(validate(demand));
    ids.push_back(demand.id);
  }
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice == ids.end()) return {};
  return fail(Errc::invalid_argument,
              "demand " + in_quotes(*twice) + " is stated twice: give each its own id");
}

}  // namespace mesoscore
