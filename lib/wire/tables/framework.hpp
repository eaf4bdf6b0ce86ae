// FrameworkInfo (numbers of mesos.v1).
//
// In v1 a framework without the capability MULTI_ROLE names its role in `role` (6), others theirs in `roles`
// (12); a framework that does not list a capability does not have it, and `checkpoint` is off by default.
#pragma once

#include "mesoscore/framework.hpp"
#include "mesoscore/message.hpp"
#include "wire/tables/resources.hpp"

namespace mesoscore::wire {

// ---- capabilities: a list of {1 type}. Unknown ones are ignored.

template <class S>
struct CapabilityList {
  S& set;
};
template <class S>
CapabilityList(S&) -> CapabilityList<S>;
template <class S>
struct Kind<CapabilityList<S>> {
  static constexpr auto kLast = static_cast<std::uint32_t>(FrameworkCapability::region_aware);
  static bool absent(const CapabilityList<S>& view) { return view.set.bits() == 0; }
  static void put(Encoder& encoder, std::uint32_t number, const CapabilityList<S>& view) {
    for (std::uint32_t bit = 1; bit <= kLast; ++bit) {
      if (!view.set.has(static_cast<FrameworkCapability>(bit))) continue;
      const std::size_t at = encoder.open(number);
      encoder.varint(1, bit);
      encoder.close(at);
    }
  }
  static void take(Decoder& decoder, CapabilityList<S>& view) {
    std::uint64_t type = 0;
    auto inside = wrapped(type, "type");
    decoder.nested(inside);
    if (type > 0 && type <= kLast) view.set.set(static_cast<FrameworkCapability>(type));
  }
};

// ---- offer_filters: map<role, OfferFilters{MinAllocatableResources{quantities}}>

template <class L>
struct OfferFilters {
  L& list;
};
template <class L>
void fields(auto& v, const OfferFilters<L>& filters) {
  v.optional(1, "min_allocatable_resources", wrapped(filters.list, "quantities"));
}
template <class K, class L>
struct FilterEntry {
  K& role;
  L& list;
};
template <class K, class L>
void fields(auto& v, const FilterEntry<K, L>& entry) {
  v.optional(1, "key", entry.role);
  v.optional(2, "value", OfferFilters<L>{entry.list});
}

template <class M>
struct MinAllocatable {
  M& map;
};
template <class M>
MinAllocatable(M&) -> MinAllocatable<M>;
template <class M>
struct Kind<MinAllocatable<M>> {
  using List = std::optional<std::vector<Quantities>>;
  static bool absent(const MinAllocatable<M>& view) { return view.map.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const MinAllocatable<M>& view) {
    for (const auto& [role, list] : view.map) {
      const std::optional<std::span<const Quantities>> span =
          list;  // there even when empty: lets anything pass
      const FilterEntry<const RoleName, decltype(span)> entry{role, span};
      Kind<std::remove_const_t<decltype(entry)>>::put(encoder, number, entry);
    }
  }
  static void take(Decoder& decoder, MinAllocatable<M>& view) {
    RoleName role;
    List list;
    FilterEntry<RoleName, List> entry{role, list};
    decoder.charge(sizeof(typename M::value_type) + 48);
    decoder.nested(entry);
    if (decoder.ok() && list) view.map.insert_or_assign(role, std::move(*list));
  }
};

// ---- FrameworkInfo

template <class F, class Roles>
struct FrameworkView {
  F& info;
  RoleName role;
  Roles& roles;
};
template <class M>
concept FrameworkViewLike = requires(M& m) {
  m.info.failover_timeout;
  m.role;
  m.roles;
};

void fields(auto& v, FrameworkViewLike auto& m) {
  v.required(1, "user", m.info.user);
  v.required(2, "name", m.info.name);
  v.optional(3, "id", m.info.id);
  v.optional(4, "failover_timeout", Seconds{m.info.failover_timeout});
  v.always(5, "checkpoint", m.info.checkpoint);
  v.optional(6, "role", m.role);
  v.optional(7, "hostname", m.info.hostname);
  v.optional(8, "principal", m.info.principal);
  v.optional(9, "webui_url", m.info.webui_url);
  v.optional(10, "capabilities", CapabilityList{m.info.capabilities});
  v.optional(11, "labels", wrapped(m.info.labels, "labels"));
  v.optional(12, "roles", m.roles);
  v.optional(13, "offer_filters", MinAllocatable{m.info.min_allocatable});
}

template <>
struct Kind<FrameworkInfo> {
  static bool absent(const FrameworkInfo&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const FrameworkInfo& info) {
    const std::size_t at = encoder.open(number);
    put_inside(encoder, info);
    encoder.close(at);
  }
  static void put_inside(Encoder& encoder, const FrameworkInfo& info) {
    const bool single = !info.has(FrameworkCapability::multi_role) && info.roles.size() == 1;
    const std::span<const RoleName> roles = single ? std::span<const RoleName>() : info.roles;
    const FrameworkView<const FrameworkInfo, const std::span<const RoleName>> view{
        info, single ? info.roles.front() : RoleName(), roles};
    fields(encoder, view);
  }
  static void take(Decoder& decoder, FrameworkInfo& info) {
    info.checkpoint = false;
    info.capabilities = {};
    info.roles.clear();
    FrameworkView<FrameworkInfo, std::vector<RoleName>> view{info, RoleName(), info.roles};
    decoder.nested(view);
    if (!decoder.ok()) return;
    const bool multi_role = info.has(FrameworkCapability::multi_role);
    if (multi_role && !view.role.empty()) decoder.fail("has `role` besides MULTI_ROLE: use `roles`");
    if (!multi_role && info.roles.empty())
      info.roles.push_back(view.role.empty() ? RoleName("*") : view.role);
  }
};

// ---- the framework of a connection or of a task to run: the same as the last one, mostly

template <>
struct Kind<msg::FrameworkPtr> : KindOfMaybe<msg::FrameworkPtr> {
  static void put(Encoder& encoder, std::uint32_t number, const msg::FrameworkPtr& value) {
    if (!value) return;
    Remembered* const memory = encoder.memory();
    if (memory && memory->framework() == value) return encoder.bytes(number, memory->framework_bytes());
    const std::size_t at = encoder.open(number);
    Kind<FrameworkInfo>::put_inside(encoder, *value);
    if (memory) memory->set_framework(encoder.written_since(at), value);
    encoder.close(at);
  }
  static void take(Decoder& decoder, msg::FrameworkPtr& value) {
    const std::string_view bytes = decoder.peek();
    if (decoder.take_last(bytes, value)) return;
    KindOfMaybe::take(decoder, value);
    if (decoder.ok() && decoder.memory()) decoder.memory()->set_framework(bytes, value);
  }
};

}  // namespace mesoscore::wire
