// The roles with quota, what they consume, and how much of an agent's free resources a role may be given.
//
// Per resource, for a role n with quota: unmet(n) = max(0, guarantee(n) - consumed(n)), and what has to be
// held back for n and all below it is need(n) = max(unmet(n), sum of need over the next roles with quota
// below n). The sum of need at the top is the required headroom. docs/allocator.md has the derivation of
// most_for().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "allocator/cluster_total.hpp"
#include "mesoscore/quota.hpp"

namespace mesoscore::allocation {

using QuotaNumber = std::uint32_t;
inline constexpr QuotaNumber kNoQuota = UINT32_MAX;

class QuotaBook {
 public:
  // How much may be given, by resource number.
  struct Bounds {
    SmallVector<std::int64_t, 8> most;
    std::int64_t of(std::uint32_t resource) const noexcept {
      return resource < most.size() ? most[resource] : INT64_MAX;
    }
  };

  bool active() const noexcept { return !roles_.empty(); }
  std::size_t size() const noexcept { return roles_.size(); }
  const std::string& path(QuotaNumber number) const noexcept { return roles_[number].path; }
  QuotaNumber above(QuotaNumber number) const noexcept { return roles_[number].above; }
  const Quota& quota(QuotaNumber number) const noexcept { return roles_[number].quota; }
  QuotaNumber find(std::string_view role) const noexcept;     // exactly this role
  QuotaNumber nearest(std::string_view role) const noexcept;  // the role or the first above it that has quota

  // Forgets all amounts; they are to be told anew.
  void reset(std::vector<RoleQuota> quotas, ClusterTotal& total);

  void consume(QuotaNumber number, const Amount& amount) noexcept;
  void release(QuotaNumber number, const Amount& amount) noexcept {
    consume(number, {amount.resource, -amount.milli});
  }
  void add_free(const Amount& amount) noexcept;  // unreserved, not revocable, on an active agent
  void take_free(const Amount& amount) noexcept { add_free({amount.resource, -amount.milli}); }

  // Nothing is held back and nobody above this role has a limit.
  bool is_unbound(QuotaNumber number) const noexcept {
    return needing_ == 0 && (number == kNoQuota || !roles_[number].limited);
  }
  bool anything_needed() const noexcept { return needing_ != 0; }
  void bounds(QuotaNumber number, Bounds& out) const;
  // Is some of this resource due to the role by a guarantee of its own or of a role above it?
  bool is_owed(QuotaNumber number, std::uint32_t resource) const noexcept;
  bool is_owed_anything(QuotaNumber number) const noexcept;

  // ---- for explanations and checks ----
  std::int64_t consumed(QuotaNumber number, std::uint32_t resource) const noexcept;
  std::int64_t needed(std::uint32_t resource) const noexcept { return at(needed_, resource); }
  std::int64_t free(std::uint32_t resource) const noexcept { return at(free_, resource); }
  // The role, from this one upwards, whose limit leaves the least of the resource; kNoQuota: none limits it.
  QuotaNumber tightest(QuotaNumber number, std::uint32_t resource) const noexcept;
  std::int64_t room(QuotaNumber number, std::uint32_t resource) const noexcept;  // below its own limit
  bool is_unmet(QuotaNumber number, std::uint32_t resource) const noexcept;      // its own guarantee

 private:
  using Numbers = SmallVector<std::int64_t, 6>;
  struct Role {
    std::string path;
    Quota quota;
    QuotaNumber above = kNoQuota;
    bool limited = false;                             // it or a role above it has a limit
    Numbers guarantee, limit, consumed, below, need;  // `below`: sum of the needs of the next ones below
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  // `open` of the required headroom is a debt to this role: the first so much of what it is given costs
  // nobody else anything.
  struct Debt {
    std::int64_t need = 0, others = 0;
    std::int64_t open() const noexcept { return need - others; }
  };
  static std::int64_t at(const Numbers& numbers, std::uint32_t resource) noexcept {
    return resource < numbers.size() ? numbers[resource] : 0;
  }
  static std::int64_t& in(Numbers& numbers, std::uint32_t resource) {
    while (numbers.size() <= resource) numbers.push_back(0);
    return numbers[resource];
  }
  Debt debt(QuotaNumber number, std::uint32_t resource) const noexcept;
  void change_needed(std::uint32_t resource, std::int64_t change);

  std::vector<Role> roles_;  // ascending by path: a role comes after those above it
  tsl::robin_map<std::string, QuotaNumber, Hash, std::equal_to<>> numbers_;
  Numbers needed_, free_;
  std::uint32_t needing_ = 0;  // resources of which some is needed
  std::uint32_t names_ = 0;    // resource numbers seen
};

}  // namespace mesoscore::allocation
