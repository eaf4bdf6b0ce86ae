// Short names for quota.
#pragma once

#include "lab.hpp"

namespace lab {

inline QuantityLimits limits(std::string_view text) { return QuantityLimits::parse(text).value(); }
inline RoleQuota guarantee(const RoleName& role, std::string_view amounts, std::string_view limit = "") {
  return {role,
          {amounts.empty() ? Quantities() : quantities(amounts),
           limit.empty() ? QuantityLimits() : limits(limit)}};
}
inline RoleQuota limit(const RoleName& role, std::string_view amounts) {
  return guarantee(role, "", amounts);
}

inline Status set(Lab& lab, const std::vector<RoleQuota>& quotas, bool force = false,
                  const std::vector<Allocator::RoleAmount>& offered = {}) {
  return lab.allocator.update_quota(quotas, force, offered);
}
// The message, or "" if it was accepted.
inline std::string refusal(const Status& status) { return status ? "" : status.error().message; }

inline Resource mount(double value) {
  ResourceTraits traits;
  traits.disk = std::make_unique<DiskInfo>();
  traits.disk->source = DiskInfo::SourceType::mount;
  traits.disk->source_root = "/mnt/1";
  return Resource("disk", Scalar::from_double(value)).with_traits(std::move(traits));
}

}  // namespace lab
