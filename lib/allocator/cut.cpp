#include "allocator/cut.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace mesoscore::allocation {
namespace {

bool can_be_cut(const Resource& item) noexcept { return !item.shared() && !item.atom(); }

std::int64_t amount_of(const Resource& item) noexcept {
  constexpr std::uint64_t kMost = INT64_MAX / 1000;
  switch (item.kind()) {
    case ValueKind::scalar:
      return item.scalar().milli;
    case ValueKind::ranges:
      return static_cast<std::int64_t>(std::min(item.ranges().count(), kMost) * 1000);
    default:
      return static_cast<std::int64_t>(item.set().size()) * 1000;
  }
}

Ranges first_of(const Ranges& ranges, std::uint64_t count) {
  std::vector<Range> out;
  for (const Range& range : ranges.intervals()) {
    if (count == 0) break;
    const std::uint64_t taken = std::min(count - 1, range.end - range.begin);
    out.push_back({range.begin, range.begin + taken});
    count -= taken + 1;
  }
  return std::move(*Ranges::make(std::move(out)));
}

Resource first_of(const Resource& item, std::int64_t milli) {
  if (item.kind() == ValueKind::scalar) return item.with_scalar({milli});
  const auto count = static_cast<std::uint64_t>(milli / 1000);
  if (item.kind() == ValueKind::ranges) {
    return Resource(item.name(), first_of(item.ranges(), count)).with_traits(item.traits());
  }
  const auto set = item.set().first(static_cast<std::size_t>(count));
  return Resource(item.name(), std::vector<std::string>(set.begin(), set.end())).with_traits(item.traits());
}

// Smaller is cut first. The order of the entries of a bag says nothing: it depends on how the bag came about.
std::tuple<bool, int, int, std::string_view> turn_of(const Resource& item) noexcept {
  const int refinements = item.reserved() ? static_cast<int>(item.traits().reservations.size()) : 0;
  const std::string_view role = item.reservation_role();
  return {item.revocable(), -refinements, -static_cast<int>(role.size()), role};
}

void cut_name(const Resources& resources, const Name& name, std::int64_t milli, Resources& out) {
  SmallVector<const Resource*, 8> items;
  for (const Resource& item : resources) {
    if (item.name() == name && can_be_cut(item)) items.push_back(&item);
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const Resource* a, const Resource* b) { return turn_of(*a) < turn_of(*b); });
  for (const Resource* item : items) {
    if (milli <= 0) return;
    const std::int64_t taken = std::min(milli, amount_of(*item));
    out.add(taken == amount_of(*item) ? *item : first_of(*item, taken));
    milli -= taken;
  }
}

std::int64_t amount_to_cut(const Resources& resources, const Name& name) noexcept {
  std::int64_t sum = 0;
  for (const Resource& item : resources) {
    if (item.name() == name && can_be_cut(item)) sum += std::min(amount_of(item), INT64_MAX - sum);
  }
  return sum;
}

}  // namespace

Resources within(const Resources& resources, const QuotaBook::Bounds& bounds, const ClusterTotal& total) {
  QuotaBook::Bounds left = bounds;
  Resources out;
  for (const Resource& item : resources) {
    if (!counts_for_quota(item)) {
      out.add(item);
      continue;
    }
    const std::uint32_t number = total.number_if_known(item.name());
    const std::int64_t most = left.of(number);
    if (item.scalar().milli <= most) {
      out.add(item);
      if (most != INT64_MAX && number < left.most.size()) left.most[number] -= item.scalar().milli;
    } else if (most > 0 && !item.atom()) {
      out.add(item.with_scalar({most}));
      left.most[number] = 0;
    }
  }
  return out;
}

void take_from_bounds(QuotaBook::Bounds& bounds, const Resources& given, const ClusterTotal& total) {
  for (const Resource& item : given) {
    if (!counts_for_quota(item)) continue;
    const std::uint32_t number = total.number_if_known(item.name());
    if (bounds.of(number) != INT64_MAX) bounds.most[number] -= item.scalar().milli;
  }
}

std::uint32_t units_to_cut(const Resources& resources, const Quantities& unit, std::uint32_t most) {
  std::int64_t units = most;
  for (const Quantities::Entry& each : unit.entries()) {
    units = std::min(units, amount_to_cut(resources, each.name) / each.amount.milli);
  }
  return static_cast<std::uint32_t>(units);
}

Resources cut(const Resources& resources, const Quantities& unit, std::uint32_t units) {
  Resources out;
  for (const Quantities::Entry& each : unit.entries()) {
    cut_name(resources, each.name, each.amount.milli * units, out);
  }
  return out;
}

}  // namespace mesoscore::allocation
