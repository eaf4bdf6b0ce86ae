// Resources: what agents have, offers carry and tasks use.
//
// Three kinds of value: a scalar in fixed point of three decimals (0.1 + 0.2 contains 0.3), a set of closed
// integer ranges, and a set of strings. Units: mem and disk in MB (2^20 bytes), gpus whole numbers, others
// free. Two resources combine only if they agree in name, kind, reservation stack, disk identity, provider,
// revocable and shared. Persistent volumes and MOUNT or BLOCK disks are atoms: they are added and subtracted
// whole. The role to which an offer allocates its resources is a member of the offer, not of each resource.
// Value semantics; distinct objects may be used from distinct threads.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/detail/shared.hpp"
#include "mesoscore/ranges.hpp"
#include "mesoscore/resource_traits.hpp"
#include "mesoscore/result.hpp"
#include "mesoscore/small_vector.hpp"
#include "mesoscore/text.hpp"

namespace mesoscore {

namespace detail {
class EntryLookup;
}

// A scalar quantity in thousandths.
struct Scalar {
  std::int64_t milli = 0;

  static constexpr std::int64_t kMaxMilli = 9'220'000'000'000'000'000;  // sums saturate here

  // Nearest thousandth; saturates at +-kMaxMilli; NaN becomes zero. Doubles, and so JSON and the wire, keep
  // all three decimals of amounts up to 4e12.
  static Scalar from_double(double value) noexcept;
  double to_double() const noexcept { return static_cast<double>(milli) / 1000.0; }
  friend constexpr auto operator<=>(Scalar, Scalar) = default;
};

enum class ValueKind : std::uint8_t { scalar = 0, ranges = 1, set = 2, text = 3 };  // Value.Type of Mesos v1

// One resource. Cheap to copy: ranges, sets and traits are immutable and shared between copies.
class Resource {
 public:
  Resource() noexcept : scalar_{} {}
  Resource(Name name, Scalar value) noexcept
      : name_(std::move(name)), scalar_(value), key_{ValueKind::scalar, name_flag()} {}
  Resource(Name name, Ranges value);
  Resource(Name name, std::vector<std::string> set);  // sorted, duplicates removed
  Resource(const Resource& other)
      : name_(other.name_), traits_(other.traits_), key_(other.key_), copies_(other.copies_) {
    copy_value(other);
  }
  Resource(Resource&& other) noexcept
      : name_(std::move(other.name_)),
        traits_(std::move(other.traits_)),
        key_(other.key_),
        copies_(other.copies_) {
    take_value(other);
  }
  Resource& operator=(const Resource& other) { return *this = Resource(other); }
  Resource& operator=(Resource&& other) noexcept;
  ~Resource() {
    if (key_.kind != ValueKind::scalar) destroy_value();
  }

  const Name& name() const noexcept { return name_; }
  ValueKind kind() const noexcept { return key_.kind; }
  Scalar scalar() const noexcept {  // zero for the other kinds
    return key_.kind == ValueKind::scalar ? scalar_ : Scalar{};
  }
  const Ranges& ranges() const noexcept;              // empty for the other kinds
  std::span<const std::string> set() const noexcept;  // empty for the other kinds
  const ResourceTraits& traits() const noexcept;
  bool empty() const noexcept;

  bool plain() const noexcept { return !has(kTraits); }  // unreserved, not revocable, no disk, no provider
  bool reserved() const noexcept { return has(kReserved); }
  bool revocable() const noexcept { return has(kRevocable); }
  bool shared() const noexcept { return has(kShared); }
  bool atom() const noexcept { return has(kAtom); }          // cannot be split or merged
  std::string_view reservation_role() const noexcept;        // "*" when unreserved
  std::uint32_t copies() const noexcept { return copies_; }  // of a shared resource; else 1

  Resource with_traits(ResourceTraits traits) const;  // replaces them all
  Resource with_scalar(Scalar value) const;
  Resource reserved_for(Reservation reservation) const;  // pushes on the stack
  Result<Resource> unreserved_once() const;              // pops; an error when there is nothing to pop

