#include <algorithm>

#include "mesoscore/demand.hpp"

namespace mesoscore {

std::uint32_t units_in(const Resources& resources, const Quantities& unit) noexcept {
  if (unit.empty()) return 0;
  const Quantities there = resources.quantities();
  std::int64_t units = kMaxDemandCount;
  for (const Quantities::Entry& each : unit.entries()) {
    units = std::min(units, there.get(each.name).milli / each.amount.milli);
  }
  return static_cast<std::uint32_t>(units);
}

}  // namespace mesoscore
