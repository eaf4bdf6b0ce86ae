// Tasks and what runs them: ExecutorInfo, TaskInfo, TaskStatus, Task (numbers of mesos.v1).
// A task may have several checks: health_check, check and check_status are repeated here.
// Ours, not in v1: TaskInfo.function = 1000, Task.role = 1000, Task.priority = 1001.
#pragma once

#include "mesoscore/task.hpp"
#include "wire/tables/check.hpp"
#include "wire/tables/command.hpp"
#include "wire/tables/container.hpp"
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
struct EnumBounds<ExecutorInfo::Type> {
  static constexpr auto first = ExecutorInfo::Type::unknown, last = ExecutorInfo::Type::custom;
};
template <>
struct EnumBounds<DiscoveryInfo::Visibility> {
  using E = DiscoveryInfo::Visibility;
  static constexpr auto first = E::framework, last = E::external;
};

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

template <class T>
struct ExecutorType {  // unknown is left out
  T& type;
};
template <class T>
ExecutorType(T&) -> ExecutorType<T>;
template <class T>
struct Kind<ExecutorType<T>> {
  static bool absent(const ExecutorType<T>& view) { return view.type == ExecutorInfo::Type::unknown; }
  static void put(Encoder& encoder, std::uint32_t number, const ExecutorType<T>& view) {
    Kind<ExecutorInfo::Type>::put(encoder, number, view.type);
  }
  static void take(Decoder& decoder, ExecutorType<T>& view) {
    Kind<ExecutorInfo::Type>::take(decoder, view.type);
  }
};

template <class C>
struct ExecutorCommand {  // left out when there is none, as of a DEFAULT executor
  C& command;
};
template <class C>
ExecutorCommand(C&) -> ExecutorCommand<C>;
template <class C>
struct Kind<ExecutorCommand<C>> {
  static bool absent(const ExecutorCommand<C>& view) { return view.command == CommandInfo(); }
  static void put(Encoder& encoder, std::uint32_t number, const ExecutorCommand<C>& view) {
    Kind<CommandInfo>::put(encoder, number, view.command);
  }
  static void take(Decoder& decoder, ExecutorCommand<C>& view) {
    Kind<CommandInfo>::take(decoder, view.command);
  }
};

void fields(auto& v, Like<ExecutorInfo> auto& m) {
  v.required(1, "executor_id", m.executor_id);
  v.optional(4, "data", Data{m.data});
  v.optional(5, "resources", m.resources);
  v.optional(7, "command", ExecutorCommand{m.command});
  v.optional(8, "framework_id", m.framework_id);
  v.optional(9, "name", m.name);
  v.optional(11, "container", m.container);
  v.always(13, "shutdown_grace_period", m.shutdown_grace_period);
  v.optional(14, "labels", wrapped(m.labels, "labels"));
  v.optional(15, "type", ExecutorType{m.type});
}

// map<string, Value.Scalar> with "cpus" and "mem"; a key that is neither is an error.
template <class N, class A>
struct LimitEntry {
  N& name;
  A& amount;
};
template <class N, class A>
void fields(auto& v, const LimitEntry<N, A>& entry) {
  v.optional(1, "key", entry.name);
  v.always(2, "value", wrapped(entry.amount, "value"));
}
template <>
struct Kind<TaskLimits> {
  static bool absent(const TaskLimits& limits) { return !limits.cpus && !limits.mem; }
  static void put(Encoder& encoder, std::uint32_t number, const TaskLimits& limits) {
    if (limits.cpus) put_one(encoder, number, "cpus", *limits.cpus);
    if (limits.mem) put_one(encoder, number, "mem", *limits.mem);
  }
  static void take(Decoder& decoder, TaskLimits& limits) {
    std::string name;
    double amount = 0;
    LimitEntry<std::string, double> entry{name, amount};
    decoder.nested(entry);
    if (!decoder.ok()) return;
    if (name == "cpus") {
      limits.cpus = amount;
    } else if (name == "mem") {
      limits.mem = amount;
    } else {
      decoder.fail("of \"" + name + "\" are not supported: only of cpus and mem");
    }
  }

 private:
  static void put_one(Encoder& encoder, std::uint32_t number, const std::string& name, const double& amount) {
    Kind<LimitEntry<const std::string, const double>>::put(encoder, number, {name, amount});
  }
};

void fields(auto& v, Like<TaskInfo> auto& m) {
  v.required(1, "name", m.name);
  v.required(2, "task_id", m.task_id);
  v.required(3, "agent_id", m.agent_id);
  v.optional(4, "resources", m.resources);
  v.optional(5, "executor", m.executor);
  v.optional(6, "data", Data{m.data});
  v.optional(7, "command", m.command);
  v.optional(8, "health_check", m.health_checks);
  v.optional(9, "container", m.container);
  v.optional(10, "labels", wrapped(m.labels, "labels"));
  v.optional(11, "discovery", m.discovery);
  v.optional(12, "kill_policy", m.kill_policy);
  v.optional(13, "check", m.checks);
  v.optional(14, "max_completion_time", m.max_completion_time);
  v.optional(15, "limits", m.limits);
  v.optional(1000, "function", m.function);
}

// TaskResourceLimitation
template <class R>
struct ResourceLimitation {
  R& resources;
};
template <class R>
ResourceLimitation(R&) -> ResourceLimitation<R>;
template <class R>
bool is_absent(const ResourceLimitation<R>& view) {
  return view.resources.empty();
}
template <class R>
void fields(auto& v, const ResourceLimitation<R>& view) {
  v.optional(1, "resources", view.resources);
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
  v.optional(13, "container_status", m.container_status);
  v.optional(14, "unreachable_time", TimeInfo{m.unreachable_time});
  v.optional(15, "check_status", m.check_status);
  v.optional(16, "limitation", ResourceLimitation{m.limitation});
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
