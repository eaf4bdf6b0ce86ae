// Reserved resources and volumes for tests of operations.
#pragma once

#include <string>
#include <utility>

#include "mesoscore/resources.hpp"

namespace mesoscore::test {

inline Resources parsed(std::string_view text) { return Resources::parse(text).value(); }

// Each of them with one more, dynamic reservation.
inline Resources reserved(const Resources& resources, std::string_view role, std::string principal = {}) {
  Resources out;
  for (const Resource& resource : resources)
    out.add(resource.reserved_for({Reservation::Type::dynamic, role, principal, {}}));
  return out;
}
inline Resources reserved(std::string_view text, std::string_view role, std::string principal = {}) {
  return reserved(parsed(text), role, std::move(principal));
}

// Disk that is dynamically reserved for the role, as a volume at "data".
inline Resource volume(std::string id, std::string_view role, int megabytes = 64, bool shared = false) {
  ResourceTraits traits;
  traits.reservations = {{Reservation::Type::dynamic, role, "", {}}};
  traits.disk = std::make_unique<DiskInfo>();
  traits.disk->persistence_id = std::move(id);
  traits.disk->volume_container_path = "data";
  traits.shared = shared;
  return Resource("disk", Scalar{megabytes * 1000}).with_traits(std::move(traits));
}

}  // namespace mesoscore::test
