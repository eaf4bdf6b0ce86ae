#include <algorithm>

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

Resource::Resource(Name name, Ranges value) : name_(std::move(name)), kind_(ValueKind::ranges) {
  set_values({std::move(value), {}});
}

Resource::Resource(Name name, std::vector<std::string> set) : name_(std::move(name)), kind_(ValueKind::set) {
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  set_values({{}, std::move(set)});
}

void Resource::set_values(Values values) {
  const bool none = values.ranges.empty() && values.set.empty();
  values_ = none ? detail::Shared<Values>() : detail::Shared(std::move(values));
}

const Ranges& Resource::ranges() const noexcept {
  static const Ranges none;
  return values_ ? values_->ranges : none;
}

std::span<const std::string> Resource::set() const noexcept {
  return values_ ? std::span<const std::string>(values_->set) : std::span<const std::string>();
}

const ResourceTraits& Resource::traits() const noexcept {
  static const ResourceTraits none;
  return traits_ ? *traits_ : none;
}

bool Resource::empty() const noexcept {
  if (copies_ == 0) return true;
  return kind_ == ValueKind::scalar ? scalar_.milli <= 0 : !values_;
}

bool Resource::atom() const noexcept { return traits_ && traits_->disk && is_one_piece(*traits_->disk); }

std::string_view Resource::reservation_role() const noexcept {
  return reserved() ? traits_->reservations.back().role.view() : kDefaultRole;
}

Resource Resource::with_traits(ResourceTraits traits) const {
  Resource out = *this;
  // A disk of which nothing is said is plain disk space; with one spelling of it, equal resources combine.
  if (traits.disk && *traits.disk == DiskInfo{}) traits.disk.reset();
  out.traits_ = traits.plain() ? detail::Shared<ResourceTraits>() : detail::Shared(std::move(traits));
  if (!out.shared()) out.copies_ = 1;
  return out;
}

Resource Resource::with_scalar(Scalar value) const {
  Resource out = *this;
  out.kind_ = ValueKind::scalar;
  out.scalar_ = value;
  out.values_.reset();
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
