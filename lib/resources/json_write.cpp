#include "resources/json_traits.hpp"
#include "resources/json_values.hpp"

namespace mesoscore {
namespace {

Json value_json(const Resource& resource) {
  switch (resource.kind()) {
    case ValueKind::scalar:
      return scalar_json(resource.scalar());
    case ValueKind::ranges:
      return ranges_json(resource.ranges());
    default:
      return set_json(resource.set());
  }
}

Json resource_json(const Resource& resource) {
  Json out = {{"name", resource.name().view()},
              {"type", name_of<ValueKind>(kValueKindNames, resource.kind())}};
  out[member_of(resource.kind())] = value_json(resource);
  const ResourceTraits& traits = resource.traits();
  write_reservations(out, traits.reservations);
  if (traits.disk) out["disk"] = disk_json(*traits.disk);
  if (!traits.provider_id.empty()) out["provider_id"] = {{"value", traits.provider_id}};
  if (traits.revocable) out["revocable"] = Json::object();
  if (traits.shared) out["shared"] = Json::object();
  return out;
}

}  // namespace

std::string Resources::to_json() const {
  Json list = Json::array();
  for (const Resource& item : items_) {
    // A Resource message has no count: each copy is one element.
    for (std::uint32_t copy = 0; copy < item.copies(); ++copy) list.push_back(resource_json(item));
  }
  return dump_json(list);
}

}  // namespace mesoscore
