// Quota, straight from its definition: what may be given is found by trying.
#include <algorithm>

#include "reference.hpp"

namespace reference {

namespace {

bool counts(const Resource& item) {
  return item.kind() == ValueKind::scalar && !item.reserved() && !item.revocable();
}

bool inside(const std::string& role, const std::string& top) {
  return role == top || role.compare(0, top.size() + 1, top + "/") == 0;
}

// The largest x in [0, most] for which holds(x); holds(0), and once it does not, it never does again.
template <class Holds>
std::int64_t largest(std::int64_t most, Holds holds) {
  std::int64_t low = 0;
  while (low < most) {
    const std::int64_t middle = low + (most - low + 1) / 2;
    if (holds(middle)) {
      low = middle;
    } else {
      most = middle - 1;
    }
  }
  return low;
}

constexpr std::int64_t kPlenty = 1'000'000'000;

}  // namespace

void Reference::set_quota(const std::vector<RoleQuota>& quotas) {
  for (const auto& [a, agent] : agents_) mark(a);
  for (const RoleQuota& each : quotas) {
    quotas_[each.role.str()] = each.quota;
    if (each.quota.is_default()) quotas_.erase(each.role.str());
  }
}

Quantities Reference::consumed(const std::string& role) const {
  Quantities sum;
  for (const auto& [a, agent] : agents_) {
    for (const Resource& item : agent.info.resources) {
      const bool reserved = item.kind() == ValueKind::scalar && item.reserved() && !item.revocable();
      if (reserved && inside(std::string(item.reservation_role()), role)) sum.add(item.name(), item.scalar());
    }
    for (const auto& [leaf, held] : agent.held) {
      if (!inside(leaf.first, role)) continue;
      for (const Resource& item : held) {
        if (counts(item)) sum.add(item.name(), item.scalar());
      }
    }
  }
  return sum;
}

std::string Reference::quota_role(const std::string& role) const {
  for (std::string r = role; !r.empty(); r = std::string(parent_role(r))) {
    if (quotas_.count(r) > 0) return r;
  }
  return "";
}

// What has to be held back for `top` and all below it, if `more` were given to a framework in `given_to`.
std::int64_t Reference::need(const std::string& top, const Name& name, const std::string& given_to,
                             std::int64_t more) const {
  const std::int64_t has = consumed(top).get(name).milli + (inside(given_to, top) ? more : 0);
  const std::int64_t unmet = std::max<std::int64_t>(0, quotas_.at(top).guarantee.get(name).milli - has);
  std::int64_t below = 0;
  for (const auto& [role, quota] : quotas_) {
    if (role != top && quota_role(std::string(parent_role(role))) == top)
      below += need(role, name, given_to, more);
  }
  return std::max(unmet, below);
}

std::int64_t Reference::required_headroom(const Name& name, const std::string& given_to,
                                          std::int64_t more) const {
  std::int64_t sum = 0;
  for (const auto& [role, quota] : quotas_) {
    if (quota_role(std::string(parent_role(role))).empty()) sum += need(role, name, given_to, more);
  }
  return sum;
}

std::int64_t Reference::free_headroom(const Name& name) const {
  std::int64_t sum = 0;
  for (const auto& [a, agent] : agents_) {
    if (!agent.active) continue;
    for (const Resource& item : free_on(agent)) {
      if (counts(item) && item.name() == name) sum += item.scalar().milli;
    }
  }
  return sum;
}

std::int64_t Reference::most_for(const std::string& role, const Name& name) const {
  const std::int64_t needed = required_headroom(name, role, 0);
  const std::int64_t free = free_headroom(name);
  std::int64_t most = kPlenty;
  if (needed > 0 && free >= needed) {
    most = largest(most, [&](std::int64_t x) { return free - x >= required_headroom(name, role, x); });
  } else if (needed > 0) {
    most = largest(most, [&](std::int64_t x) { return required_headroom(name, role, x) == needed - x; });
  }
  for (std::string r = role; !r.empty(); r = std::string(parent_role(r))) {
    const auto quota = quotas_.find(r);
    if (quota == quotas_.end() || !quota->second.limit.get(name)) continue;
    const std::int64_t room = quota->second.limit.get(name)->milli - consumed(r).get(name).milli;
    most = std::min(most, std::max<std::int64_t>(0, room));
  }
  return most;
}

bool Reference::is_owed(const std::string& role, const Name& name) const {
  return required_headroom(name, role, 1) < required_headroom(name, role, 0);
}

Resources Reference::within_quota(const std::string& role, const Resources& resources,
                                  std::map<Name, std::int64_t>* left) const {
  if (quotas_.empty()) return resources;
  Resources out;
  for (const Resource& item : resources) {
    if (!counts(item)) {
      out.add(item);
      continue;
    }
    const std::int64_t most = left == nullptr
                                  ? most_for(role, item.name())
                                  : left->try_emplace(item.name(), most_for(role, item.name())).first->second;
    const std::int64_t part = std::min(most, item.scalar().milli);
    if (part > 0) out.add(item.with_scalar({part}));
  }
  return out;
}

}  // namespace reference
