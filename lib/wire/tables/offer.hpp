// AgentInfo, Offer, Filters (numbers of mesos.v1).
// Ours, not in v1: Offer.demand = 1000, Offer.units = 1001.
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
  v.optional(1000, "demand", view.offer.demand);
  v.optional(1001, "units", view.offer.units);
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

void fields(auto& v, Like<Filters> auto& m) { v.always(1, "refuse_seconds", Seconds{m.refuse}); }

}  // namespace mesoscore::wire
