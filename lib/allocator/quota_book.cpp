#include "allocator/quota_book.hpp"

#include <algorithm>

#include "mesoscore/roles.hpp"

namespace mesoscore::allocation {
namespace {

constexpr std::int64_t kNoLimit = INT64_MAX;

std::int64_t at_least_zero(std::int64_t value) noexcept { return std::max<std::int64_t>(0, value); }

}  // namespace

QuotaNumber QuotaBook::find(std::string_view role) const noexcept {
  const auto found = numbers_.find(role, Hash{}(role));
  return found == numbers_.end() ? kNoQuota : found->second;
}

QuotaNumber QuotaBook::nearest(std::string_view role) const noexcept {
  if (roles_.empty()) return kNoQuota;
  for (; !role.empty(); role = parent_role(role)) {
    if (const QuotaNumber found = find(role); found != kNoQuota) return found;
  }
  return kNoQuota;
}

void QuotaBook::reset(std::vector<RoleQuota> quotas, ClusterTotal& total) {
  std::sort(quotas.begin(), quotas.end(),
            [](const RoleQuota& a, const RoleQuota& b) { return a.role < b.role; });
  roles_.clear();
  numbers_.clear();
  needed_.clear();
  free_.clear();
  needing_ = 0;
  for (const RoleQuota& each : quotas) {
    Role role;
    role.path = each.role.str();
    role.quota = each.quota;
    role.above = nearest(role.path);
    role.limited = !each.quota.limit.empty() || (role.above != kNoQuota && roles_[role.above].limited);
    numbers_.emplace(role.path, static_cast<QuotaNumber>(roles_.size()));
    roles_.push_back(std::move(role));
  }
  for (Role& role : roles_) {
    for (const auto& entry : role.quota.guarantee.entries()) {
      in(role.guarantee, total.number_of(entry.name)) = entry.amount.milli;
    }
    for (const auto& entry : role.quota.limit.entries()) {
      const std::uint32_t resource = total.number_of(entry.name);
      while (role.limit.size() <= resource) role.limit.push_back(kNoLimit);
      role.limit[resource] = entry.most.milli;
    }
  }
  names_ = static_cast<std::uint32_t>(total.names());
  // The lowest first, so that each finds the needs below it complete.
  for (QuotaNumber number = static_cast<QuotaNumber>(roles_.size()); number-- > 0;) {
    for (std::uint32_t resource = 0; resource < names_; ++resource) {
      const Role& role = roles_[number];
      const std::int64_t need = std::max(at(role.guarantee, resource), at(role.below, resource));
      if (need == 0) continue;
      in(roles_[number].need, resource) = need;
      if (role.above != kNoQuota) {
        in(roles_[role.above].below, resource) += need;
      } else {
        change_needed(resource, need);
      }
    }
  }
}

void QuotaBook::change_needed(std::uint32_t resource, std::int64_t change) {
  std::int64_t& needed = in(needed_, resource);
  const bool before = needed > 0;
  needed += change;
  if (before && needed <= 0) --needing_;
  if (!before && needed > 0) ++needing_;
}

void QuotaBook::consume(QuotaNumber number, const Amount& amount) noexcept {
  names_ = std::max(names_, amount.resource + 1);
  std::int64_t change = 0;  // of the need of the last one
  for (QuotaNumber n = number; n != kNoQuota; n = roles_[n].above) {
    Role& role = roles_[n];
    in(role.consumed, amount.resource) += amount.milli;
    if (change != 0) in(role.below, amount.resource) += change;
    const std::int64_t unmet =
        at_least_zero(at(role.guarantee, amount.resource) - at(role.consumed, amount.resource));
    const std::int64_t need = std::max(unmet, at(role.below, amount.resource));
    change = need - at(role.need, amount.resource);
    if (change != 0) in(role.need, amount.resource) = need;
  }
  if (change != 0) change_needed(amount.resource, change);
}

void QuotaBook::add_free(const Amount& amount) noexcept {
  names_ = std::max(names_, amount.resource + 1);
  in(free_, amount.resource) += amount.milli;
}

// Giving x to the role makes the required headroom max(need - x, others); see docs/allocator.md.
QuotaBook::Debt QuotaBook::debt(QuotaNumber number, std::uint32_t resource) const noexcept {
  Debt sum;
  std::int64_t of_child = 0;
  for (QuotaNumber n = number; n != kNoQuota; n = roles_[n].above) {
    const Role& role = roles_[n];
    const std::int64_t siblings = at(role.below, resource) - of_child;
    const std::int64_t unmet = at_least_zero(at(role.guarantee, resource) - at(role.consumed, resource));
    sum.need = std::max(unmet, siblings + sum.need);
    sum.others += siblings;
    of_child = at(role.need, resource);
  }
  const std::int64_t siblings = at(needed_, resource) - of_child;
  sum.need += siblings;
  sum.others += siblings;
  return sum;
}

void QuotaBook::bounds(QuotaNumber number, Bounds& out) const {
  out.most.clear();
  for (std::uint32_t resource = 0; resource < names_; ++resource) {
    std::int64_t most = INT64_MAX;
    if (at(needed_, resource) > 0) {
      const Debt owed = debt(number, resource);
      most = owed.open() + at_least_zero(at(free_, resource) - owed.need);
    }
    for (QuotaNumber n = number; n != kNoQuota; n = roles_[n].above) most = std::min(most, room(n, resource));
    out.most.push_back(most);
  }
}

bool QuotaBook::is_owed(QuotaNumber number, std::uint32_t resource) const noexcept {
  if (number == kNoQuota || at(needed_, resource) <= 0) return false;
  const Role& role = roles_[number];
  if (role.above != kNoQuota) return debt(number, resource).open() > 0;
  // The same with nothing above it: most roles, and asked of each of them for each agent.
  return at(role.guarantee, resource) - at(role.consumed, resource) > at_least_zero(at(role.below, resource));
}

bool QuotaBook::is_owed_anything(QuotaNumber number) const noexcept {
  for (std::uint32_t resource = 0; resource < needed_.size(); ++resource) {
    if (is_owed(number, resource)) return true;
  }
  return false;
}

std::int64_t QuotaBook::room(QuotaNumber number, std::uint32_t resource) const noexcept {
  const Role& role = roles_[number];
  if (resource >= role.limit.size() || role.limit[resource] == kNoLimit) return INT64_MAX;
  return at_least_zero(role.limit[resource] - at(role.consumed, resource));
}

std::int64_t QuotaBook::consumed(QuotaNumber number, std::uint32_t resource) const noexcept {
  return at(roles_[number].consumed, resource);
}

QuotaNumber QuotaBook::tightest(QuotaNumber number, std::uint32_t resource) const noexcept {
  QuotaNumber found = kNoQuota;
  std::int64_t least = INT64_MAX;
  for (QuotaNumber n = number; n != kNoQuota; n = roles_[n].above) {
    if (const std::int64_t left = room(n, resource); left < least) {
      least = left;
      found = n;
    }
  }
  return found;
}

bool QuotaBook::is_unmet(QuotaNumber number, std::uint32_t resource) const noexcept {
  return at(roles_[number].guarantee, resource) > at(roles_[number].consumed, resource);
}

}  // namespace mesoscore::allocation
