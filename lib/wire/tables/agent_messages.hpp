// Messages between agents and the master. Mesos v1 has none of them: the numbers are ours.
#pragma once

#include "mesoscore/message.hpp"
#include "wire/tables/agent_query.hpp"
#include "wire/tables/framework.hpp"
#include "wire/tables/offer.hpp"
#include "wire/tables/operations.hpp"

namespace mesoscore::wire {

// ---- agent -> master

void fields(auto& v, Like<msg::RegisterAgent> auto& m) { v.required(1, "agent", m.agent); }
void fields(auto& v, Like<msg::AgentExecutor> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "info", m.info);
}
void fields(auto& v, Like<msg::AgentOperation> auto& m) {
  v.optional(1, "framework_id", m.framework_id);
  v.required(2, "uuid", m.uuid);
  v.required(3, "operation", m.operation);
  v.required(4, "update", OperationStatus{m.update});
}
void fields(auto& v, Like<msg::ReregisterAgent> auto& m) {
  v.required(1, "agent", m.agent);
  v.optional(2, "tasks", m.tasks);
  v.optional(3, "executors", m.executors);
  v.optional(4, "frameworks", m.frameworks);
  v.optional(5, "operations", m.operations);
}
void fields(auto&, Like<msg::UnregisterAgent> auto&) {}
void fields(auto&, Like<msg::Pong> auto&) {}
void fields(auto& v, Like<msg::AgentUpdate> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "status", m.status);
  v.required(3, "latest_state", m.latest_state);
}
void fields(auto& v, Like<msg::AgentOperationUpdate> auto& m) {
  v.optional(1, "framework_id", m.framework_id);
  v.required(2, "operation_uuid", m.operation_uuid);
  v.required(3, "update", OperationStatus{m.update});
}
void fields(auto& v, Like<msg::ExecutorExited> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "executor_id", m.executor_id);
  v.required(3, "wait_status", m.wait_status);
}
void fields(auto& v, Like<msg::ExecutorToFramework> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "executor_id", m.executor_id);
  v.required(3, "data", Data{m.data});
}

void fields(auto& v, Like<msg::AgentAnswer> auto& m) {
  v.required(1, "id", m.id);
  v.optional(2, "error", m.error);
  v.optional(3, "text", m.text);
  v.optional(4, "report", m.report);
}

// ---- master -> agent

void fields(auto& v, Like<msg::AgentRegistered> auto& m) {
  v.required(1, "agent_id", m.agent_id);
  v.required(2, "master_id", PlainId{m.master_id});
  v.always(3, "ping_timeout", m.ping_timeout);
}
void fields(auto& v, Like<msg::AgentReregistered::Missing> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "task_id", m.task_id);
}
void fields(auto& v, Like<msg::AgentReregistered::MissingOperation> auto& m) {
  v.optional(1, "framework_id", m.framework_id);
  v.optional(2, "operation_id", m.operation_id);
  v.required(3, "uuid", m.uuid);
}
void fields(auto& v, Like<msg::AgentReregistered> auto& m) {
  v.required(1, "agent_id", m.agent_id);
  v.required(2, "master_id", PlainId{m.master_id});
  v.always(3, "ping_timeout", m.ping_timeout);
  v.optional(4, "missing", m.missing);
  v.optional(5, "missing_operations", m.missing_operations);
}
void fields(auto& v, Like<msg::ApplyOperation> auto& m) {
  v.optional(1, "framework", m.framework);
  v.required(2, "uuid", m.uuid);
  v.required(3, "operation", m.operation);
}
void fields(auto& v, Like<msg::OperationAcknowledged> auto& m) {
  v.required(1, "operation_uuid", m.operation_uuid);
  v.required(2, "uuid", m.uuid);
}
void fields(auto& v, Like<msg::RunTask> auto& m) {
  v.required(1, "framework", m.framework);
  v.optional(2, "role", m.role);
  v.required(3, "task", m.task);
  v.optional(4, "launch_executor", m.launch_executor);
  v.optional(5, "priority", m.priority);
}
void fields(auto& v, Like<msg::RunTaskGroup> auto& m) {
  v.required(1, "framework", m.framework);
  v.optional(2, "role", m.role);
  v.required(3, "executor", m.executor);
  v.optional(4, "tasks", m.tasks);
  v.optional(5, "launch_executor", m.launch_executor);
  v.optional(6, "priority", m.priority);
}
void fields(auto& v, Like<msg::AgentCall> auto& m) {
  v.required(1000, "id", m.id);
  query_fields(v, m.query);
}
void fields(auto& v, Like<msg::KillTask> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "task_id", m.task_id);
  v.optional(3, "kill_policy", m.kill_policy);
}
void fields(auto& v, Like<msg::UpdateAcknowledged> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "task_id", m.task_id);
  v.required(3, "uuid", m.uuid);
}
void fields(auto& v, Like<msg::ShutdownFramework> auto& m) { v.required(1, "framework_id", m.framework_id); }
void fields(auto& v, Like<msg::AgentShutdownExecutor> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "executor_id", m.executor_id);
}
void fields(auto& v, Like<msg::FrameworkToExecutor> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "executor_id", m.executor_id);
  v.required(3, "data", Data{m.data});
}
void fields(auto& v, Like<msg::UpdateFramework> auto& m) { v.required(1, "framework", m.framework); }
void fields(auto& v, Like<msg::Ping> auto& m) { v.required(1, "connected", m.connected); }
void fields(auto& v, Like<msg::ShutdownAgent> auto& m) { v.optional(1, "message", m.message); }
void fields(auto& v, Like<DrainConfig> auto& m) {
  v.optional(1, "max_grace_period", m.max_grace_period);
  v.optional(2, "mark_gone", m.mark_gone);
}
void fields(auto& v, Like<msg::DrainTasks> auto& m) { v.optional(1, "config", m.config); }

}  // namespace mesoscore::wire
