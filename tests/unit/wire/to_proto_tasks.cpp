#include <cmath>

#include "to_proto.hpp"

namespace oracle {

using namespace mesoscore;

void set(v1_subset::CommandInfo& out, const CommandInfo& in) {
  const auto& [value, shell, arguments, environment, user, uris] = in;
  if (!value.empty()) out.set_value(value);
  out.set_shell(shell);
  for (const std::string& argument : arguments) out.add_arguments(argument);
  for (const auto& [name, content] : environment) {
    auto& variable = *out.mutable_environment()->add_variables();
    variable.set_name(name);
    variable.set_value(content);
  }
  if (!user.empty()) out.set_user(user);
  for (const auto& [from, executable, extract, cache, output_file, sha256] : uris) {
    auto& uri = *out.add_uris();
    uri.set_value(from);
    uri.set_executable(executable);
    uri.set_extract(extract);
    uri.set_cache(cache);
    uri.set_output_file(output_file);
    uri.set_sha256(sha256);
  }
}

void set(v1_subset::ExecutorInfo& out, const ExecutorInfo& in) {
  const auto& [executor_id, type, framework_id, name, command, resources, container, data, grace, labels] =
      in;
  set_id(out.mutable_executor_id(), executor_id);
  if (!framework_id.empty()) set_id(out.mutable_framework_id(), framework_id);
  if (!name.empty()) out.set_name(name);
  if (type != ExecutorInfo::Type::unknown) out.set_type(static_cast<v1_subset::ExecutorInfo::Type>(type));
  if (!(command == CommandInfo())) set(*out.mutable_command(), command);
  set_resources(*out.mutable_resources(), resources);
  if (container) set(*out.mutable_container(), *container);
  if (!data.empty()) out.set_data(data);
  out.mutable_shutdown_grace_period()->set_nanoseconds(grace.count());
  if (!labels.empty()) set(*out.mutable_labels(), labels);
}

namespace {

void set_discovery(v1_subset::DiscoveryInfo& out, const DiscoveryInfo& in) {
  const auto& [visibility, name, environment, location, version, ports, labels] = in;
  out.set_visibility(static_cast<v1_subset::DiscoveryInfo::Visibility>(visibility));
  if (!name.empty()) out.set_name(name);
  if (!environment.empty()) out.set_environment(environment);
  if (!location.empty()) out.set_location(location);
  if (!version.empty()) out.set_version(version);
  for (const auto& [number, port_name, protocol] : ports) {
    auto& port = *out.mutable_ports()->add_ports();
    port.set_number(number);
    if (!port_name.empty()) port.set_name(port_name);
    if (!protocol.empty()) port.set_protocol(protocol);
  }
  if (!labels.empty()) set(*out.mutable_labels(), labels);
}

}  // namespace

void set(v1_subset::TaskInfo& out, const TaskInfo& in) {
  const auto& [task_id, agent_id, name, resources, command, executor, function, data, policy, limit, labels,
               discovery, container, health_checks, checks, limits] = in;
  set_id(out.mutable_task_id(), task_id);
  set_id(out.mutable_agent_id(), agent_id);
  out.set_name(name);
  set_resources(*out.mutable_resources(), resources);
  if (command) set(*out.mutable_command(), *command);
  if (executor) set(*out.mutable_executor(), *executor);
  if (!function.empty()) out.set_function(function);
  if (!data.empty()) out.set_data(data);
  if (policy)
    out.mutable_kill_policy()->mutable_grace_period()->set_nanoseconds(policy->grace_period.count());
  if (limit) out.mutable_max_completion_time()->set_nanoseconds(limit->count());
  if (!labels.empty()) set(*out.mutable_labels(), labels);
  if (discovery) set_discovery(*out.mutable_discovery(), *discovery);
  if (container) set(*out.mutable_container(), *container);
  set_all(*out.mutable_health_check(), health_checks);
  set_all(*out.mutable_check(), checks);
  if (limits) {
    const auto& [cpus, mem] = *limits;
    if (cpus) (*out.mutable_limits())["cpus"].set_value(*cpus);
    if (mem) (*out.mutable_limits())["mem"].set_value(*mem);
  }
}

void set(v1_subset::TaskStatus& out, const TaskStatus& in) {
  const auto& [task_id, state, source, reason, agent_id, executor_id, uuid, timestamp, healthy, unreachable,
               message, data, labels, check_status, limitation, container_status] = in;
  set_id(out.mutable_task_id(), task_id);
  out.set_state(static_cast<v1_subset::TaskState>(state));
  out.set_source(static_cast<v1_subset::TaskStatus::Source>(source));
  if (reason) out.set_reason(static_cast<int>(*reason));
  if (!agent_id.empty()) set_id(out.mutable_agent_id(), agent_id);
  if (!executor_id.empty()) set_id(out.mutable_executor_id(), executor_id);
  if (uuid) out.set_uuid(bytes(*uuid));
  if (timestamp != 0) out.set_timestamp(timestamp);
  if (healthy) out.set_healthy(*healthy);
  if (unreachable != 0) {
    const double whole = std::floor(unreachable);  // as a double cannot hold the nanoseconds of our age
    out.mutable_unreachable_time()->set_nanoseconds(static_cast<std::int64_t>(whole) * 1'000'000'000 +
                                                    std::llround((unreachable - whole) * 1e9));
  }
  if (!message.empty()) out.set_message(message);
  if (!data.empty()) out.set_data(data);
  if (!labels.empty()) set(*out.mutable_labels(), labels);
  set_all(*out.mutable_check_status(), check_status);
  if (!limitation.empty()) set_resources(*out.mutable_limitation()->mutable_resources(), limitation);
  if (container_status) set(*out.mutable_container_status(), *container_status);
}

void set(v1_subset::Task& out, const Task& in) {
  const auto& [task_id, framework_id, agent_id, executor_id, name, role, priority, resources, state,
               update_state, update_uuid, statuses, labels] = in;
  set_id(out.mutable_task_id(), task_id);
  set_id(out.mutable_framework_id(), framework_id);
  set_id(out.mutable_agent_id(), agent_id);
  if (!executor_id.empty()) set_id(out.mutable_executor_id(), executor_id);
  out.set_name(name);
  if (!role.empty()) out.set_role(role.str());
  set_resources(*out.mutable_resources(), resources);
  out.set_state(static_cast<v1_subset::TaskState>(state));
  if (update_state) out.set_status_update_state(static_cast<v1_subset::TaskState>(*update_state));
  if (update_uuid) out.set_status_update_uuid(bytes(*update_uuid));
  set_all(*out.mutable_statuses(), statuses);
  if (priority != 0) out.set_priority(priority);
  if (!labels.empty()) set(*out.mutable_labels(), labels);
}

}  // namespace oracle
