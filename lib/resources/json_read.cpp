#include "core/messages.hpp"
#include "resources/json_traits.hpp"
#include "resources/json_values.hpp"
#include "resources/parsed.hpp"
#include "resources/scalar.hpp"

namespace mesoscore {
namespace {

Result<Resource> read_value(const Json& json, Name name) {
  const Result<ValueKind> kind = read_kind(json);
  if (!kind) return fail(kind.error());
  if (*kind == ValueKind::scalar) {
    const Result<double> number = read_scalar_member(json);
    if (!number) return fail(number.error());
    const Result<Scalar> amount = checked_amount(*number);
    if (!amount) return fail(amount.error());
    return Resource(std::move(name), *amount);
  }
  if (*kind == ValueKind::ranges) {
    Result<Ranges> ranges = read_ranges_member(json);
    if (!ranges) return fail(std::move(ranges.error()));
    return Resource(std::move(name), std::move(*ranges));
  }
  if (*kind == ValueKind::set) {
    Result<std::vector<std::string>> items = read_set_member(json);
    if (!items) return fail(std::move(items.error()));
    Resource out(std::move(name), *items);
    if (out.set().size() == items->size()) return out;
    return bad_member("item", "has a duplicate: name each item once");
  }
  return bad_member("type", "is TEXT: a resource is SCALAR, RANGES or SET");
}

Result<ResourceTraits> read_traits(const Json& json) {
  ResourceTraits traits;
  Result<std::vector<Reservation>> stack = read_reservations(json);
  if (!stack) return fail(std::move(stack.error()));
  traits.reservations = std::move(*stack);

  Result<const Json*> members[4] = {optional_object(json, "disk"), optional_object(json, "provider_id"),
                                    optional_object(json, "revocable"), optional_object(json, "shared")};
  for (Result<const Json*>& member : members) {
    if (!member) return fail(std::move(member.error()));
  }
  if (const Json* disk = *members[0]) {
    Result<DiskInfo> info = read_disk(*disk);
    if (!info) return fail_in("disk", std::move(info.error()));
    traits.disk = std::make_unique<DiskInfo>(std::move(*info));
  }
  if (const Json* provider = *members[1]) {
    Result<std::string> id = required_string(*provider, "value");
    if (!id) return fail_in("provider_id", std::move(id.error()));
    traits.provider_id = std::move(*id);
  }
  traits.revocable = *members[2] != nullptr;
  traits.shared = *members[3] != nullptr;
  return traits;
}

Result<Resource> read_resource(const Json& json) {
  if (!json.is_object()) return fail(Errc::invalid_argument, "must be an object with name, type and a value");
  const Result<std::string> name = required_string(json, "name");
  if (!name) return fail(name.error());
  Result<ResourceTraits> traits = read_traits(json);
  if (!traits) return fail_in(in_quotes(*name), std::move(traits.error()));
  const Result<Resource> plain = read_value(json, Name(*name));
  if (!plain) return fail_in(in_quotes(*name), plain.error());
  return plain->with_traits(std::move(*traits));
}

}  // namespace

Result<Resources> Resources::parse_json(std::string_view text) {
  const Result<Json> json = parse_json_text(text);
  if (!json) return fail(json.error());
  ParsedResources parsed;
  std::size_t number = 0;
  for (const Json* element : elements_of(&*json)) {
    const std::string where = "resource #" + std::to_string(++number) + " of the list";
    const Result<Resource> resource = read_resource(*element);
    if (!resource) return fail_in(where, resource.error());
    MESOSCORE_TRY_IN(where, parsed.add(*resource));
  }
  return std::move(parsed.resources);
}

}  // namespace mesoscore
