// Parts and sums of a bag.
#include "mesoscore/resources.hpp"
#include "mesoscore/roles.hpp"
#include "resources/scalar.hpp"

namespace mesoscore {

Scalar Resources::scalar(std::string_view name) const noexcept {
  Scalar sum;
  for (const Resource& item : items_) {
    if (item.name() == name) sum = saturating_add(sum, item.scalar());
  }
  return sum;
}

Quantities Resources::quantities() const {
  Quantities out;
  for (const Resource& item : items_) {
    switch (item.kind()) {
      case ValueKind::scalar:
        out.add(item.name(), item.scalar());
        break;
      case ValueKind::ranges:
        out.add(item.name(), count_as_scalar(item.ranges().count()));
        break;
      default:
        out.add(item.name(), count_as_scalar(item.set().size()));
        break;
    }
  }
  return out;
}

Resources Resources::unreserved() const {
  return filter([](const Resource& item) { return !item.reserved(); });
}

Resources Resources::reserved_to(std::string_view role) const {
  return filter([role](const Resource& item) { return item.reserved() && item.reservation_role() == role; });
}

Resources Resources::allocatable_to(std::string_view role) const {
  return filter([role](const Resource& item) {
    const std::string_view owner = item.reservation_role();
    return !item.reserved() || owner == role || is_ancestor_role(owner, role);
  });
}

Resources Resources::revocable() const {
  return filter([](const Resource& item) { return item.revocable(); });
}

Resources Resources::non_revocable() const {
  return filter([](const Resource& item) { return !item.revocable(); });
}

}  // namespace mesoscore
