// What the whole cluster has, and the numbers that stand for resource names in dense arrays.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mesoscore/resources.hpp"

namespace mesoscore::allocation {

// A scalar amount of the resource with this number.
struct Amount {
  std::uint32_t resource = 0;
  std::int64_t milli = 0;
};
using Amounts = SmallVector<Amount, 8>;

// Sums wrap around, so that taking back what was added always restores the old sum, even if somebody's agent
// claims 2^63; a sum that is out of range reads as the largest value.
inline void add_to(std::int64_t& sum, std::int64_t milli) noexcept {
  sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) + static_cast<std::uint64_t>(milli));
}
inline void take_from(std::int64_t& sum, std::int64_t milli) noexcept {
  sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) - static_cast<std::uint64_t>(milli));
}
inline Scalar read(std::int64_t sum) noexcept { return Scalar{sum < 0 ? INT64_MAX : sum}; }

class Bag;

class ClusterTotal {
 public:
  explicit ClusterTotal(std::span<const Name> fair_sharing_excluded);

  // Only scalars count for shares; ports and sets ride along.
  std::uint32_t number_of(const Name& name);
  std::uint32_t number_if_known(const Name& name) const noexcept;  // UINT32_MAX: never heard of
  const Name& name_of(std::uint32_t number) const noexcept { return names_[number]; }
  Amounts amounts(const Resources& resources);  // one entry per scalar item
  void append(Amounts& amounts, const Resource& item);

  void replace(const Bag& before, const Bag& after);  // keeps the version if nothing changes

  std::size_t names() const noexcept { return names_.size(); }
  const Quantities& quantities() const;
  std::uint64_t version() const noexcept { return version_; }
  // By number; zero for what the cluster has not and for what is excluded from fair sharing.
  std::span<const std::int64_t> fair() const noexcept { return fair_; }
  // A dense array as quantities; with `fair_only` without the names excluded from fair sharing.
  void to_quantities(std::span<const std::int64_t> amounts, bool fair_only, Quantities& out) const;

 private:
  void note_change(const Bag& bag, bool in);

  std::vector<Name> names_;             // by number
  std::vector<std::uint8_t> excluded_;  // by number: not 0
  std::vector<std::uint32_t> by_name_;  // numbers, ascending by name
  std::vector<Name> excluded_names_;
  std::vector<std::int64_t> total_;
  std::vector<std::int64_t> fair_;
  std::vector<std::int64_t> change_;  // scratch: zero between the calls
  std::uint64_t version_ = 1;
  mutable Quantities quantities_;  // of that version
  mutable std::uint64_t quantities_version_ = 0;
};

// max over r of allocated[r] / total[r], for total[r] > 0. The arrays are of equal length.
double dominant_share(std::span<const std::int64_t> allocated, std::span<const std::int64_t> total) noexcept;

}  // namespace mesoscore::allocation
