// Messages between operators and the master. The actions have the bodies and numbers of mesos.v1.master
// Call.* where v1 has them; what is ours has numbers from 1000 on, or stands in a message that v1 does not
// have.
#pragma once

#include "mesoscore/operator.hpp"
#include "wire/tables/agent_query.hpp"
#include "wire/tables/offer.hpp"
#include "wire/tables/operations.hpp"

namespace mesoscore::wire {

template <>
struct EnumBounds<DrainState> {
  static constexpr auto first = DrainState::none, last = DrainState::drained;
};

// ---- QuotaConfig: map<string, Value.Scalar>, twice

void fields(auto& v, Like<QuantityLimits::Entry> auto& m) {
  v.optional(1, "key", m.name);
  v.always(2, "value", wrapped(m.most, "value"));
}

template <class Q>
struct QuantityMap {
  Q& quantities;
};
template <class Q>
QuantityMap(Q&) -> QuantityMap<Q>;
template <class Q>
struct Kind<QuantityMap<Q>> {
  using Entry = typename std::remove_const_t<Q>::Entry;
  static constexpr std::size_t kMost = 1024;  // they are kept in order: adding one may move all others
  static bool absent(const QuantityMap<Q>& view) { return view.quantities.empty(); }
  static void put(Encoder& encoder, std::uint32_t number, const QuantityMap<Q>& view) {
    for (const Entry& entry : view.quantities.entries()) Kind<Entry>::put(encoder, number, entry);
  }
  static void take(Decoder& decoder, QuantityMap<Q>& view) {
    Entry entry{};
    decoder.nested(entry);
    if (!decoder.ok()) return;
    if (view.quantities.entries().size() == kMost) {
      return decoder.fail("more than " + std::to_string(kMost) + " quantities");
    }
    const auto& [name, amount] = entry;
    view.quantities.set(name, amount);
  }
};

void fields(auto& v, Like<RoleQuota> auto& m) {
  v.required(1, "role", m.role);
  v.optional(2, "guarantees", QuantityMap{m.quota.guarantee});
  v.optional(3, "limits", QuantityMap{m.quota.limit});
}

// ---- actions

template <class W>
struct WeightInfo {
  W& weight;
};
template <class W>
WeightInfo(W&) -> WeightInfo<W>;
template <class W>
void fields(auto& v, const WeightInfo<W>& info) {
  v.required(1, "weight", info.weight.weight);
  v.required(2, "role", info.weight.role);
}
// UpdateWeights has a list; we send one weight per message.
void fields(auto& v, Like<SetWeight> auto& m) { v.required(1, "weight_infos", WeightInfo{m}); }
void fields(auto& v, Like<SetQuota> auto& m) {
  v.optional(1, "force", m.force);
  v.optional(2, "quota_configs", m.quotas);
}
void fields(auto& v, Like<TeardownFramework> auto& m) { v.required(1, "framework_id", m.framework_id); }
void fields(auto& v, Like<DeactivateAgent> auto& m) { v.required(1, "agent_id", m.agent_id); }
void fields(auto& v, Like<ReactivateAgent> auto& m) { v.required(1, "agent_id", m.agent_id); }
void fields(auto& v, Like<DrainAgent> auto& m) {
  v.required(1, "agent_id", m.agent_id);
  v.optional(2, "max_grace_period", m.config.max_grace_period);
  v.optional(3, "mark_gone", m.config.mark_gone);
}
void fields(auto& v, Like<MarkAgentGone> auto& m) { v.required(1, "agent_id", m.agent_id); }
void fields(auto& v, Like<ExplainOffers> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.optional(2, "role", m.role);
  v.optional(3, "agent_id", m.agent_id);
}
void fields(auto&, Like<ListFrameworks> auto&) {}
void fields(auto&, Like<ListAgents> auto&) {}
void fields(auto&, Like<ListRoles> auto&) {}
void fields(auto& v, Like<ListTasks> auto& m) {
  v.optional(1, "framework_id", m.framework_id);
  v.optional(2, "agent_id", m.agent_id);
}
void fields(auto& v, Like<AskAgent> auto& m) {
  v.required(1000, "agent_id", m.agent_id);
  query_fields(v, m.query);
}

// RESERVE_RESOURCES and so on: the body of the operation with the agent before it, each of its fields one
// number further on. Not in v1: `id` = 1000, and LAUNCH. The master refuses both, so both must reach it.
template <class Visitor>
struct OneFurther {
  Visitor& visitor;
  template <class T>
  void required(std::uint32_t number, const char* name, T&& member) {
    visitor.required(number + 1, name, std::forward<T>(member));
  }
  template <class T>
  void optional(std::uint32_t number, const char* name, T&& member) {
    visitor.optional(number + 1, name, std::forward<T>(member));
  }
};
template <class Visitor>
OneFurther(Visitor&) -> OneFurther<Visitor>;
template <class Call, class Body>
struct AgentOperationCall {
  Call& call;
  Body& body;
};
template <class Call, class Body>
void fields(auto& v, const AgentOperationCall<Call, Body>& m) {
  if constexpr (requires { m.body.volume; }) {
    v.optional(1, "agent_id", m.call.agent_id);  // in v1 the resource may say it: GROW_VOLUME, SHRINK_VOLUME
  } else {
    v.required(1, "agent_id", m.call.agent_id);
  }
  OneFurther further{v};
  fields(further, m.body);
  v.optional(1000, "id", m.call.operation.id);
}

// OperateOnAgent whose operation is of alternative I, at the field of its own.
template <std::size_t I, class V>
struct Operate {
  V& action;
};
template <std::size_t I, class V>
struct Kind<Operate<I, V>> {
  using Body = std::variant_alternative_t<I, decltype(Operation::action)>;
  static bool absent(const Operate<I, V>& view) {
    const auto* call = std::get_if<OperateOnAgent>(&view.action);
    return !call || call->operation.action.index() != I;
  }
  static void put(Encoder& encoder, std::uint32_t number, const Operate<I, V>& view) {
    using View = AgentOperationCall<const OperateOnAgent, const Body>;
    const auto& call = std::get<OperateOnAgent>(view.action);
    Kind<View>::put(encoder, number, {call, std::get<I>(call.operation.action)});
  }
  static void take(Decoder& decoder, Operate<I, V>& view) {
    if (absent(view)) view.action = OperateOnAgent{{}, {{}, Body{}}};
    auto& call = std::get<OperateOnAgent>(view.action);
    AgentOperationCall<OperateOnAgent, Body> body{call, std::get<I>(call.operation.action)};
    decoder.nested(body);
  }
};

// An action that is not known leaves the call without one, which the master answers as an error.
void fields(auto& v, Like<msg::OperatorCall> auto& m) {
  auto& action = m.action;
  using V = std::remove_reference_t<decltype(action)>;
  v.required(1000, "id", m.id);
  v.optional(6, "update_weights", Alternative<5, V>{action});
  v.optional(7, "reserve_resources", Operate<1, V>{action});
  v.optional(8, "unreserve_resources", Operate<2, V>{action});
  v.optional(9, "create_volumes", Operate<3, V>{action});
  v.optional(10, "destroy_volumes", Operate<4, V>{action});
  v.optional(16, "teardown", Alternative<7, V>{action});
  v.optional(17, "mark_agent_gone", Alternative<12, V>{action});
  v.optional(18, "grow_volume", Operate<5, V>{action});
  v.optional(19, "shrink_volume", Operate<6, V>{action});
  v.optional(20, "update_quota", Alternative<6, V>{action});
  v.optional(21, "drain_agent", Alternative<11, V>{action});
  v.optional(22, "deactivate_agent", Alternative<8, V>{action});
  v.optional(23, "reactivate_agent", Alternative<9, V>{action});
  v.optional(1001, "explain_offers", Alternative<1, V>{action});
  v.optional(1002, "list_frameworks", Alternative<2, V>{action});
  v.optional(1003, "list_agents", Alternative<3, V>{action});
  v.optional(1004, "list_roles", Alternative<4, V>{action});
  v.optional(1005, "launch", Operate<0, V>{action});
  v.optional(1006, "launch_group", Operate<7, V>{action});
  v.optional(1007, "list_tasks", Alternative<13, V>{action});
  v.optional(1008, "ask_agent", Alternative<14, V>{action});
}

// ---- answers

void fields(auto& v, Like<FrameworkSummary> auto& m) {
  v.required(1, "id", m.id);
  v.optional(2, "name", m.name);
  v.optional(3, "roles", m.roles);
  v.optional(4, "connected", m.connected);
  v.optional(5, "tasks", m.tasks);
  v.optional(6, "offers", m.offers);
  v.optional(7, "used", m.used);
  v.optional(8, "offered", m.offered);
  v.optional(9, "dominant_share", m.dominant_share);
}
void fields(auto& v, Like<AgentSummary> auto& m) {
  v.required(1, "id", m.id);
  v.optional(2, "hostname", m.hostname);
  v.optional(3, "connected", m.connected);
  v.optional(4, "deactivated", m.deactivated);
  v.optional(5, "tasks", m.tasks);
  v.optional(6, "total", m.total);
  v.optional(7, "used", m.used);
  v.optional(8, "offered", m.offered);
  v.optional(9, "drain", m.drain);
}
void fields(auto& v, Like<RoleSummary> auto& m) {
  v.required(1, "role", m.role);
  v.always(2, "weight", m.weight);
  v.optional(3, "guarantees", QuantityMap{m.quota.guarantee});
  v.optional(4, "limits", QuantityMap{m.quota.limit});
  v.optional(5, "consumed", QuantityMap{m.consumed});
  v.optional(6, "frameworks", m.frameworks);
}
void fields(auto& v, Like<TaskSummary> auto& m) {
  v.required(1, "id", m.id);
  v.required(2, "framework_id", m.framework_id);
  v.required(3, "agent_id", m.agent_id);
  v.optional(4, "executor_id", m.executor_id);
  v.optional(5, "name", m.name);
  v.required(6, "state", m.state);
  v.optional(7, "healthy", m.healthy);
  v.optional(8, "resources", m.resources);
}
void fields(auto& v, Like<msg::OperatorAnswer> auto& m) {
  v.required(1, "id", m.id);
  v.optional(2, "error", m.error);
  v.optional(3, "text", m.text);
  v.optional(4, "frameworks", m.frameworks);
  v.optional(5, "agents", m.agents);
  v.optional(6, "roles", m.roles);
  v.optional(7, "tasks", m.tasks);
  v.optional(8, "report", m.report);
}

}  // namespace mesoscore::wire
