#include <algorithm>
#include <memory>

#include "mesoscore/resources.hpp"
#include "mesoscore/roles.hpp"

namespace mesoscore {
namespace {

bool is_one_piece(const DiskInfo& disk) noexcept {
  using Source = DiskInfo::SourceType;
  return disk.persistent() || disk.source == Source::mount || disk.source == Source::block ||
         (disk.source == Source::raw && !disk.source_id.empty());
}

}  // namespace

Resource::Resource(Name name, Ranges value) : name_(std::move(name)), ranges_(std::move(value)) {
  key_ = {.kind = ValueKind::ranges, .flags = name_flag()};
}

Resource::Resource(Name name, std::vector<std::string> set) : name_(std::move(name)), set_() {
  key_ = {.kind = ValueKind::set, .flags = name_flag()};
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  if (!set.empty()) set_ = detail::Shared(std::move(set));
}

Resource& Resource::operator=(Resource&& other) noexcept {
  if (this == &other) return *this;
  destroy_value();
  name_ = std::move(other.name_);
  traits_ = std::move(other.traits_);
  key_ = other.key_;
  copies_ = other.copies_;
  take_value(other);
  return *this;
}

void Resource::share_value(const Resource& other) noexcept {
  if (key_.kind == ValueKind::ranges) {
    std::construct_at(&ranges_, other.ranges_);
  } else {
    std::construct_at(&set_, other.set_);
  }
}

// Leaves `other` plain and empty.
void Resource::take_value(Resource& other) noexcept {
  switch (key_.kind) {
    case ValueKind::ranges:
      std::construct_at(&ranges_, std::move(other.ranges_));
      break;
    case ValueKind::set:
      std::construct_at(&set_, std::move(other.set_));
      break;
    default:
      scalar_ = other.scalar_;
      break;
  }
  other.destroy_value();
  other.key_ = {};
  other.copies_ = 1;
  other.scalar_ = {};
}

void Resource::destroy_value() noexcept {
  if (key_.kind == ValueKind::ranges) std::destroy_at(&ranges_);
  if (key_.kind == ValueKind::set) std::destroy_at(&set_);
}

const Ranges& Resource::ranges() const noexcept {
  static const Ranges none;
  return key_.kind == ValueKind::ranges ? ranges_ : none;
}

std::span<const std::string> Resource::set() const noexcept {
  if (key_.kind != ValueKind::set || !set_) return {};
  return *set_;
}

const ResourceTraits& Resource::traits() const noexcept {
  static const ResourceTraits none;
  return traits_ ? traits_->value : none;
}

bool Resource::empty() const noexcept {
  if (copies_ == 0) return true;
  switch (key_.kind) {
    case ValueKind::scalar:
      return scalar_.milli <= 0;
    case ValueKind::ranges:
      return ranges_.empty();
    default:
      return !set_;
  }
}

bool Resource::same_traits(const Resource& other) const noexcept {
  return traits_ && other.traits_ && traits_->hash == other.traits_->hash &&
         traits_->value.combines_with(other.traits_->value);
}

std::string_view Resource::reservation_role() const noexcept {
  return reserved() ? traits_->value.reservations.back().role.view() : kDefaultRole;
}

void Resource::set_traits(ResourceTraits traits) {
  const auto flag = [](bool is, Flag which) { return is ? which : 0; };
  const std::uint64_t hash = traits.identity_hash();
  key_.flags =
      static_cast<std::uint8_t>(kTraits | name_flag() | flag(!traits.reservations.empty(), kReserved) |
                                flag(traits.revocable, kRevocable) | flag(traits.shared, kShared) |
                                flag(traits.disk && is_one_piece(*traits.disk), kAtom));
  key_.traits_tag = static_cast<std::uint16_t>(hash >> 48);
  traits_ = detail::Shared(HashedTraits{std::move(traits), hash});
}

Resource Resource::with_traits(ResourceTraits traits) const {
  Resource out = *this;
  // A disk of which nothing is said is plain disk space; with one spelling of it, equal resources combine.
  if (traits.disk && *traits.disk == DiskInfo{}) traits.disk.reset();
  if (traits.plain()) {
    out.traits_.reset();
    out.key_ = {.kind = key_.kind, .flags = name_flag()};
  } else {
    out.set_traits(std::move(traits));
  }
  if (!out.shared()) out.copies_ = 1;
  return out;
}

Resource Resource::with_scalar(Scalar value) const {
  Resource out = *this;
  out.destroy_value();
  out.key_.kind = ValueKind::scalar;
  out.scalar_ = value;
  return out;
}

Resource Resource::reserved_for(Reservation reservation) const {
  ResourceTraits changed = traits();
  changed.reservations.push_back(std::move(reservation));
  return with_traits(std::move(changed));
}

Result<Resource> Resource::unreserved_once() const {
  if (!reserved()) {
    return fail(Errc::invalid_argument,
                "resource '" + name_.str() + "' is not reserved: there is nothing to unreserve");
  }
  ResourceTraits changed = traits();
  changed.reservations.pop_back();
  return with_traits(std::move(changed));
}

}  // namespace mesoscore
