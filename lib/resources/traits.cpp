// What makes two resources the same kind of thing.
#include <algorithm>
#include <functional>
#include <string_view>

#include "mesoscore/resources.hpp"

namespace mesoscore {
namespace {

bool same_labels(const Labels& a, const Labels& b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

// A hash of things in order.
class Hash {
 public:
  Hash& add(std::uint64_t value) noexcept {
    state_ = (state_ ^ value) * 0x9fb21c651e98df25ULL;
    state_ ^= state_ >> 29;
    return *this;
  }
  Hash& add(std::string_view text) noexcept { return add(std::hash<std::string_view>{}(text)); }
  Hash& add(const Labels& labels) noexcept {  // in any order
    std::uint64_t sum = labels.size();
    for (const Label& label : labels) sum += Hash().add(label.key).add(label.value).state_;
    return add(sum);
  }
  std::uint64_t value() const noexcept { return state_; }

 private:
  std::uint64_t state_ = 0x9e3779b97f4a7c15ULL;
};

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

std::uint64_t ResourceTraits::identity_hash() const noexcept {
  Hash hash;
  hash.add(revocable + 2u * shared).add(provider_id);
  for (const Reservation& reservation : reservations) {
    hash.add(static_cast<std::uint64_t>(reservation.type)).add(reservation.role.view());
    hash.add(reservation.principal).add(reservation.labels);
  }
  if (disk) {
    hash.add(static_cast<std::uint64_t>(disk->source)).add(disk->source_root).add(disk->source_id);
    hash.add(disk->source_profile).add(disk->source_vendor).add(disk->source_metadata);
    hash.add(disk->persistence_id);
  }
  return hash.value();
}

}  // namespace mesoscore
