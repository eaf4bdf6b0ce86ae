#include "wire/tables/resources.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/messages.hpp"
#include "mesoscore/roles.hpp"
#include "resources/scalar.hpp"

namespace mesoscore::wire {
namespace {

tl::unexpected<Error> bad(std::string why) { return mesoscore::fail(Errc::protocol_error, std::move(why)); }

// Exactly the member that the type names must be there.
template <class Parts>
Status check_members(const Parts& parts, bool text) {
  const bool there[] = {parts.scalar.has_value(), parts.ranges.has_value(), parts.set.has_value(), text};
  for (std::size_t i = 0; i < std::size(there); ++i) {
    const bool wanted = static_cast<ValueKind>(i) == parts.type;
    if (wanted && !there[i]) return bad("has no value of its type");
    if (!wanted && there[i]) return bad("has a value of another type than its own");
  }
  return {};
}

// What `role` and `reservation` stand for.
Result<std::vector<Reservation>> old_form(ResourceParts& parts) {
  std::vector<Reservation> stack;
  if (parts.role.empty() || parts.role == kDefaultRole) {
    if (parts.reservation) return bad("has a reservation for role '*'");
    return stack;
  }
  Reservation only;
  only.type = Reservation::Type::static_;
  if (parts.reservation) {
    if (!parts.reservation->role.empty()) return bad("has a role inside its old-form reservation");
    only = std::move(*parts.reservation);
    only.type = Reservation::Type::dynamic;
  }
  only.role = parts.role;
  stack.push_back(std::move(only));
  return stack;
}

Status settle_reservations(ResourceParts& parts) {
  if (parts.role.empty() && !parts.reservation) return {};
  Result<std::vector<Reservation>> old = old_form(parts);
  if (!old) return mesoscore::fail(old.error());
  if (parts.traits.reservations.empty()) {
    parts.traits.reservations = std::move(*old);
  } else if (!old->empty() && *old != parts.traits.reservations) {
    return bad("has reservations that disagree with its old-form role");
  }
  return {};
}

Result<Resource> make_value(ResourceParts& parts) {
  if (parts.type == ValueKind::scalar) {
    const Result<Scalar> amount = checked_amount(*parts.scalar);
    if (!amount) return mesoscore::fail(amount.error());
    return Resource(std::move(parts.name), *amount);
  }
  if (parts.type == ValueKind::set) return Resource(std::move(parts.name), std::move(*parts.set));
  Result<Ranges> ranges = Ranges::make(std::move(*parts.ranges));
  if (!ranges) return mesoscore::fail(std::move(ranges.error()));
  return Resource(std::move(parts.name), std::move(*ranges));
}

// A plain scalar as put_plain_scalar() writes it, byte for byte: that is what almost all resources are.
//   0a <length> name   10 00   1a 09 09 <double>
constexpr std::size_t kScalarBytes = 13;  // behind the name
constexpr std::string_view kScalarHead("\x10\x00\x1a\x09\x09", 5);

std::string_view plain_name(std::string_view bytes) noexcept {
  return bytes.substr(2, static_cast<unsigned char>(bytes[1]));
}

std::optional<double> plain_scalar(std::string_view bytes) noexcept {
  const std::size_t length = bytes.size() - 2 - kScalarBytes;  // huge if there are too few
  if (length >= 0x80 || bytes[0] != 0x0a || static_cast<unsigned char>(bytes[1]) != length)
    return std::nullopt;
  if (bytes.substr(2 + length, kScalarHead.size()) != kScalarHead) return std::nullopt;
  double amount = 0;
  std::memcpy(&amount, bytes.data() + bytes.size() - sizeof amount, sizeof amount);
  if (std::isnan(amount)) return std::nullopt;  // as everything that is wrong: read_message() says what
  return amount;
}

Result<Resource> make_plain_scalar(std::string_view name, double value) {
  const Result<Scalar> amount = checked_amount(value);
  if (!amount) return mesoscore::fail(amount.error());
  return Resource(Name(name), *amount);
}

Result<Resource> read_resource(Decoder& decoder, std::string_view inside) {
  if (const auto amount = plain_scalar(inside)) return make_plain_scalar(plain_name(inside), *amount);
  ResourceParts parts;
  if (decoder.ok()) decoder.read_message(inside, parts);
  if (!decoder.ok()) return bad("is not readable");  // the decoder knows why
  return make_resource(std::move(parts));
}

bool is_plain_scalar(const Resource& item) noexcept {
  return item.plain() && item.kind() == ValueKind::scalar;
}

void put_plain_scalar(Encoder& encoder, std::uint32_t number, const Resource& item) {
  const std::size_t at = encoder.open(number);
  encoder.bytes(1, item.name());
  encoder.varint(2, static_cast<std::uint64_t>(ValueKind::scalar));
  const std::size_t inside = encoder.open(3);
  encoder.fixed64(1, item.scalar().to_double());
  encoder.close(inside);
  encoder.close(at);
}

Status add_checked(Resources& bag, const Resource& item) {
  for (const Resource& other : bag) {
    if (other.name() == item.name() && other.kind() != item.kind()) {
      return bad("resource " + in_quotes(item.name()) + " comes with two kinds of value");
    }
  }
  bag.add(item);
  return {};
}

}  // namespace

ResourceOut::ResourceOut(const Resource& r) : name(r.name()), type(r.kind()), traits(r.traits()) {
  switch (type) {
    case ValueKind::scalar:
      scalar = r.scalar().to_double();
      break;
    case ValueKind::ranges:
      ranges = r.ranges().intervals();
      break;
    case ValueKind::set:
      set = r.set();
      break;
    case ValueKind::text:
      break;
  }
}

Result<Resource> make_resource(ResourceParts parts) {
  if (parts.type == ValueKind::text) return bad("a resource is no text");
  if (const Status ok = check_members(parts, false); !ok) return mesoscore::fail(ok.error());
  if (const Status ok = settle_reservations(parts); !ok) return mesoscore::fail(ok.error());
  Result<Resource> value = make_value(parts);
  if (!value) return value;
  if (parts.traits.plain()) return value;
  return value->with_traits(std::move(parts.traits));
}

void Kind<Resource>::put(Encoder& encoder, std::uint32_t number, const Resource& resource) {
  Kind<ResourceOut>::put(encoder, number, ResourceOut(resource));
}

void Kind<Resource>::take(Decoder& decoder, Resource& resource) {
  take_from(decoder, decoder.bytes(), resource);
}

void Kind<Resource>::take_from(Decoder& decoder, std::string_view inside, Resource& resource) {
  Result<Resource> item = read_resource(decoder, inside);
  if (!decoder.ok()) return;
  if (!item) return decoder.fail(item.error().message);
  if (const Status valid = validate(*item); !valid) return decoder.fail(valid.error().message);
  resource = std::move(*item);
}

void Kind<Resources>::put(Encoder& encoder, std::uint32_t number, const Resources& bag) {
  constexpr std::uint32_t kMostCopies = 65536;
  for (const Resource& item : bag) {
    if (is_plain_scalar(item)) {
      put_plain_scalar(encoder, number, item);
      continue;
    }
    const ResourceOut out(item);
    // A shared resource appears once per copy, as in Mesos.
    const std::uint32_t copies = std::min(item.copies(), kMostCopies);
    for (std::uint32_t i = 0; i < copies; ++i) Kind<ResourceOut>::put(encoder, number, out);
  }
}

void Kind<Resources>::take(Decoder& decoder, Resources& bag) {
  decoder.charge(sizeof(Resource));
  const std::string_view inside = decoder.bytes();
  Remembered* const memory = decoder.memory();
  const Resource* item = memory ? memory->find_amount(inside) : nullptr;
  Resource fresh;
  if (!item) {
    Kind<Resource>::take_from(decoder, inside, fresh);
    if (memory && decoder.ok() && is_plain_scalar(fresh)) memory->add_amount(inside, fresh);
    item = &fresh;
  }
  if (!decoder.ok()) return;
  if (bag.size() == kMost) return decoder.fail("more than " + std::to_string(kMost) + " entries");
  if (const Status added = add_checked(bag, *item); !added) decoder.fail(added.error().message);
}

void Kind<Attribute>::put(Encoder& encoder, std::uint32_t number, const Attribute& attribute) {
  const std::size_t at = encoder.open(number);
  Kind<std::string>::put(encoder, 1, attribute.name);
  Kind<ValueKind>::put(encoder, 2, attribute.kind);
  const std::optional<double> scalar = attribute.scalar.to_double();
  const std::optional<std::span<const Range>> ranges = attribute.ranges.intervals();
  const std::optional<std::span<const std::string>> set = attribute.set;
  switch (attribute.kind) {
    case ValueKind::scalar:
      encoder.required(3, "scalar", wrapped(scalar, "value"));
      break;
    case ValueKind::ranges:
      encoder.required(4, "ranges", wrapped(ranges, "range"));
      break;
    case ValueKind::text:
      encoder.required(5, "text", wrapped(attribute.text, "value"));
      break;
    case ValueKind::set:
      encoder.required(6, "set", wrapped(set, "item"));
      break;
  }
  encoder.close(at);
}

void Kind<Attribute>::take(Decoder& decoder, Attribute& attribute) {
  AttributeParts parts;
  decoder.nested(parts);
  if (!decoder.ok()) return;
  const Status members = check_members(parts, parts.text.has_value());
  if (!members) return decoder.fail(members.error().message);
  attribute.name = std::move(parts.name);
  attribute.kind = parts.type;
  if (parts.scalar) {
    attribute.scalar = Scalar::from_double(*parts.scalar);
    if (!std::isfinite(*parts.scalar)) decoder.fail("is not finite");
  } else if (parts.ranges) {
    Result<Ranges> ranges = Ranges::make(std::move(*parts.ranges));
    if (!ranges) return decoder.fail(ranges.error().message);
    attribute.ranges = std::move(*ranges);
  } else if (parts.text) {
    attribute.text = std::move(*parts.text);
  } else {
    attribute.set = std::move(*parts.set);
    std::sort(attribute.set.begin(), attribute.set.end());
  }
}

void Kind<Scalar>::take(Decoder& decoder, Scalar& value) {
  const Result<Scalar> amount = checked_amount(decoder.fixed64());
  if (!amount) return decoder.fail(amount.error().message);
  value = *amount;
}

void Kind<Quantities>::put(Encoder& encoder, std::uint32_t number, const Quantities& quantities) {
  const std::size_t at = encoder.open(number);
  Kind<std::span<const Quantities::Entry>>::put(encoder, 1, quantities.entries());
  encoder.close(at);
}

void Kind<Quantities>::take(Decoder& decoder, Quantities& quantities) {
  std::vector<Quantities::Entry> entries;
  auto view = wrapped(entries, "quantities");
  decoder.nested(view);
  if (entries.size() > kMost) return decoder.fail("more than " + std::to_string(kMost) + " quantities");
  for (const Quantities::Entry& entry : entries) quantities.set(entry.name, entry.amount);
}

}  // namespace mesoscore::wire
