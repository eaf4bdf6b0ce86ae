// AgentInfo, Offer and its operations, Filters (numbers of mesos.v1).
#pragma once

#include "mesoscore/agent_info.hpp"
#include "mesoscore/offer.hpp"
#include "wire/tables/task.hpp"

namespace mesoscore::wire {

// ---- fault domain: our two names are DomainInfo{FaultDomain{RegionInfo, ZoneInfo}}

template <class A>
struct FaultDomain {
  A& agent;
};
template <class A>
void fields(auto& v, const FaultDomain<A>& domain) {
  v.required(1, "region", wrapped(domain.agent.region, "name"));
  v.required(2, "zone", wrapped(domain.agent.zone, "name"));
}
template <class A>
struct Domain {
  A& agent;
};
template <class A>
Domain(A&) -> Domain<A>;
template <class A>
bool is_absent(const Domain<A>& domain) {
  return domain.agent.region.empty() && domain.agent.zone.empty();
}
template <class A>
void fields(auto& v, const Domain<A>& domain) {
  v.optional(1, "fault_domain", FaultDomain<A>{domain.agent});
}

void fields(auto& v, Like<AgentInfo> auto& m) {
  v.required(1, "hostname", m.hostname);
  v.optional(3, "resources", m.resources);
  v.optional(5, "attributes", m.attributes);
  v.optional(6, "id", m.id);
  v.always(8, "port", m.port);  // 5051 by default in v1
  v.optional(10, "domain", Domain{m});
}

// ---- Offer: repeats what a scheduler must know of the agent

template <class O, class A>
struct OfferView {
  O& offer;
  A& agent;
};
template <class O, class A>
void fields(auto& v, const OfferView<O, A>& view) {
  v.required(1, "id", view.offer.id);
  v.required(2, "framework_id", view.offer.framework_id);
  v.required(3, "agent_id", view.offer.agent_id);
  v.required(4, "hostname", view.agent.hostname);
  v.optional(5, "resources", view.offer.resources);
  v.optional(6, "executor_ids", view.offer.executor_ids);
  v.optional(7, "attributes", view.agent.attributes);
  v.optional(10, "allocation_info", wrapped(view.offer.role, "role"));
  v.optional(11, "domain", Domain{view.agent});
}

template <>
struct Kind<Offer> {
  static bool absent(const Offer&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const Offer& offer) {
    if (!offer.agent) return put_for(encoder, number, offer, AgentInfo{});
    put_for(encoder, number, offer, *offer.agent);
  }
  static void take(Decoder& decoder, Offer& offer) {
    auto agent = std::make_shared<AgentInfo>();
    OfferView<Offer, AgentInfo> view{offer, *agent};
    decoder.nested(view);
    agent->id = offer.agent_id;
    offer.agent = std::move(agent);
  }

 private:
  static void put_for(Encoder& encoder, std::uint32_t number, const Offer& offer, const AgentInfo& agent) {
    Kind<OfferView<const Offer, const AgentInfo>>::put(encoder, number, {offer, agent});
  }
};

// ---- operations

void fields(auto& v, Like<LaunchOperation> auto& m) { v.optional(1, "task_infos", m.tasks); }
void fields(auto& v, Like<ReserveOperation> auto& m) { v.optional(1, "resources", m.resources); }
void fields(auto& v, Like<UnreserveOperation> auto& m) { v.optional(1, "resources", m.resources); }
void fields(auto& v, Like<CreateOperation> auto& m) { v.optional(1, "volumes", m.volumes); }
void fields(auto& v, Like<DestroyOperation> auto& m) { v.optional(1, "volumes", m.volumes); }

template <std::size_t I, class V>
struct Alternative {  // one alternative of the variant, at the field of its own
  V& action;
};
template <std::size_t I, class V>
struct Kind<Alternative<I, V>> {
  using T = std::variant_alternative_t<I, std::remove_const_t<V>>;
  static bool absent(const Alternative<I, V>& view) { return view.action.index() != I; }
  static void put(Encoder& encoder, std::uint32_t number, const Alternative<I, V>& view) {
    Kind<T>::put(encoder, number, std::get<I>(view.action));
  }
  static void take(Decoder& decoder, Alternative<I, V>& view) {
    if (view.action.index() != I) view.action.template emplace<I>();
    Kind<T>::take(decoder, std::get<I>(view.action));
  }
};

template <class O>
struct OperationView {
  O& operation;
  std::uint32_t type;  // Offer.Operation.Type: LAUNCH = 1, RESERVE, UNRESERVE, CREATE, DESTROY = index + 1
};

template <class M>
concept OperationViewLike = requires(M& m) {
  m.operation.action;
  m.type;
};
void fields(auto& v, OperationViewLike auto& m) {
  auto& action = m.operation.action;
  using V = std::remove_reference_t<decltype(action)>;
  v.required(1, "type", m.type);
  v.optional(2, "launch", Alternative<0, V>{action});
  v.optional(3, "reserve", Alternative<1, V>{action});
  v.optional(4, "unreserve", Alternative<2, V>{action});
  v.optional(5, "create", Alternative<3, V>{action});
  v.optional(6, "destroy", Alternative<4, V>{action});
  v.optional(12, "id", m.operation.id);
}

template <>
struct Kind<Operation> {
  static bool absent(const Operation&) { return false; }
  static void put(Encoder& encoder, std::uint32_t number, const Operation& operation) {
    const auto type = static_cast<std::uint32_t>(operation.action.index() + 1);
    Kind<OperationView<const Operation>>::put(encoder, number, {operation, type});
  }
  static void take(Decoder& decoder, Operation& operation) {
    OperationView<Operation> view{operation, 0};
    decoder.nested(view);
    if (!decoder.ok()) return;
    constexpr std::size_t kKnown = std::variant_size_v<decltype(Operation::action)>;
    if (view.type < 1 || view.type > kKnown) {
      decoder.fail("operations of type " + std::to_string(view.type) + " are not supported");
    } else if (view.type != operation.action.index() + 1) {
      decoder.fail("has no body of its type");
    }
  }
};

void fields(auto& v, Like<Filters> auto& m) { v.always(1, "refuse_seconds", Seconds{m.refuse}); }

}  // namespace mesoscore::wire
