// Resources: what agents have, offers carry and tasks use.
//
// Three kinds of value: a scalar in fixed point of three decimals (0.1 + 0.2 contains 0.3), a set of closed
// integer ranges, and a set of strings. Units: mem and disk in MB (2^20 bytes), gpus whole numbers, others
// free. Two resources combine only if they agree in name, kind, reservation stack, disk identity, provider,
// revocable and shared. Persistent volumes and MOUNT or BLOCK disks are atoms: they are added and subtracted
// whole. The role to which an offer allocates its resources is a member of the offer, not of each resource.
// Value semantics; distinct objects may be used from distinct threads.
#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/detail/shared.hpp"
#include "mesoscore/labels.hpp"
#include "mesoscore/result.hpp"
#include "mesoscore/small_vector.hpp"
#include "mesoscore/text.hpp"

namespace mesoscore {

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

// Closed interval [begin, end].
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  friend constexpr auto operator<=>(const Range&, const Range&) = default;
};

// Disjoint, non-adjacent closed intervals in ascending order. Sums coalesce.
class Ranges {
 public:
  Ranges() = default;
  // Refuses inverted and overlapping intervals; adjacent ones coalesce. Any order.
  static Result<Ranges> make(std::vector<Range> intervals);

  std::span<const Range> intervals() const noexcept { return intervals_; }
  bool empty() const noexcept { return intervals_.empty(); }
  std::uint64_t count() const noexcept;  // how many integers; saturates at 2^64 - 1
  bool contains(const Ranges& other) const noexcept;
  Ranges& operator+=(const Ranges& other);  // union
  Ranges& operator-=(const Ranges& other);  // difference
  friend bool operator==(const Ranges&, const Ranges&) = default;

 private:
  std::vector<Range> intervals_;
};

enum class ValueKind : std::uint8_t { scalar = 0, ranges = 1, set = 2, text = 3 };  // Value.Type of Mesos v1

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
};

// One resource. Cheap to copy: ranges, sets and traits are immutable and shared between copies.
class Resource {
 public:
  Resource() = default;
  Resource(Name name, Scalar value) noexcept : name_(std::move(name)), scalar_(value) {}
  Resource(Name name, Ranges value);
  Resource(Name name, std::vector<std::string> set);  // sorted, duplicates removed

  const Name& name() const noexcept { return name_; }
  ValueKind kind() const noexcept { return kind_; }
  Scalar scalar() const noexcept { return scalar_; }  // zero for the other kinds
  const Ranges& ranges() const noexcept;              // empty for the other kinds
  std::span<const std::string> set() const noexcept;  // empty for the other kinds
  const ResourceTraits& traits() const noexcept;
  bool empty() const noexcept;

  bool plain() const noexcept { return !traits_; }  // unreserved, not revocable, no disk, no provider
  bool reserved() const noexcept { return traits_ && !traits_->reservations.empty(); }
  bool revocable() const noexcept { return traits_ && traits_->revocable; }
  bool shared() const noexcept { return traits_ && traits_->shared; }
  bool atom() const noexcept;                                // cannot be split or merged
  std::string_view reservation_role() const noexcept;        // "*" when unreserved
  std::uint32_t copies() const noexcept { return copies_; }  // of a shared resource; else 1

  Resource with_traits(ResourceTraits traits) const;  // replaces them all
  Resource with_scalar(Scalar value) const;
  Resource reserved_for(Reservation reservation) const;  // pushes on the stack
  Result<Resource> unreserved_once() const;              // pops; an error when there is nothing to pop

  // Same name, kind and traits: what addition and subtraction need. Says nothing of the values.
  bool same_identity(const Resource& other) const noexcept;
  // Same identity, value and number of copies. What is not part of the identity does not count (see
  // DiskInfo).
  friend bool operator==(const Resource& a, const Resource& b);

 private:
  friend class Resources;
  // What is not a number. At most one of the two is used.
  struct Values {
    Ranges ranges;
    std::vector<std::string> set;
  };
  void set_values(Values values);

  // How one entry of a bag meets another; see lib/resources/resources.cpp.
  bool whole() const noexcept { return traits_ && (traits_->shared || atom()); }
  bool same_value(const Resource& other) const noexcept;
  bool same_entry(const Resource& other) const noexcept;
  bool covers(const Resource& other) const noexcept;
  void absorb(const Resource& other);
  void remove(const Resource& other);

  Name name_;
  Scalar scalar_;
  ValueKind kind_ = ValueKind::scalar;
  std::uint32_t copies_ = 1;
  detail::Shared<ResourceTraits> traits_;  // none: plain
  detail::Shared<Values> values_;          // none: a scalar, or no values
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

// A bag of resources, kept combined. No entry is empty.
class Resources {
 public:
  Resources() = default;
  Resources(std::initializer_list<Resource> items);

  // `cpus:4;mem(ads):2048;ports:[31000-32000];bugs:{a,b}`; (role) is a static reservation. A text that begins
  // with
  // '[' is read as JSON: an array of Resource messages of Mesos v1 (needed for disks and labels). Errors name
  // the entry and say what is expected. Unnamed duplicates add up.
  static Result<Resources> parse(std::string_view text);
  static Result<Resources> parse_json(std::string_view json);
  std::string str() const;      // the text form; traits that it cannot express are shown in braces
  std::string to_json() const;  // always the whole truth

  bool empty() const noexcept { return items_.empty(); }
  std::size_t size() const noexcept { return items_.size(); }
  const Resource* begin() const noexcept { return items_.begin(); }
  const Resource* end() const noexcept { return items_.end(); }

  bool contains(const Resources& other) const;
  bool contains(const Resource& other) const;
  void add(const Resource& item);
  void subtract(const Resource& item);  // drops what is not there; nothing becomes negative
  Resources& operator+=(const Resources& other);
  Resources& operator+=(Resources&& other);
  Resources& operator-=(const Resources& other);
  friend Resources operator+(Resources a, const Resources& b) { return std::move(a += b); }
  friend Resources operator-(Resources a, const Resources& b) { return std::move(a -= b); }
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
    Resources out;
    for (const Resource& item : items_) {
      if (keep(item)) out.items_.push_back(item);
    }
    return out;
  }
  void clear() noexcept { items_.clear(); }

 private:
  SmallVector<Resource, 3> items_;
};

// Is this one resource well formed? (name, value, disk, reservation stack, shared only on persistent
// volumes.) Resources that were built by parse() or the wire decoder have been through it.
Status validate(const Resource& resource);
Status validate(const Resources& resources);

std::ostream& operator<<(std::ostream& out, const Resources& resources);
std::ostream& operator<<(std::ostream& out, const Resource& resource);
std::ostream& operator<<(std::ostream& out, const Quantities& quantities);

}  // namespace mesoscore
