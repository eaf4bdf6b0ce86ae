// Messages between schedulers and the master: bodies of mesos.v1.scheduler Call.* and Event.*.
#pragma once

#include "mesoscore/message.hpp"
#include "wire/tables/framework.hpp"
#include "wire/tables/offer.hpp"
#include "wire/tables/operations.hpp"

namespace mesoscore::wire {

void fields(auto&, Like<msg::Heartbeat> auto&) {}
void fields(auto& v, Like<msg::ErrorMessage> auto& m) { v.required(1, "message", m.message); }

// ---- scheduler -> master

void fields(auto& v, Like<msg::Subscribe> auto& m) {
  v.required(1, "framework_info", m.framework);
  v.optional(2, "suppressed_roles", m.suppressed_roles);
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

void fields(auto& v, Like<msg::OperationUpdate> auto& m) { v.required(1, "status", OperationStatus{m}); }

}  // namespace mesoscore::wire
