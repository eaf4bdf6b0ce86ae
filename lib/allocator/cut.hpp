// Parts of a bag: within bounds, and in whole units of a demand.
#pragma once

#include <cstdint>

#include "allocator/cluster_total.hpp"
#include "allocator/quota_book.hpp"
#include "mesoscore/resources.hpp"

namespace mesoscore::allocation {

// What counts for quota while it is free or held: reservations count as such, whoever holds them.
inline bool counts_for_quota(const Resource& item) noexcept {
  return item.kind() == ValueKind::scalar && !item.reserved() && !item.revocable();
}

// Scalars that count for quota shrink to the bounds, in the order of the entries; what cannot be split is
// kept whole or dropped. All else stays.
Resources within(const Resources& resources, const QuotaBook::Bounds& bounds, const ClusterTotal& total);
// Bounds after these have been given.
void take_from_bounds(QuotaBook::Bounds& bounds, const Resources& given, const ClusterTotal& total);

// How many units can be cut out; what is shared or cannot be split is left alone.
std::uint32_t units_to_cut(const Resources& resources, const Quantities& unit, std::uint32_t most);
// So many units, reserved resources first (the most refined ones before), then unreserved ones, revocable
// ones last. Of ranges and sets the first items.
Resources cut(const Resources& resources, const Quantities& unit, std::uint32_t units);

}  // namespace mesoscore::allocation
