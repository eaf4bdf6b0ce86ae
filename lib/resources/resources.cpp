// The algebra of bags. A bag is kept combined: no two of its entries could be one.
//
// Entries of plain capacity (the usual case) match by identity, and their values are added and subtracted.
// Whole entries, which are shared resources and atoms, match only when their values are equal too. A shared
// one counts its copies; an atom appears once per piece, so the same atom may be in a bag several times.
#include <algorithm>

#include "mesoscore/resources.hpp"
#include "resources/entry_lookup.hpp"
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

bool Resource::same_value(const Resource& other) const noexcept {
  switch (key_.kind) {
    case ValueKind::scalar:
      return scalar_ == other.scalar_;
    case ValueKind::ranges:
      return ranges_ == other.ranges_;
    default:
      return set_.same(other.set_) || std::ranges::equal(set(), other.set());
  }
}

bool operator==(const Resource& a, const Resource& b) {
  return a.same_identity(b) && a.same_value(b) && a.copies_ == b.copies_;
}

// The following three need the two to be of the same entry.

bool Resource::covers(const Resource& other) const noexcept {
  if (whole()) return copies_ >= other.copies_;
  switch (key_.kind) {
    case ValueKind::scalar:
      return scalar_ >= other.scalar_;
    case ValueKind::ranges:
      return ranges_.contains(other.ranges_);
    default:
      return set_.same(other.set_) || covers_set(set(), other.set());
  }
}

void Resource::absorb(const Resource& other) {
  if (whole()) {
    if (__builtin_add_overflow(copies_, other.copies_, &copies_)) copies_ = UINT32_MAX;
    return;
  }
  switch (key_.kind) {
    case ValueKind::scalar:
      scalar_ = saturating_add(scalar_, other.scalar_);
      break;
    case ValueKind::ranges:
      ranges_ += other.ranges_;
      break;
    default:
      if (!set_.same(other.set_)) set_ = detail::Shared(join(set(), other.set()));
      break;
  }
}

void Resource::remove(const Resource& other) {
  if (whole()) {
    copies_ -= std::min(copies_, other.copies_);
    return;
  }
  switch (key_.kind) {
    case ValueKind::scalar:
      scalar_.milli -= std::min(scalar_.milli, other.scalar_.milli);
      break;
    case ValueKind::ranges:
      ranges_ -= other.ranges_;
      break;
    default:
      StringSet rest = set_.same(other.set_) ? StringSet() : cut(set(), other.set());
      set_ = rest.empty() ? detail::Shared<Strings>() : detail::Shared(std::move(rest));
      break;
  }
}

// Amounts of the same identity, as far as that can be seen without looking into their traits.
inline bool Resource::same_amounts(const Resource& other) const noexcept {
  constexpr std::uint32_t kOther = Key{ValueKind::text, kShared | kAtom, 0}.bits();
  return name_.same_bits(other.name_) && key_ == other.key_ && traits_.same(other.traits_) &&
         (key_.bits() & kOther) == 0;
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

// Relations of an entry to the one that it meets; the first function is for amounts that are not whole.
struct Resources::Covering {
  static bool amounts(Scalar mine, Scalar wanted) noexcept { return mine >= wanted; }
  static bool entries(const Resource& mine, const Resource& wanted) noexcept { return mine.covers(wanted); }
};

struct Resources::Equality {
  static bool amounts(Scalar mine, Scalar wanted) noexcept { return mine == wanted; }
  static bool entries(const Resource& mine, const Resource& wanted) noexcept {
    return mine.same_value(wanted) && mine.copies_ == wanted.copies_;
  }
};

// Whether each entry of `other` meets one of ours that stands in the relation to it. In a combined bag no two
// of them meet the same, so there must be as many of ours: the caller has seen to that.
template <class Relation>
bool Resources::each_has(const Resources& other) const {
  const Resource* wanted = other.begin();
  for (const Resource* mine = begin(); mine != end() && wanted != other.end(); ++mine) {
    if (!mine->same_amounts(*wanted)) continue;
    if (!Relation::amounts(mine->scalar_, wanted->scalar_)) return false;
    ++wanted;
  }
  if (wanted == other.end()) return true;
  const auto left = static_cast<std::size_t>(other.end() - wanted);
  detail::EntryLookup lookup(size(), left, 0);
  for (; wanted != other.end(); ++wanted) {
    const std::size_t place = lookup.find(begin(), *wanted);
    if (place == lookup.kNone || !Relation::entries(items_[place], *wanted)) return false;
  }
  return true;
}

bool Resources::covers_all(const Resources& other) const { return each_has<Covering>(other); }

bool operator==(const Resources& a, const Resources& b) {
  return a.size() == b.size() && a.each_has<Resources::Equality>(b);
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
    if (!mine.piece()) mine.remove(item);
    if (mine.piece() || mine.empty()) items_.erase(&mine);
    return;
  }
}

Resources& Resources::operator+=(const Resources& other) {
  if (empty()) {
    items_ = other.items_;
    return *this;
  }
  const std::size_t both = std::min(size(), other.size());
  Resource* mine = items_.begin();
  const Resource* theirs = other.begin();
  std::size_t i = 0;
  for (; i < both && mine[i].same_amounts(theirs[i]); ++i) {
    mine[i].scalar_ = sum_of_positive(mine[i].scalar_, theirs[i].scalar_);
  }
  if (i < other.size()) add_from(other, i);
  return *this;
}

void Resources::add_from(const Resources& other, std::size_t first) {
  if (this == &other) return add_from(Resources(other), first);
  detail::EntryLookup lookup(size(), other.size() - first, first);
  for (const Resource* item = other.begin() + first; item != other.end(); ++item) {
    const std::size_t place = item->piece() ? lookup.kNone : lookup.find(items_.data(), *item);
    if (place == lookup.kNone) {
      items_.push_back(*item);
    } else {
      items_[place].absorb(*item);
    }
  }
}

Resources& Resources::operator+=(Resources&& other) {
  if (empty() && this != &other) {
    items_ = std::move(other.items_);
    return *this;
  }
  return *this += static_cast<const Resources&>(other);
}

Resources& Resources::operator-=(const Resources& other) {
  const std::size_t both = std::min(size(), other.size());
  Resource* mine = items_.begin();
  const Resource* theirs = other.begin();
  bool emptied = false;
  std::size_t i = 0;
  for (; i < both && mine[i].same_amounts(theirs[i]); ++i) {
    std::int64_t& milli = mine[i].scalar_.milli;
    milli -= std::min(milli, theirs[i].scalar_.milli);
    emptied |= milli == 0;
  }
  if (i < other.size() && i < size()) {
    subtract_from(other, i);
  } else if (emptied) {
    drop_empty();
  }
  return *this;
}

// What becomes empty stays in its place to the end, so that the lookup need not follow.
void Resources::subtract_from(const Resources& other, std::size_t first) {
  detail::EntryLookup lookup(size(), other.size() - first, first);
  for (const Resource* item = other.begin() + first; item != other.end(); ++item) {
    const std::size_t place = lookup.find(items_.data(), *item);
    if (place == lookup.kNone) continue;
    if (items_[place].piece()) {
      items_[place].copies_ = 0;
    } else {
      items_[place].remove(*item);
    }
  }
  drop_empty();
}

void Resources::drop_empty() noexcept {
  items_.erase_if([](const Resource& item) { return item.empty(); });
}

}  // namespace mesoscore