  // Same name, kind and traits: what addition and subtraction need. Says nothing of the values.
  bool same_identity(const Resource& other) const noexcept {
    if (name_ != other.name_ || key_ != other.key_) return false;
    return traits_.same(other.traits_) || same_traits(other);
  }
  // A plain amount whose name is inline: copying its bytes copies it. See small_vector.hpp.
  bool owns_nothing() const noexcept { return key_.bits() == 0; }
  // Same identity, value and number of copies. What is not part of the identity does not count (see
  // DiskInfo).
  friend bool operator==(const Resource& a, const Resource& b);

 private:
  friend class Resources;
  friend class detail::EntryLookup;
  using Strings = std::vector<std::string>;
  struct HashedTraits {
    ResourceTraits value;
    std::uint64_t hash;  // of the identity
  };
  enum Flag : std::uint8_t {
    kTraits = 1,
    kReserved = 2,
    kRevocable = 4,
    kShared = 8,
    kAtom = 16,
    kLongName = 32
  };
  // What can be told of an identity at a glance. Equal keys are no proof, different ones are.
  struct Key {
    ValueKind kind = ValueKind::scalar;
    std::uint8_t flags = 0;
    std::uint16_t traits_tag = 0;  // a part of their hash
    friend bool operator==(Key a, Key b) noexcept { return a.bits() == b.bits(); }
    constexpr std::uint32_t bits() const noexcept { return std::bit_cast<std::uint32_t>(*this); }
  };

  bool has(Flag flag) const noexcept { return (key_.flags & flag) != 0; }
  std::uint8_t name_flag() const noexcept { return name_.is_inline() ? 0 : kLongName; }
  void set_traits(ResourceTraits traits);
  bool same_traits(const Resource& other) const noexcept;
  void copy_value(const Resource& other) noexcept {  // there is no value yet
    if (key_.kind == ValueKind::scalar) {
      scalar_ = other.scalar_;
    } else {
      share_value(other);
    }
  }
  void share_value(const Resource& other) noexcept;
  void take_value(Resource& other) noexcept;
  void destroy_value() noexcept;

  // How one entry of a bag meets another; see lib/resources/resources.cpp.
  bool whole() const noexcept { return (key_.flags & (kShared | kAtom)) != 0; }
  bool piece() const noexcept { return (key_.flags & (kShared | kAtom)) == kAtom; }
  bool same_amounts(const Resource& other) const noexcept;
  bool same_value(const Resource& other) const noexcept;
  bool same_entry(const Resource& other) const noexcept {
    return same_identity(other) && (!whole() || same_value(other));
  }
  bool covers(const Resource& other) const noexcept;
  void absorb(const Resource& other);
  void remove(const Resource& other);

  Name name_;
  union {  // by kind
    Scalar scalar_;
    Ranges ranges_;
    detail::Shared<Strings> set_;  // none: no strings
  };
  detail::Shared<HashedTraits> traits_;  // none: plain
  Key key_;
  std::uint32_t copies_ = 1;
};

template <>
inline constexpr bool is_relocatable<Resource> = true;

// Scalar amounts by name, without reservations: what shares, quota and min_allocatable are computed on. The
// count of a ranges or set resource is its quantity. Ascending by name, no zero entries.
class Quantities {
 public:
  struct Entry {
    Name name;
    Scalar amount;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  Quantities() = default;
  static Result<Quantities> parse(std::string_view text);  // "cpus:4;mem:1024"

  Scalar get(std::string_view name) const noexcept;  // zero when absent
  void set(const Name& name, Scalar amount);         // zero or less removes the entry
  void add(const Name& name, Scalar amount);
  bool contains(const Quantities& other) const noexcept;  // at least `other` in every name
  Quantities& operator+=(const Quantities& other);
  Quantities& operator-=(const Quantities& other);  // floors at zero
  bool empty() const noexcept { return entries_.empty(); }
  std::span<const Entry> entries() const noexcept { return entries_; }
  std::string str() const;
  friend bool operator==(const Quantities&, const Quantities&) = default;

