// Quota: how much a role is guaranteed, and how much it may have at most. Of any role of the tree; what a
// role has includes what the roles below it have.
//
// What counts as consumed by a role: the unreserved, non-revocable scalars that its frameworks hold (offered
// or used), and everything that is reserved to it, whether somebody holds it or not. What is held back for
// unmet guarantees of others is called headroom. Formulas: docs/allocator.md.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mesoscore/resources.hpp"
#include "mesoscore/small_vector.hpp"
#include "mesoscore/text.hpp"

namespace mesoscore {

// Upper bounds of amounts by name. A name that is absent has no bound; zero is a bound like any other.
// Ascending by name.
class QuantityLimits {
 public:
  struct Entry {
    Name name;
    Scalar most;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  static Result<QuantityLimits> parse(std::string_view text);  // "cpus:4;mem:1024"

  std::optional<Scalar> get(std::string_view name) const noexcept;
  void set(const Name& name, Scalar most);  // less than zero counts as zero
  void remove(std::string_view name);
  bool contains(const Quantities& amounts) const noexcept;  // nothing is over its bound
  bool empty() const noexcept { return entries_.empty(); }
  std::span<const Entry> entries() const noexcept { return entries_; }
  std::string str() const;
  friend bool operator==(const QuantityLimits&, const QuantityLimits&) = default;

 private:
  SmallVector<Entry, 4> entries_;
};

// A default-made Quota guarantees nothing and limits nothing.
struct Quota {
  Quantities guarantee{};
  QuantityLimits limit{};

  bool is_default() const noexcept { return guarantee.empty() && limit.empty(); }
  friend bool operator==(const Quota&, const Quota&) = default;
};

struct RoleQuota {
  RoleName role{};
  Quota quota{};
};

// The role name is valid and not "*", no amount is above what quota can count, no guarantee above its own
// limit. Names the offending value.
Status validate(const RoleQuota& quota);

}  // namespace mesoscore
