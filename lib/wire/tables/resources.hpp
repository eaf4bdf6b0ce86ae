// Labels, values, resources, attributes, quantities (semantics of Mesos v1; numbers of mesos.v1).
#pragma once

#include "mesoscore/attributes.hpp"
#include "mesoscore/resources.hpp"
#include "wire/views.hpp"

namespace mesoscore::wire {

template <>
struct EnumBounds<ValueKind> {
  static constexpr auto first = ValueKind::scalar, last = ValueKind::text;
};
template <>
struct EnumBounds<Reservation::Type> {
  static constexpr auto first = Reservation::Type::unknown, last = Reservation::Type::dynamic;
};
template <>
struct EnumBounds<DiskInfo::SourceType> {
  static constexpr auto first = DiskInfo::SourceType::path, last = DiskInfo::SourceType::raw;
};
template <>
struct EnumBounds<DiskInfo::Mode> {
  static constexpr auto first = DiskInfo::Mode::rw, last = DiskInfo::Mode::ro;
};

void fields(auto& v, Like<Label> auto& m) {
  v.required(1, "key", m.key);
  v.optional(2, "value", m.value);
}

void fields(auto& v, Like<Range> auto& m) {
  v.required(1, "begin", m.begin);
  v.required(2, "end", m.end);
}

void fields(auto& v, Like<Reservation> auto& m) {
  v.optional(1, "principal", m.principal);
  v.optional(2, "labels", wrapped(m.labels, "labels"));
  v.optional(3, "role", m.role);
  v.always(4, "type", m.type);
}

// ---- disk: our flat struct is three nested messages on the wire

template <class D>
struct Persistence {
  D& disk;
};
template <class D>
Persistence(D&) -> Persistence<D>;
template <class D>
bool is_absent(const Persistence<D>& part) {
  return !part.disk.persistent();
}
template <class D>
void fields(auto& v, const Persistence<D>& part) {
  v.required(1, "id", part.disk.persistence_id);
  v.optional(2, "principal", part.disk.persistence_principal);
}

template <class D>
struct Volume {
  D& disk;
};
template <class D>
Volume(D&) -> Volume<D>;
template <class D>
bool is_absent(const Volume<D>& part) {
  return part.disk.volume_container_path.empty() && part.disk.volume_host_path.empty();
}
template <class D>
void fields(auto& v, const Volume<D>& part) {
  v.required(1, "container_path", part.disk.volume_container_path);
  v.optional(2, "host_path", part.disk.volume_host_path);
  v.required(3, "mode", part.disk.volume_mode);
}

template <DiskInfo::SourceType Type, class D>
struct SourceRoot {
  D& disk;
};
template <DiskInfo::SourceType Type, class D>
bool is_absent(const SourceRoot<Type, D>& part) {
  return part.disk.source != Type || part.disk.source_root.empty();
}
template <DiskInfo::SourceType Type, class D>
void fields(auto& v, const SourceRoot<Type, D>& part) {
  v.optional(1, "root", part.disk.source_root);
}

template <class D>
struct Source {
  D& disk;
};
template <class D>
Source(D&) -> Source<D>;
template <class D>
bool is_absent(const Source<D>& part) {
  return part.disk.source == DiskInfo::SourceType::none;
}
template <class D>
void fields(auto& v, const Source<D>& part) {
  v.required(1, "type", part.disk.source);
  v.optional(2, "path", SourceRoot<DiskInfo::SourceType::path, D>{part.disk});
  v.optional(3, "mount", SourceRoot<DiskInfo::SourceType::mount, D>{part.disk});
  v.optional(4, "id", part.disk.source_id);
  v.optional(5, "metadata", wrapped(part.disk.source_metadata, "labels"));
  v.optional(6, "profile", part.disk.source_profile);
  v.optional(7, "vendor", part.disk.source_vendor);
}

void fields(auto& v, Like<DiskInfo> auto& m) {
  v.optional(1, "persistence", Persistence{m});
  v.optional(2, "volume", Volume{m});
  v.optional(3, "source", Source{m});
}

// ---- a resource, as its parts. The value is in the member that `type` names.

struct ResourceParts {  // what was read; becomes a Resource when it is complete
  Name name;
  ValueKind type = ValueKind::scalar;
  std::optional<double> scalar;
  std::optional<std::vector<Range>> ranges;
  std::optional<std::vector<std::string>> set;
  RoleName role;  // the form before reservation refinement: role and reservation
  std::optional<Reservation> reservation;
  ResourceTraits traits;
};
struct ResourceOut {  // what is written; always the refined form: the stack
  explicit ResourceOut(const Resource& r);
  const Name& name;
  ValueKind type;
  std::optional<double> scalar;
  std::optional<std::span<const Range>> ranges;
  std::optional<std::span<const std::string>> set;
  RoleName role;
  std::optional<Reservation> reservation;
  const ResourceTraits& traits;
};

template <class M>
requires Like<M, ResourceParts> || Like<M, ResourceOut>
void fields(auto& v, M& m) {
  v.required(1, "name", m.name);
  v.required(2, "type", m.type);
  v.optional(3, "scalar", wrapped(m.scalar, "value"));
  v.optional(4, "ranges", wrapped(m.ranges, "range"));
  v.optional(5, "set", wrapped(m.set, "item"));
  v.optional(6, "role", m.role);
  v.optional(7, "disk", m.traits.disk);
  v.optional(8, "reservation", m.reservation);
  v.optional(9, "revocable", Presence{m.traits.revocable});
  v.optional(10, "shared", Presence{m.traits.shared});
  v.optional(12, "provider_id", wrapped(m.traits.provider_id, "value"));
  v.optional(13, "reservations", m.traits.reservations);
}

Result<Resource> make_resource(ResourceParts parts);

template <>
struct Kind<Resource> {
  static bool absent(const Resource& resource) { return resource.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const Resource& resource);  // one copy
  static void take(Decoder& decoder, Resource& resource);
  static void take_from(Decoder& decoder, std::string_view inside, Resource& resource);
};

template <>
struct Kind<Resources> {
  static constexpr std::size_t kMost = 1024;  // adding one looks at all others
  static bool absent(const Resources& bag) { return bag.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const Resources& bag);
  static void take(Decoder& decoder, Resources& bag);
};

// ---- attributes

struct AttributeParts {
  std::string name;
  ValueKind type = ValueKind::text;
  std::optional<double> scalar;
  std::optional<std::vector<Range>> ranges;
  std::optional<std::string> text;
  std::optional<std::vector<std::string>> set;
};
void fields(auto& v, Like<AttributeParts> auto& m) {
  v.required(1, "name", m.name);
  v.required(2, "type", m.type);
  v.optional(3, "scalar", wrapped(m.scalar, "value"));
  v.optional(4, "ranges", wrapped(m.ranges, "range"));
  v.optional(5, "text", wrapped(m.text, "value"));
  v.optional(6, "set", wrapped(m.set, "item"));
}

template <>
struct Kind<Attribute> {
  static bool absent(const Attribute&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const Attribute& attribute);
  static void take(Decoder& decoder, Attribute& attribute);
};

// ---- quantities: map<string, Value.Scalar>

template <>
struct Kind<Scalar> {
  static bool absent(Scalar) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, Scalar value) {
    encoder.fixed64(number, value.to_double());
  }
  static void take(Decoder& decoder, Scalar& value);
};

void fields(auto& v, Like<Quantities::Entry> auto& m) {
  v.optional(1, "key", m.name);
  v.always(2, "value", wrapped(m.amount, "value"));
}

template <>
struct Kind<Quantities> {
  static constexpr std::size_t kMost = 1024;
  static bool absent(const Quantities&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const Quantities& quantities);
  static void take(Decoder& decoder, Quantities& quantities);
};

}  // namespace mesoscore::wire