 private:
  SmallVector<Entry, 4> entries_;
};

// A bag of resources, kept combined: no two entries could be one, and none is empty. Entries are in the order
// in which they were first added. Sums, differences and comparisons of bags take time linear in their
// entries, in whatever order these are; the work per entry is least when both have the same order.
class Resources {
 public:
  Resources() = default;
  Resources(std::initializer_list<Resource> items);

  // `cpus:4;mem(ads):2048;ports:[31000-32000];bugs:{a,b}`; (role) is a static reservation. Other traits are
  // words in braces, as str() shows them: `cpus{dynamic=eng}:2`, `disk{dynamic=eng volume=v1 at=data}:512`,
  // with white space and ';' in none of them, and no `copies`. A text that begins with '[' is read as JSON:
  // an array of Resource messages of Mesos v1, which can say everything. Errors name the entry and say what
  // is expected. Unnamed duplicates add up.
  static Result<Resources> parse(std::string_view text);
  static Result<Resources> parse_json(std::string_view json);
  std::string str() const;      // the text form
  std::string to_json() const;  // always the whole truth

  bool empty() const noexcept { return items_.empty(); }
  std::size_t size() const noexcept { return items_.size(); }
  const Resource* begin() const noexcept { return items_.begin(); }
  const Resource* end() const noexcept { return items_.end(); }

  bool contains(const Resources& other) const { return other.size() <= size() && covers_all(other); }
  bool contains(const Resource& other) const;
  void add(const Resource& item);
  void subtract(const Resource& item);  // drops what is not there; nothing becomes negative
  Resources& operator+=(const Resources& other);
  Resources& operator+=(Resources&& other);
  Resources& operator-=(const Resources& other);
  friend Resources operator+(const Resources& a, const Resources& b) {
    Resources out(a);
    out += b;
    return out;
  }
  friend Resources operator-(const Resources& a, const Resources& b) {
    Resources out(a);
    out -= b;
    return out;
  }
  friend Resources operator+(Resources&& a, const Resources& b) { return std::move(a += b); }
  friend Resources operator-(Resources&& a, const Resources& b) { return std::move(a -= b); }
  friend bool operator==(const Resources& a, const Resources& b);  // as bags: the order does not matter

  // Sum over all traits. A shared resource counts once here and in quantities(), however many copies there
  // are: it is one piece of the machine.
  Scalar scalar(std::string_view name) const noexcept;
  double get(std::string_view name) const noexcept { return scalar(name).to_double(); }
  Quantities quantities() const;

  Resources unreserved() const;
  Resources reserved_to(std::string_view role) const;  // current reservation is exactly `role`
  // Unreserved, or reserved to `role` or to one of its ancestors: what may be offered to `role`.
  Resources allocatable_to(std::string_view role) const;
  Resources revocable() const;
  Resources non_revocable() const;
  template <class Predicate>
  Resources filter(Predicate&& keep) const {
    const Resource* at = begin();
    while (at != end() && keep(*at)) ++at;
    Resources out;
    out.items_.append(begin(), at);  // most often all of them
    for (at += at != end(); at != end(); ++at) {
      if (keep(*at)) out.items_.push_back(*at);
    }
    return out;
  }
  void clear() noexcept { items_.clear(); }

 private:
  struct Covering;
  struct Equality;
  template <class Relation>
  bool each_has(const Resources& other) const;
  bool covers_all(const Resources& other) const;
  void add_from(const Resources& other, std::size_t first);
  void subtract_from(const Resources& other, std::size_t first);
  void drop_empty() noexcept;

  SmallVector<Resource, 4> items_;
};

// Is this one resource well formed? (name, value, disk, reservation stack, shared only on persistent
// volumes.) Resources that were built by parse() or the wire decoder have been through it.
Status validate(const Resource& resource);
Status validate(const Resources& resources);

std::ostream& operator<<(std::ostream& out, const Resources& resources);
std::ostream& operator<<(std::ostream& out, const Resource& resource);
std::ostream& operator<<(std::ostream& out, const Quantities& quantities);

}  // namespace mesoscore
