// Tasks and what runs them: CommandInfo, ExecutorInfo, TaskInfo, TaskStatus, Task (numbers of mesos.v1).
// Ours, not in v1: TaskInfo.function = 1000, Task.role = 1000, Task.priority = 1001.
#pragma once

#include "mesoscore/task.hpp"
#include "wire/tables/resources.hpp"

namespace mesoscore::wire {

template <>
struct EnumBounds<TaskState> {
  static constexpr auto first = TaskState::starting, last = TaskState::unknown;
};
template <>
struct EnumBounds<TaskSource> {
  static constexpr auto first = TaskSource::master, last = TaskSource::executor;
};
template <>
struct EnumBounds<TaskReason> {
  static constexpr auto first = TaskReason::command_executor_failed, last = TaskReason::agent_draining;
};
template <>
struct EnumBounds<DiscoveryInfo::Visibility> {
  using E = DiscoveryInfo::Visibility;
  static constexpr auto first = E::framework, last = E::external;
};

void fields(auto& v, Like<EnvironmentVariable> auto& m) {
  v.required(1, "name", m.name);
  v.always(2, "value", m.value);
}

void fields(auto& v, Like<CommandInfo> auto& m) {
  v.optional(2, "environment", wrapped(m.environment, "variables"));
  v.optional(3, "value", m.value);
  v.optional(5, "user", m.user);
  v.always(6, "shell", m.shell);
  v.optional(7, "arguments", m.arguments);
}

void fields(auto& v, Like<KillPolicy> auto& m) { v.always(1, "grace_period", m.grace_period); }

void fields(auto& v, Like<DiscoveryInfo::Port> auto& m) {
  v.required(1, "number", m.number);
  v.optional(2, "name", m.name);
  v.optional(3, "protocol", m.protocol);
}

void fields(auto& v, Like<DiscoveryInfo> auto& m) {
  v.required(1, "visibility", m.visibility);
  v.optional(2, "name", m.name);
  v.optional(3, "environment", m.environment);
  v.optional(4, "location", m.location);
  v.optional(5, "version", m.version);
  v.optional(6, "ports", wrapped(m.ports, "ports"));
  v.optional(7, "labels", wrapped(m.labels, "labels"));
}

void fields(auto& v, Like<ExecutorInfo> auto& m) {
  v.required(1, "executor_id", m.executor_id);
  v.optional(4, "data", Data{m.data});
  v.optional(5, "resources", m.resources);
  v.always(7, "command", m.command);
  v.optional(8, "framework_id", m.framework_id);
  v.optional(9, "name", m.name);
  v.always(13, "shutdown_grace_period", m.shutdown_grace_period);
  v.optional(14, "labels", wrapped(m.labels, "labels"));
}

void fields(auto& v, Like<TaskInfo> auto& m) {
  v.required(1, "name", m.name);
  v.required(2, "task_id", m.task_id);
  v.required(3, "agent_id", m.agent_id);
  v.optional(4, "resources", m.resources);
  v.optional(5, "executor", m.executor);
  v.optional(6, "data", Data{m.data});
  v.optional(7, "command", m.command);
  v.optional(10, "labels", wrapped(m.labels, "labels"));
  v.optional(11, "discovery", m.discovery);
  v.optional(12, "kill_policy", m.kill_policy);
  v.optional(14, "max_completion_time", m.max_completion_time);
  v.optional(1000, "function", m.function);
}

// An unknown reason counts as none: a newer peer may know more of them.
void fields(auto& v, Like<TaskStatus> auto& m) {
  v.required(1, "task_id", m.task_id);
  v.required(2, "state", m.state);
  v.optional(3, "data", Data{m.data});
  v.optional(4, "message", m.message);
  v.optional(5, "agent_id", m.agent_id);
  v.optional(6, "timestamp", m.timestamp);
  v.optional(7, "executor_id", m.executor_id);
  v.optional(8, "healthy", m.healthy);
  v.always(9, "source", m.source);
  v.optional(10, "reason", Lenient{m.reason});
  v.optional(11, "uuid", m.uuid);
  v.optional(12, "labels", wrapped(m.labels, "labels"));
  v.optional(14, "unreachable_time", TimeInfo{m.unreachable_time});
}

void fields(auto& v, Like<Task> auto& m) {
  v.required(1, "name", m.name);
  v.required(2, "task_id", m.task_id);
  v.required(3, "framework_id", m.framework_id);
  v.optional(4, "executor_id", m.executor_id);
  v.required(5, "agent_id", m.agent_id);
  v.required(6, "state", m.state);
  v.optional(7, "resources", m.resources);
  v.optional(8, "statuses", m.statuses);
  v.optional(9, "status_update_state", m.status_update_state);
  v.optional(10, "status_update_uuid", m.status_update_uuid);
  v.optional(11, "labels", wrapped(m.labels, "labels"));
  v.optional(1000, "role", m.role);
  v.optional(1001, "priority", m.priority);
}

}  // namespace mesoscore::wire
