// What makes two resources the same kind of thing.
#include <algorithm>

#include "mesoscore/resources.hpp"

namespace mesoscore {
namespace {

bool same_labels(const Labels& a, const Labels& b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

}  // namespace

bool operator==(const Reservation& a, const Reservation& b) {
  return a.type == b.type && a.role == b.role && a.principal == b.principal &&
         same_labels(a.labels, b.labels);
}

bool DiskInfo::same_identity(const DiskInfo& other) const {
  return source == other.source && source_root == other.source_root && source_id == other.source_id &&
         source_profile == other.source_profile && source_vendor == other.source_vendor &&
         persistence_id == other.persistence_id && same_labels(source_metadata, other.source_metadata);
}

ResourceTraits::ResourceTraits(const ResourceTraits& other)
    : reservations(other.reservations),
      disk(other.disk ? std::make_unique<DiskInfo>(*other.disk) : nullptr),
      provider_id(other.provider_id),
      revocable(other.revocable),
      shared(other.shared) {}

ResourceTraits& ResourceTraits::operator=(const ResourceTraits& other) {
  return *this = ResourceTraits(other);
}

bool ResourceTraits::plain() const noexcept {
  return reservations.empty() && !disk && provider_id.empty() && !revocable && !shared;
}

bool ResourceTraits::combines_with(const ResourceTraits& other) const {
  if (revocable != other.revocable || shared != other.shared || !disk != !other.disk) return false;
  return provider_id == other.provider_id && reservations == other.reservations &&
         (!disk || disk->same_identity(*other.disk));
}

}  // namespace mesoscore
