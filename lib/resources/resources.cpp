// The algebra of bags. A bag is kept combined: no two of its entries could be one.
//
// Entries of plain capacity (the usual case) match by identity, and their values are added and subtracted.
// Whole entries, which are shared resources and atoms, match only when their values are equal too. A shared
// one counts its copies; an atom appears once per piece, so the same atom may be in a bag several times.
#include <algorithm>

#include "mesoscore/resources.hpp"
#include "resources/scalar.hpp"

namespace mesoscore {
namespace {

using StringSet = std::vector<std::string>;

bool covers_set(std::span<const std::string> a, std::span<const std::string> b) {
  return std::includes(a.begin(), a.end(), b.begin(), b.end());
}

StringSet join(std::span<const std::string> a, std::span<const std::string> b) {
  StringSet out;
  out.reserve(a.size() + b.size());
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

StringSet cut(std::span<const std::string> a, std::span<const std::string> b) {
  StringSet out;
  out.reserve(a.size());
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

}  // namespace

bool Resource::same_identity(const Resource& other) const noexcept {
  if (!traits_ != !other.traits_ || kind_ != other.kind_ || name_ != other.name_) return false;
  return traits_.same(other.traits_) || traits_->combines_with(*other.traits_);
}

bool Resource::same_value(const Resource& other) const noexcept {
  switch (kind_) {
    case ValueKind::scalar:
      return scalar_ == other.scalar_;
    case ValueKind::ranges:
      return values_.same(other.values_) || ranges() == other.ranges();
    default:
      return values_.same(other.values_) || std::ranges::equal(set(), other.set());
  }
}

bool Resource::same_entry(const Resource& other) const noexcept {
  return same_identity(other) && (!whole() || same_value(other));
}

bool operator==(const Resource& a, const Resource& b) {
  return a.same_identity(b) && a.same_value(b) && a.copies_ == b.copies_;
}

// The following three need the two to be of the same entry.

bool Resource::covers(const Resource& other) const noexcept {
  if (whole()) return copies_ >= other.copies_;
  switch (kind_) {
    case ValueKind::scalar:
      return scalar_ >= other.scalar_;
    case ValueKind::ranges:
      return values_.same(other.values_) || ranges().contains(other.ranges());
    default:
      return values_.same(other.values_) || covers_set(set(), other.set());
  }
}

void Resource::absorb(const Resource& other) {
  if (whole()) {
    if (__builtin_add_overflow(copies_, other.copies_, &copies_)) copies_ = UINT32_MAX;
  } else if (kind_ == ValueKind::scalar) {
    scalar_ = saturating_add(scalar_, other.scalar_);
  } else if (values_.same(other.values_)) {
    return;
  } else if (kind_ == ValueKind::ranges) {
    Ranges sum = ranges();
    sum += other.ranges();
    set_values({std::move(sum), {}});
  } else {
    set_values({{}, join(set(), other.set())});
  }
}

void Resource::remove(const Resource& other) {
  if (whole()) {
    copies_ -= std::min(copies_, other.copies_);
  } else if (kind_ == ValueKind::scalar) {
    scalar_.milli -= std::min(scalar_.milli, other.scalar_.milli);
  } else if (values_.same(other.values_)) {
    values_.reset();
  } else if (kind_ == ValueKind::ranges) {
    Ranges rest = ranges();
    rest -= other.ranges();
    set_values({std::move(rest), {}});
  } else {
    set_values({{}, cut(set(), other.set())});
  }
}

Resources::Resources(std::initializer_list<Resource> items) {
  for (const Resource& item : items) add(item);
}

bool Resources::contains(const Resource& other) const {
  if (other.empty()) return true;
  for (const Resource& item : items_) {
    if (item.same_entry(other)) return item.covers(other);
  }
  return false;
}

// Entries are looked at one by one: in a combined bag two of them never draw on the same entry, except equal
// atoms.
bool Resources::contains(const Resources& other) const {
  for (const Resource& wanted : other.items_) {
    if (!contains(wanted)) return false;
    if (!wanted.atom() || wanted.shared()) continue;
    const auto equal = [&](const Resource& item) { return item.same_entry(wanted); };
    if (std::count_if(begin(), end(), equal) < std::count_if(other.begin(), other.end(), equal)) return false;
  }
  return true;
}

void Resources::add(const Resource& item) {
  if (item.empty()) return;
  if (item.shared() || !item.atom()) {
    for (Resource& mine : items_) {
      if (mine.same_entry(item)) return mine.absorb(item);
    }
  }
  items_.push_back(item);
}

void Resources::subtract(const Resource& item) {
  if (item.empty()) return;
  for (Resource& mine : items_) {
    if (!mine.same_entry(item)) continue;
    if (mine.whole() && !mine.shared()) {
      items_.erase(&mine);
    } else {
      mine.remove(item);
      if (mine.empty()) items_.erase(&mine);
    }
    return;
  }
}

Resources& Resources::operator+=(const Resources& other) {
  if (this == &other) return *this += Resources(other);
  for (const Resource& item : other.items_) add(item);
  return *this;
}

Resources& Resources::operator+=(Resources&& other) {
  if (empty() && this != &other) {
    items_ = std::move(other.items_);
    return *this;
  }
  return *this += static_cast<const Resources&>(other);
}

Resources& Resources::operator-=(const Resources& other) {
  if (this == &other) {
    clear();
    return *this;
  }
  for (const Resource& item : other.items_) subtract(item);
  return *this;
}

bool operator==(const Resources& a, const Resources& b) {
  return a.size() == b.size() && a.contains(b) && b.contains(a);
}

}  // namespace mesoscore
