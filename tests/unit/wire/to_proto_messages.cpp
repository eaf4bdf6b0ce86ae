#include "to_proto.hpp"

using namespace mesoscore;
using namespace oracle;
using v1_subset::Frame;

namespace {

template <class P>
void set_policy(P& out, const std::optional<KillPolicy>& policy) {
  if (policy)
    out.mutable_kill_policy()->mutable_grace_period()->set_nanoseconds(policy->grace_period.count());
}

// ---- scheduler

void put(Frame& out, const msg::Heartbeat&) { out.mutable_heartbeat(); }
void put(Frame& out, const msg::ErrorMessage& in) { out.mutable_error()->set_message(in.message); }
void put(Frame& out, const msg::Subscribe& in) {
  const auto& [framework, suppressed, requests] = in;
  set_all(*out.mutable_subscribe()->mutable_requests(), requests);
  set(*out.mutable_subscribe()->mutable_framework_info(), *framework);
  for (const RoleName& role : suppressed) out.mutable_subscribe()->add_suppressed_roles(role.str());
  for (const auto& [role, constraints] : framework->offer_constraints) {
    auto& all = *out.mutable_subscribe()->mutable_offer_constraints()->mutable_role_constraints();
    set(all[role.str()], constraints);
  }
}
void put(Frame& out, const msg::Teardown&) { out.mutable_teardown(); }
void put(Frame& out, const msg::Accept& in) {
  const auto& [ids, operations, filters] = in;
  auto& accept = *out.mutable_accept();
  for (const OfferId& id : ids) set_id(accept.add_offer_ids(), id);
  set_all(*accept.mutable_operations(), operations);
  accept.mutable_filters()->set_refuse_seconds(to_seconds(filters.refuse));
}
void put(Frame& out, const msg::Decline& in) {
  const auto& [ids, filters] = in;
  for (const OfferId& id : ids) set_id(out.mutable_decline()->add_offer_ids(), id);
  out.mutable_decline()->mutable_filters()->set_refuse_seconds(to_seconds(filters.refuse));
}
void put(Frame& out, const msg::Revive& in) {
  out.mutable_revive();
  for (const RoleName& role : in.roles) out.mutable_revive()->add_roles(role.str());
}
void put(Frame& out, const msg::Suppress& in) {
  out.mutable_suppress();
  for (const RoleName& role : in.roles) out.mutable_suppress()->add_roles(role.str());
}
void put(Frame& out, const msg::Kill& in) {
  const auto& [task_id, agent_id, policy] = in;
  set_id(out.mutable_kill()->mutable_task_id(), task_id);
  if (!agent_id.empty()) set_id(out.mutable_kill()->mutable_agent_id(), agent_id);
  set_policy(*out.mutable_kill(), policy);
}
void put(Frame& out, const msg::ShutdownExecutor& in) {
  const auto& [executor_id, agent_id] = in;
  set_id(out.mutable_shutdown_executor()->mutable_executor_id(), executor_id);
  set_id(out.mutable_shutdown_executor()->mutable_agent_id(), agent_id);
}
void put(Frame& out, const msg::Acknowledge& in) {
  const auto& [agent_id, task_id, uuid] = in;
  set_id(out.mutable_acknowledge()->mutable_agent_id(), agent_id);
  set_id(out.mutable_acknowledge()->mutable_task_id(), task_id);
  out.mutable_acknowledge()->set_uuid(bytes(uuid));
}
void put(Frame& out, const msg::Reconcile& in) {
  out.mutable_reconcile();
  for (const auto& [task_id, agent_id] : in.tasks) {
    auto& task = *out.mutable_reconcile()->add_tasks();
    set_id(task.mutable_task_id(), task_id);
    if (!agent_id.empty()) set_id(task.mutable_agent_id(), agent_id);
  }
}
void put(Frame& out, const msg::ToExecutor& in) {
  const auto& [agent_id, executor_id, data] = in;
  set_id(out.mutable_to_executor()->mutable_agent_id(), agent_id);
  set_id(out.mutable_to_executor()->mutable_executor_id(), executor_id);
  out.mutable_to_executor()->set_data(data);
}
void put(Frame& out, const msg::Subscribed& in) {
  const auto& [framework_id, master_id, interval] = in;
  set_id(out.mutable_subscribed()->mutable_framework_id(), framework_id);
  out.mutable_subscribed()->set_heartbeat_interval_seconds(to_seconds(interval));
  auto& master = *out.mutable_subscribed()->mutable_master_info();
  master.set_id(master_id.str());
  master.set_ip(0);
  master.set_port(0);
}
void put(Frame& out, const msg::OfferMade& in) { set(*out.mutable_offers()->add_offers(), in.offer); }
void put(Frame& out, const msg::Rescind& in) {
  set_id(out.mutable_rescind()->mutable_offer_id(), in.offer_id);
}
void put(Frame& out, const msg::Update& in) { set(*out.mutable_update()->mutable_status(), in.status); }
void put(Frame& out, const msg::FromExecutor& in) {
  const auto& [agent_id, executor_id, data] = in;
  set_id(out.mutable_from_executor()->mutable_agent_id(), agent_id);
  set_id(out.mutable_from_executor()->mutable_executor_id(), executor_id);
  out.mutable_from_executor()->set_data(data);
}
void put(Frame& out, const msg::Failure& in) {
  const auto& [agent_id, executor_id, wait_status] = in;
  auto& failure = *out.mutable_failure();
  if (!agent_id.empty()) set_id(failure.mutable_agent_id(), agent_id);
  if (!executor_id.empty()) set_id(failure.mutable_executor_id(), executor_id);
  if (wait_status) failure.set_status(*wait_status);
}
void put(Frame& out, const msg::OperationUpdate& in) {
  set(*out.mutable_operation_update()->mutable_status(), in);
}
void put(Frame& out, const msg::AcknowledgeOperation& in) {
  const auto& [agent_id, operation_id, uuid] = in;
  auto& message = *out.mutable_acknowledge_operation();
  if (!agent_id.empty()) set_id(message.mutable_agent_id(), agent_id);
  set_id(message.mutable_operation_id(), operation_id);
  message.set_uuid(bytes(uuid));
}
void put(Frame& out, const msg::ReconcileOperations& in) {
  out.mutable_reconcile_operations();
  for (const auto& [operation_id, agent_id] : in.operations) {
    auto& operation = *out.mutable_reconcile_operations()->add_operations();
    set_id(operation.mutable_operation_id(), operation_id);
    if (!agent_id.empty()) set_id(operation.mutable_agent_id(), agent_id);
  }
}

void put(Frame& out, const msg::Request& in) { set(*out.mutable_request(), in); }
void put(Frame& out, const msg::DemandRefused& in) {
  const auto& [role, message] = in;
  out.mutable_demand_refused()->set_role(role.str());
  if (!message.empty()) out.mutable_demand_refused()->set_message(message);
}
void put(Frame& out, const msg::DemandExpired& in) {
  const auto& [role, demand, open_units, message] = in;
  auto& expired = *out.mutable_demand_expired();
  expired.set_role(role.str());
  expired.set_demand(demand.str());
  if (open_units != 0) expired.set_open_units(open_units);
  if (!message.empty()) expired.set_message(message);
}

// ---- operator

void put(Frame& out, const msg::OperatorCall& in) { set(*out.mutable_operator_call(), in); }
void put(Frame& out, const msg::OperatorAnswer& in) { set(*out.mutable_operator_answer(), in); }

// ---- agent

void put(Frame& out, const msg::RegisterAgent& in) {
  set(*out.mutable_register_agent()->mutable_agent(), *in.agent);
}
void put(Frame& out, const msg::ReregisterAgent& in) {
  const auto& [agent, tasks, executors, frameworks, operations] = in;
  auto& message = *out.mutable_reregister_agent();
  set(*message.mutable_agent(), *agent);
  set_all(*message.mutable_tasks(), tasks);
  for (const auto& [framework_id, info] : executors) {
    auto& executor = *message.add_executors();
    set_id(executor.mutable_framework_id(), framework_id);
    set(*executor.mutable_info(), info);
  }
  for (const auto& framework : frameworks) set(*message.add_frameworks(), *framework);
  for (const auto& [framework_id, uuid, operation, update] : operations) {
    auto& one = *message.add_operations();
    if (!framework_id.empty()) set_id(one.mutable_framework_id(), framework_id);
    one.set_uuid(bytes(uuid));
    set(*one.mutable_operation(), operation);
    set(*one.mutable_update(), update);
  }
}
void put(Frame& out, const msg::AgentOperationUpdate& in) {
  const auto& [framework_id, operation_uuid, update] = in;
  auto& message = *out.mutable_agent_operation_update();
  if (!framework_id.empty()) set_id(message.mutable_framework_id(), framework_id);
  message.set_operation_uuid(bytes(operation_uuid));
  set(*message.mutable_update(), update);
}
void put(Frame& out, const msg::ApplyOperation& in) {
  const auto& [framework, uuid, operation] = in;
  auto& message = *out.mutable_apply_operation();
  if (framework) set(*message.mutable_framework(), *framework);
  message.set_uuid(bytes(uuid));
  set(*message.mutable_operation(), operation);
}
void put(Frame& out, const msg::OperationAcknowledged& in) {
  const auto& [operation_uuid, uuid] = in;
  out.mutable_operation_acknowledged()->set_operation_uuid(bytes(operation_uuid));
  out.mutable_operation_acknowledged()->set_uuid(bytes(uuid));
}
void put(Frame& out, const msg::UnregisterAgent&) { out.mutable_unregister_agent(); }
void put(Frame& out, const msg::Pong&) { out.mutable_pong(); }
void put(Frame& out, const msg::AgentUpdate& in) {
  const auto& [framework_id, status, latest_state] = in;
  set_id(out.mutable_agent_update()->mutable_framework_id(), framework_id);
  set(*out.mutable_agent_update()->mutable_status(), status);
  out.mutable_agent_update()->set_latest_state(static_cast<v1_subset::TaskState>(latest_state));
}
void put(Frame& out, const msg::ExecutorExited& in) {
  const auto& [framework_id, executor_id, wait_status] = in;
  set_id(out.mutable_executor_exited()->mutable_framework_id(), framework_id);
  set_id(out.mutable_executor_exited()->mutable_executor_id(), executor_id);
  out.mutable_executor_exited()->set_wait_status(wait_status);
}
template <class M>
void set_data(v1_subset::ExecutorData& out, const M& in) {
  const auto& [framework_id, executor_id, data] = in;
  set_id(out.mutable_framework_id(), framework_id);
  set_id(out.mutable_executor_id(), executor_id);
  out.set_data(data);
}
void put(Frame& out, const msg::ExecutorToFramework& in) {
  set_data(*out.mutable_executor_to_framework(), in);
}
void put(Frame& out, const msg::FrameworkToExecutor& in) {
  set_data(*out.mutable_framework_to_executor(), in);
}
void put(Frame& out, const msg::AgentAnswer& in) {
  const auto& [id, error, text, report] = in;
  auto& message = *out.mutable_agent_answer();
  message.set_id(id);
  message.set_error(error);
  if (!text.empty()) message.set_text(text);
  set(*message.mutable_report(), report);
}
void put(Frame& out, const msg::AgentRegistered& in) {
  const auto& [agent_id, master_id, timeout] = in;
  auto& message = *out.mutable_agent_registered();
  set_id(message.mutable_agent_id(), agent_id);
  message.set_master_id(master_id.str());
  message.mutable_ping_timeout()->set_nanoseconds(timeout.count());
}
void put(Frame& out, const msg::AgentReregistered& in) {
  const auto& [agent_id, master_id, timeout, missing, missing_operations] = in;
  auto& message = *out.mutable_agent_reregistered();
  set_id(message.mutable_agent_id(), agent_id);
  message.set_master_id(master_id.str());
  message.mutable_ping_timeout()->set_nanoseconds(timeout.count());
  for (const auto& [framework_id, task_id] : missing) {
    auto& one = *message.add_missing();
    set_id(one.mutable_framework_id(), framework_id);
    set_id(one.mutable_task_id(), task_id);
  }
  for (const auto& [framework_id, operation_id, uuid] : missing_operations) {
    auto& one = *message.add_missing_operations();
    if (!framework_id.empty()) set_id(one.mutable_framework_id(), framework_id);
    if (!operation_id.empty()) set_id(one.mutable_operation_id(), operation_id);
    one.set_uuid(bytes(uuid));
  }
}
void put(Frame& out, const msg::RunTask& in) {
  const auto& [framework, role, task, launch_executor, priority] = in;
  auto& message = *out.mutable_run_task();
  set(*message.mutable_framework(), *framework);
  if (!role.empty()) message.set_role(role.str());
  set(*message.mutable_task(), task);
  if (launch_executor) message.set_launch_executor(true);
  if (priority != 0) message.set_priority(priority);
}
void put(Frame& out, const msg::RunTaskGroup& in) {
  const auto& [framework, role, executor, tasks, launch_executor, priority] = in;
  auto& message = *out.mutable_run_task_group();
  set(*message.mutable_framework(), *framework);
  if (!role.empty()) message.set_role(role.str());
  set(*message.mutable_executor(), executor);
  set_all(*message.mutable_tasks(), tasks);
  if (launch_executor) message.set_launch_executor(true);
  if (priority != 0) message.set_priority(priority);
}
void put(Frame& out, const msg::AgentCall& in) { set(*out.mutable_agent_call(), in); }
void put(Frame& out, const msg::KillTask& in) {
  const auto& [framework_id, task_id, policy] = in;
  set_id(out.mutable_kill_task()->mutable_framework_id(), framework_id);
  set_id(out.mutable_kill_task()->mutable_task_id(), task_id);
  set_policy(*out.mutable_kill_task(), policy);
}
void put(Frame& out, const msg::UpdateAcknowledged& in) {
  const auto& [framework_id, task_id, uuid] = in;
  set_id(out.mutable_update_acknowledged()->mutable_framework_id(), framework_id);
  set_id(out.mutable_update_acknowledged()->mutable_task_id(), task_id);
  out.mutable_update_acknowledged()->set_uuid(bytes(uuid));
}
void put(Frame& out, const msg::ShutdownFramework& in) {
  set_id(out.mutable_shutdown_framework()->mutable_framework_id(), in.framework_id);
}
void put(Frame& out, const msg::AgentShutdownExecutor& in) {
  const auto& [framework_id, executor_id] = in;
  set_id(out.mutable_agent_shutdown_executor()->mutable_framework_id(), framework_id);
  set_id(out.mutable_agent_shutdown_executor()->mutable_executor_id(), executor_id);
}
void put(Frame& out, const msg::UpdateFramework& in) {
  set(*out.mutable_update_framework()->mutable_framework(), *in.framework);
}
void put(Frame& out, const msg::Ping& in) { out.mutable_ping()->set_connected(in.connected); }
void put(Frame& out, const msg::ShutdownAgent& in) {
  out.mutable_shutdown_agent();
  if (!in.message.empty()) out.mutable_shutdown_agent()->set_message(in.message);
}
void put(Frame& out, const msg::DrainTasks& in) {
  auto& body = *out.mutable_drain_tasks();
  if (!in.config) return;
  auto& config = *body.mutable_config();
  const auto& [grace, gone] = *in.config;
  if (grace) config.mutable_max_grace_period()->set_nanoseconds(grace->count());
  config.set_mark_gone(gone);
}

// ---- executor

void put(Frame& out, const msg::ExecutorSubscribe& in) {
  const auto& [framework_id, executor_id, tasks, updates] = in;
  auto& message = *out.mutable_executor_subscribe();
  set_id(message.mutable_framework_id(), framework_id);
  set_id(message.mutable_executor_id(), executor_id);
  set_all(*message.mutable_unacknowledged_tasks(), tasks);
  for (const TaskStatus& status : updates)
    set(*message.add_unacknowledged_updates()->mutable_status(), status);
}
void put(Frame& out, const msg::ExecutorUpdate& in) {
  set(*out.mutable_executor_update()->mutable_status(), in.status);
}
void put(Frame& out, const msg::ExecutorMessage& in) { out.mutable_executor_message()->set_data(in.data); }
void put(Frame& out, const msg::ExecutorSubscribed& in) {
  const auto& [executor, framework, agent, container_id] = in;
  auto& message = *out.mutable_executor_subscribed();
  set(*message.mutable_executor_info(), executor);
  set(*message.mutable_framework_info(), *framework);
  set(*message.mutable_agent_info(), *agent);
  if (!container_id.empty()) set_id(message.mutable_container_id(), container_id);
}
void put(Frame& out, const msg::LaunchTask& in) { set(*out.mutable_launch_task()->mutable_task(), in.task); }
void put(Frame& out, const msg::LaunchTaskGroup& in) {
  auto& group = *out.mutable_launch_task_group()->mutable_task_group();
  set_all(*group.mutable_tasks(), in.tasks);
}
void put(Frame& out, const msg::ExecutorKill& in) {
  const auto& [task_id, policy] = in;
  set_id(out.mutable_executor_kill()->mutable_task_id(), task_id);
  set_policy(*out.mutable_executor_kill(), policy);
}
void put(Frame& out, const msg::ExecutorAcknowledged& in) {
  const auto& [task_id, uuid] = in;
  set_id(out.mutable_executor_acknowledged()->mutable_task_id(), task_id);
  out.mutable_executor_acknowledged()->set_uuid(bytes(uuid));
}
void put(Frame& out, const msg::ExecutorShutdown&) { out.mutable_executor_shutdown(); }

}  // namespace

Frame to_proto(const Message& message) {
  Frame out;
  std::visit([&](const auto& body) { put(out, body); }, message);
  return out;
}
