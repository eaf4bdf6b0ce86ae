// Offer constraints (numbers of mesos.v1) and stated demand, which is ours.
#pragma once

#include "mesoscore/demand.hpp"
#include "mesoscore/framework.hpp"
#include "wire/tables/resources.hpp"

namespace mesoscore::wire {

// ---- AttributeConstraint: a selector and a predicate, each one of several

template <class C>
struct PseudoAttribute {
  C& constraint;
};
template <class C>
struct Kind<PseudoAttribute<C>> {
  using Selector = AttributeConstraint::Selector;
  static bool absent(const PseudoAttribute<C>& view) {
    return view.constraint.selector == Selector::attribute;
  }
  static void put(Encoder& encoder, std::uint32_t number, const PseudoAttribute<C>& view) {
    encoder.varint(number, static_cast<std::uint64_t>(view.constraint.selector));
  }
  static void take(Decoder& decoder, PseudoAttribute<C>& view) {
    const std::uint64_t raw = decoder.varint();
    const bool known = raw >= 1 && raw <= static_cast<std::uint64_t>(Selector::zone);
    if (!known) return decoder.fail("has the unknown value " + std::to_string(raw));
    view.constraint.selector = static_cast<Selector>(raw);
  }
};

template <class C>
struct AttributeName {
  C& constraint;
};
template <class C>
struct Kind<AttributeName<C>> {
  using Selector = AttributeConstraint::Selector;
  static bool absent(const AttributeName<C>& view) { return view.constraint.selector != Selector::attribute; }
  static void put(Encoder& encoder, std::uint32_t number, const AttributeName<C>& view) {
    encoder.bytes(number, view.constraint.attribute);
  }
  static void take(Decoder& decoder, AttributeName<C>& view) {
    view.constraint.selector = Selector::attribute;
    view.constraint.attribute.assign(decoder.bytes());
  }
};

template <class C>
struct SelectorView {
  C& constraint;
};
template <class C>
void fields(auto& v, const SelectorView<C>& view) {
  v.optional(1, "pseudoattribute_type", PseudoAttribute<C>{view.constraint});
  v.optional(2, "attribute_name", AttributeName<C>{view.constraint});
}

template <AttributeConstraint::Predicate P, class C>
struct PredicateBody {
  C& constraint;
  bool* known;
};
template <AttributeConstraint::Predicate P, class C>
struct Kind<PredicateBody<P, C>> {
  static constexpr bool kHasText = P >= AttributeConstraint::Predicate::text_equals;
  static bool absent(const PredicateBody<P, C>& view) { return view.constraint.predicate != P; }
  static void put(Encoder& encoder, std::uint32_t number, const PredicateBody<P, C>& view) {
    const std::size_t at = encoder.open(number);
    if (kHasText) encoder.bytes(1, view.constraint.text);
    encoder.close(at);
  }
  static void take(Decoder& decoder, PredicateBody<P, C>& view) {
    *view.known = true;
    view.constraint.predicate = P;
    if constexpr (kHasText) {
      auto inside = wrapped(view.constraint.text, "value");  // called regex in the last two
      decoder.nested(inside);
    } else {
      decoder.bytes();
    }
  }
};

template <class C>
struct PredicateView {
  C& constraint;
  bool* known = nullptr;
};
template <class C>
void fields(auto& v, const PredicateView<C>& view) {
  using P = AttributeConstraint::Predicate;
  v.optional(1, "exists", PredicateBody<P::exists, C>{view.constraint, view.known});
  v.optional(2, "not_exists", PredicateBody<P::not_exists, C>{view.constraint, view.known});
  v.optional(3, "text_equals", PredicateBody<P::text_equals, C>{view.constraint, view.known});
  v.optional(4, "text_not_equals", PredicateBody<P::text_not_equals, C>{view.constraint, view.known});
  v.optional(5, "text_matches", PredicateBody<P::text_matches, C>{view.constraint, view.known});
  v.optional(6, "text_not_matches", PredicateBody<P::text_not_matches, C>{view.constraint, view.known});
}
template <class C>
struct Kind<PredicateView<C>> {
  static bool absent(const PredicateView<C>&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const PredicateView<C>& view) {
    const std::size_t at = encoder.open(number);
    fields(encoder, view);
    encoder.close(at);
  }
  // One that a newer peer knows must not be taken for another.
  static void take(Decoder& decoder, PredicateView<C>& view) {
    bool known = false;
    view.known = &known;
    decoder.nested(view);
    if (decoder.ok() && !known) decoder.fail("is none of the known ones");
  }
};

void fields(auto& v, Like<AttributeConstraint> auto& m) {
  using C = std::remove_reference_t<decltype(m)>;
  v.required(1, "selector", SelectorView<C>{m});
  v.required(2, "predicate", PredicateView<C>{m});
}
void fields(auto& v, Like<ConstraintGroup> auto& m) { v.optional(1, "attribute_constraints", m.all); }

// ---- OfferConstraints: map<role, RoleConstraints{groups}>. In v1 they are a member of Subscribe, with us
// one of the framework.

template <class K, class G>
struct ConstraintEntry {
  K& role;
  G& groups;
};
template <class K, class G>
void fields(auto& v, const ConstraintEntry<K, G>& entry) {
  v.optional(1, "key", entry.role);
  v.optional(2, "value", wrapped(entry.groups, "groups"));
}

template <class M>
struct ConstraintMap {
  M& map;
};
template <class M>
ConstraintMap(M&) -> ConstraintMap<M>;
template <class M>
struct Kind<ConstraintMap<M>> {
  using Groups = std::vector<ConstraintGroup>;
  static bool absent(const ConstraintMap<M>& view) { return view.map.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const ConstraintMap<M>& view) {
    for (const auto& [role, constraints] : view.map) {
      const ConstraintEntry<const RoleName, const Groups> entry{role, constraints.any};
      Kind<ConstraintEntry<const RoleName, const Groups>>::put(encoder, number, entry);
    }
  }
  static void take(Decoder& decoder, ConstraintMap<M>& view) {
    RoleName role;
    Groups groups;
    ConstraintEntry<RoleName, Groups> entry{role, groups};
    decoder.charge(sizeof(typename M::value_type) + 48);
    decoder.nested(entry);
    if (decoder.ok()) view.map.insert_or_assign(role, OfferConstraints{std::move(groups)});
  }
};

// ---- Demand: ours

void fields(auto& v, Like<Demand> auto& m) {
  v.required(1, "id", m.id);
  v.required(2, "unit", m.unit);
  v.always(3, "count", m.count);
  v.optional(4, "gang", m.gang);
  v.optional(5, "constraints", wrapped(m.constraints.any, "groups"));
  v.optional(6, "priority", m.priority);
  v.optional(7, "within", m.within);
}

}  // namespace mesoscore::wire
