// Quick answers about bags of resources for the cases that the allocator meets most.
#pragma once

#include <algorithm>
#include <cstring>

#include "mesoscore/resources.hpp"

namespace mesoscore::allocation {

// True only for equal bags; false also for some equal ones whose entries are in another order.
inline bool surely_equal(const Resources& a, const Resources& b) {
  if (a.size() != b.size()) return false;
  // Copies of each other mostly: then they share what is not in their bytes.
  if (std::memcmp(a.begin(), b.begin(), a.size() * sizeof(Resource)) == 0) return true;
  return std::equal(a.begin(), a.end(), b.begin());
}

inline bool has_shared(const Resources& resources) noexcept {
  return std::any_of(resources.begin(), resources.end(), [](const Resource& item) { return item.shared(); });
}

inline Resources without_shared(const Resources& resources) {
  if (!has_shared(resources)) return resources;
  return resources.filter([](const Resource& item) { return !item.shared(); });
}

}  // namespace mesoscore::allocation
