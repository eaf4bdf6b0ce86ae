#include "core/usable_resources.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/messages.hpp"

namespace mesoscore {
namespace {

Status check_disk(const Resource& resource) {
  const DiskInfo* disk = resource.traits().disk.get();
  if (!disk) return {};
  const bool mounted = !disk->volume_container_path.empty();
  if (!disk->persistent()) {
    if (!mounted && disk->volume_host_path.empty()) return {};
    return fail(Errc::invalid_argument,
                "a disk has a volume " + in_quotes(disk->volume_container_path) +
                    " but no persistence: leave the volume out, or give a persistence id");
  }
  const auto flawed = [&](const char* why) {
    return fail(Errc::invalid_argument, "persistent volume " + in_quotes(disk->persistence_id) + " " + why);
  };
  if (!resource.reserved()) return flawed("is not reserved: volumes are made of reserved disk");
  if (!mounted) return flawed("has no volume: say at which container_path it is to appear");
  if (!disk->volume_host_path.empty())
    return flawed("has a host_path: leave it out, the agent chooses the place");
  if (resource.revocable()) return flawed("is revocable: volumes are made of non-revocable disk");
  return {};
}

bool all_plain(const Resources& resources) noexcept {
  return std::all_of(resources.begin(), resources.end(), [](const Resource& each) { return each.plain(); });
}

Status check_revocable(const Resources& resources) {
  for (const Resource& a : resources) {
    for (const Resource& b : resources) {
      if (a.name() != b.name() || a.revocable() == b.revocable()) continue;
      return fail(Errc::invalid_argument,
                  "resource " + in_quotes(a.name()) + " comes both revocable and not: use one of the two");
    }
  }
  return {};
}

bool overlap(const Resource& a, const Resource& b) {
  if (a.name() != b.name() || a.kind() != b.kind()) return false;
  if (a.kind() == ValueKind::ranges) {
    Ranges rest = a.ranges();
    rest -= b.ranges();
    return rest != a.ranges();
  }
  return std::find_first_of(a.set().begin(), a.set().end(), b.set().begin(), b.set().end()) != a.set().end();
}

}  // namespace

Status validate_unique_volumes(const Resources& resources) {
  std::vector<std::pair<std::string_view, std::string_view>> seen;  // role, id
  for (const Resource& resource : resources) {
    const DiskInfo* disk = resource.traits().disk.get();
    if (disk && disk->persistent()) seen.emplace_back(resource.reservation_role(), disk->persistence_id);
  }
  std::sort(seen.begin(), seen.end());
  const auto twice = std::adjacent_find(seen.begin(), seen.end());
  if (twice == seen.end()) return {};
  return fail(Errc::invalid_argument, "persistence id " + in_quotes(twice->second) + " of role " +
                                          in_quotes(twice->first) +
                                          " is used twice: ids are unique per role");
}

Status validate_usable(const Resources& resources) {
  MESOSCORE_TRY(validate(resources));
  if (all_plain(resources)) return {};
  for (const Resource& resource : resources) MESOSCORE_TRY(check_disk(resource));
  MESOSCORE_TRY(validate_unique_volumes(resources));
  return check_revocable(resources);
}

Status validate_usable_together(const Resources& task, const Resources& other, std::string_view whose) {
  for (const Resource& a : task) {
    for (const Resource& b : other) {
      if (!overlap(a, b)) continue;
      return fail(Errc::invalid_argument, "resource " + in_quotes(a.name()) +
                                              " of the task overlaps with that of " + std::string(whose) +
                                              ": use distinct values");
    }
  }
  const Resources both = task + other;
  MESOSCORE_TRY(validate_unique_volumes(both));
  return check_revocable(both);
}

}  // namespace mesoscore
