// Messages between schedulers and the master: bodies of mesos.v1.scheduler Call.* and Event.*.
#pragma once

#include "mesoscore/message.hpp"
#include "wire/tables/demand.hpp"
#include "wire/tables/framework.hpp"
#include "wire/tables/offer.hpp"
#include "wire/tables/operations.hpp"

namespace mesoscore::wire {

void fields(auto&, Like<msg::Heartbeat> auto&) {}
void fields(auto& v, Like<msg::ErrorMessage> auto& m) { v.required(1, "message", m.message); }

// ---- scheduler -> master

// A framework is immutable once it is there: each of the two members of Subscribe that make it up is read
// into a copy of what the other has left.
template <class P>
struct SubscribedFramework {
  P& framework;
};
template <class P>
SubscribedFramework(P&) -> SubscribedFramework<P>;
template <class P>
struct Kind<SubscribedFramework<P>> {
  static bool absent(const SubscribedFramework<P>& view) { return !view.framework; }
  static void put(Encoder& encoder, std::uint32_t number, const SubscribedFramework<P>& view) {
    Kind<msg::FrameworkPtr>::put(encoder, number, view.framework);
  }
  static void take(Decoder& decoder, SubscribedFramework<P>& view) {
    auto made = std::make_shared<FrameworkInfo>();
    decoder.charge(sizeof(FrameworkInfo));
    Kind<FrameworkInfo>::take(decoder, *made);
    if (view.framework) made->offer_constraints = view.framework->offer_constraints;
    view.framework = std::move(made);
  }
};

template <class P>
struct FrameworkConstraints {
  P& framework;
};
template <class P>
FrameworkConstraints(P&) -> FrameworkConstraints<P>;
template <class M>
struct ConstraintsMessage {
  M& map;
};
template <class M>
void fields(auto& v, const ConstraintsMessage<M>& message) {
  v.optional(1, "role_constraints", ConstraintMap{message.map});
}
template <class P>
struct Kind<FrameworkConstraints<P>> {
  using Map = decltype(FrameworkInfo::offer_constraints);
  static bool absent(const FrameworkConstraints<P>& view) {
    return !view.framework || view.framework->offer_constraints.empty();
  }
  static void put(Encoder& encoder, std::uint32_t number, const FrameworkConstraints<P>& view) {
    using Message = ConstraintsMessage<const Map>;
    Kind<Message>::put(encoder, number, Message{view.framework->offer_constraints});
  }
  static void take(Decoder& decoder, FrameworkConstraints<P>& view) {
    auto made =
        view.framework ? std::make_shared<FrameworkInfo>(*view.framework) : std::make_shared<FrameworkInfo>();
    decoder.charge(sizeof(FrameworkInfo));
    ConstraintsMessage<Map> message{made->offer_constraints};
    decoder.nested(message);
    view.framework = std::move(made);
  }
};

void fields(auto& v, Like<msg::Subscribe> auto& m) {
  v.required(1, "framework_info", SubscribedFramework{m.framework});
  v.optional(2, "suppressed_roles", m.suppressed_roles);
  v.optional(3, "offer_constraints", FrameworkConstraints{m.framework});
  v.optional(1000, "requests", m.requests);
}
void fields(auto&, Like<msg::Teardown> auto&) {}
void fields(auto& v, Like<msg::Accept> auto& m) {
  v.optional(1, "offer_ids", m.offer_ids);
  v.optional(2, "operations", m.operations);
  v.always(3, "filters", m.filters);
}
void fields(auto& v, Like<msg::Decline> auto& m) {
  v.optional(1, "offer_ids", m.offer_ids);
  v.always(2, "filters", m.filters);
}
void fields(auto& v, Like<msg::Revive> auto& m) { v.optional(1, "roles", m.roles); }
void fields(auto& v, Like<msg::Suppress> auto& m) { v.optional(1, "roles", m.roles); }
void fields(auto& v, Like<msg::Kill> auto& m) {
  v.required(1, "task_id", m.task_id);
  v.optional(2, "agent_id", m.agent_id);
  v.optional(3, "kill_policy", m.kill_policy);
}
void fields(auto& v, Like<msg::ShutdownExecutor> auto& m) {
  v.required(1, "executor_id", m.executor_id);
  v.required(2, "agent_id", m.agent_id);
}
void fields(auto& v, Like<msg::Acknowledge> auto& m) {
  v.required(1, "agent_id", m.agent_id);
  v.required(2, "task_id", m.task_id);
  v.required(3, "uuid", m.uuid);
}
void fields(auto& v, Like<msg::Reconcile::Item> auto& m) {
  v.required(1, "task_id", m.task_id);
  v.optional(2, "agent_id", m.agent_id);
}
void fields(auto& v, Like<msg::Reconcile> auto& m) { v.optional(1, "tasks", m.tasks); }
void fields(auto& v, Like<msg::AcknowledgeOperation> auto& m) {
  v.optional(1, "agent_id", m.agent_id);
  v.required(3, "uuid", m.uuid);
  v.required(4, "operation_id", m.operation_id);
}
void fields(auto& v, Like<msg::ReconcileOperations::Item> auto& m) {
  v.required(1, "operation_id", m.operation_id);
  v.optional(2, "agent_id", m.agent_id);
}
void fields(auto& v, Like<msg::ReconcileOperations> auto& m) { v.optional(1, "operations", m.operations); }
void fields(auto& v, Like<msg::ToExecutor> auto& m) {
  v.required(1, "agent_id", m.agent_id);
  v.required(2, "executor_id", m.executor_id);
  v.required(3, "data", Data{m.data});
}

// In v1 REQUEST is a list of {agent, resources} that no allocator has ever read; role and demands are ours.
void fields(auto& v, Like<msg::Request> auto& m) {
  v.required(1000, "role", m.role);
  v.optional(1001, "demands", m.demands);
}

// ---- master -> scheduler

template <class I>
struct MasterInfo {  // Mesos v1 also requires an IPv4 address and a port, which our masters need not have
  I& id;
};
template <class I>
MasterInfo(I&) -> MasterInfo<I>;
template <class I>
void fields(auto& v, const MasterInfo<I>& info) {
  std::uint32_t none = 0;
  v.required(1, "id", PlainId{info.id});
  v.required(2, "ip", none);
  v.always(3, "port", none);
}
void fields(auto& v, Like<msg::Subscribed> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.optional(2, "heartbeat_interval_seconds", Seconds{m.heartbeat_interval});
  v.optional(3, "master_info", MasterInfo{m.master_id});
}

// Event.Offers is a list; we send one offer per message.
void fields(auto& v, Like<msg::OfferMade> auto& m) { v.required(1, "offers", m.offer); }
void fields(auto& v, Like<msg::Rescind> auto& m) { v.required(1, "offer_id", m.offer_id); }
void fields(auto& v, Like<msg::Update> auto& m) { v.required(1, "status", m.status); }
void fields(auto& v, Like<msg::FromExecutor> auto& m) {
  v.required(1, "agent_id", m.agent_id);
  v.required(2, "executor_id", m.executor_id);
  v.required(3, "data", Data{m.data});
}
void fields(auto& v, Like<msg::Failure> auto& m) {
  v.optional(1, "agent_id", m.agent_id);
  v.optional(2, "executor_id", m.executor_id);
  v.optional(3, "status", m.wait_status);
}

void fields(auto& v, Like<msg::DemandRefused> auto& m) {
  v.required(1, "role", m.role);
  v.optional(2, "message", m.message);
}
void fields(auto& v, Like<msg::DemandExpired> auto& m) {
  v.required(1, "role", m.role);
  v.required(2, "demand", m.demand);
  v.optional(3, "open_units", m.open_units);
  v.optional(4, "message", m.message);
}

void fields(auto& v, Like<msg::OperationUpdate> auto& m) { v.required(1, "status", OperationStatus{m}); }

}  // namespace mesoscore::wire
