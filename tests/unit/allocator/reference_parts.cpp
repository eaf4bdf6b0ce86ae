#include "reference_parts.hpp"

#include <algorithm>
#include <string>
#include <tuple>

#include "mesoscore/agent_info.hpp"

namespace reference {

namespace {

bool passes_one(const AttributeConstraint& constraint, const AgentInfo& agent) {
  using Predicate = AttributeConstraint::Predicate;
  const auto found = std::find_if(agent.attributes.begin(), agent.attributes.end(),
                                  [&](const Attribute& each) { return each.name == constraint.attribute; });
  const bool there = found != agent.attributes.end();
  switch (constraint.predicate) {
    case Predicate::exists:
      return there;
    case Predicate::not_exists:
      return !there;
    case Predicate::text_equals:
      return there && found->text == constraint.text;
    default:
      return !there || found->text != constraint.text;
  }
}

// One after the other: a thousandth of a scalar's unit is enough of a step for nothing here, so whole items.
std::vector<Resource> to_cut_from(const Resources& resources, const Name& name) {
  std::vector<Resource> items;
  for (const Resource& item : resources) {
    if (item.name() == name && !item.shared() && !item.atom()) items.push_back(item);
  }
  std::stable_sort(items.begin(), items.end(), [](const Resource& a, const Resource& b) {
    const auto turn = [](const Resource& item) {
      const std::string role(item.reservation_role());
      return std::tuple(item.revocable(), -static_cast<int>(item.traits().reservations.size()),
                        -static_cast<int>(role.size()), role);
    };
    return turn(a) < turn(b);
  });
  return items;
}

}  // namespace

bool passes(const OfferConstraints& constraints, const AgentInfo& agent) {
  if (constraints.any.empty()) return true;
  return std::any_of(constraints.any.begin(), constraints.any.end(), [&](const ConstraintGroup& group) {
    return std::all_of(group.all.begin(), group.all.end(),
                       [&](const AttributeConstraint& each) { return passes_one(each, agent); });
  });
}

unsigned whole_units(const Resources& resources, const Quantities& unit) {
  const Resources there =
      resources.filter([](const Resource& item) { return !item.shared() && !item.atom(); });
  unsigned units = 0;
  Quantities left = there.quantities();
  while (left.contains(unit)) {
    left -= unit;
    ++units;
  }
  return units;
}

Resources cut_out(const Resources& resources, const Quantities& unit, unsigned units) {
  Resources out;
  for (const auto& entry : unit.entries()) {
    std::int64_t wanted = entry.amount.milli * units;
    for (const Resource& item : to_cut_from(resources, entry.name)) {
      if (item.kind() == ValueKind::scalar) {
        const std::int64_t part = std::min(wanted, item.scalar().milli);
        if (part > 0) out.add(item.with_scalar({part}));
        wanted -= part;
        continue;
      }
      std::vector<Range> taken;
      for (const Range& range : item.ranges().intervals()) {
        for (std::uint64_t i = range.begin; i <= range.end && wanted > 0; ++i, wanted -= 1000)
          taken.push_back({i, i});
      }
      if (!taken.empty()) {
        out.add(Resource(item.name(), Ranges::make(taken).value()).with_traits(item.traits()));
      }
    }
  }
  return out;
}

}  // namespace reference
