#include <algorithm>

#include "mesoscore/policy.hpp"

namespace mesoscore {

double dominant_share(const Quantities& allocated, const Quantities& total) noexcept {
  double share = 0;
  for (const Quantities::Entry& entry : allocated.entries()) {
    const std::int64_t all = total.get(entry.name).milli;
    if (all > 0) share = std::max(share, static_cast<double>(entry.amount.milli) / static_cast<double>(all));
  }
  return share;
}

}  // namespace mesoscore
