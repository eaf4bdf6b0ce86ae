// What distinguishes a resource from plain, unreserved capacity: reservations, the identity of its disk, its
// provider, and whether it is revocable or shared. Value semantics; distinct objects may be used from
// distinct threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mesoscore/labels.hpp"
#include "mesoscore/text.hpp"

namespace mesoscore {

struct Reservation {
  enum class Type : std::uint8_t { unknown = 0, static_ = 1, dynamic = 2 };
  Type type = Type::dynamic;
  RoleName role;
  std::string principal;  // empty = none
  Labels labels;
  friend bool operator==(const Reservation& a, const Reservation& b);  // labels in any order
};

// Identity of a disk. `volume` (container path and mode) is carried but not part of the identity, nor is the
// principal of the persistence.
struct DiskInfo {
  enum class SourceType : std::uint8_t { none = 0, path = 1, mount = 2, block = 3, raw = 4 };
  enum class Mode : std::uint8_t { rw = 1, ro = 2 };

  SourceType source = SourceType::none;
  std::string source_root;  // PATH and MOUNT only
  std::string source_id, source_profile, source_vendor;
  Labels source_metadata;
  std::string persistence_id;  // empty = not a persistent volume
  std::string persistence_principal;
  std::string volume_container_path;  // empty = no volume
  std::string volume_host_path;
  Mode volume_mode = Mode::rw;

  bool persistent() const noexcept { return !persistence_id.empty(); }
  bool same_identity(const DiskInfo& other) const;
  friend bool operator==(const DiskInfo&, const DiskInfo&) = default;
};

// What distinguishes a resource from plain, unreserved capacity.
struct ResourceTraits {
  std::vector<Reservation>
      reservations;                // the stack: each next role is a strict sub-role; the last one is current
  std::unique_ptr<DiskInfo> disk;  // null = plain disk space
  std::string provider_id;
  bool revocable = false;
  bool shared = false;

  ResourceTraits() = default;
  ResourceTraits(const ResourceTraits& other);
  ResourceTraits& operator=(const ResourceTraits& other);
  ResourceTraits(ResourceTraits&&) = default;
  ResourceTraits& operator=(ResourceTraits&&) = default;
  bool plain() const noexcept;
  bool combines_with(const ResourceTraits& other) const;
  std::uint64_t identity_hash() const noexcept;  // equal for traits that combine
};

}  // namespace mesoscore
