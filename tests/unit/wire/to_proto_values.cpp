#include <cmath>

#include "to_proto.hpp"

namespace oracle {

using namespace mesoscore;

void set(v1_subset::Labels& out, const Labels& in) {
  for (const auto& [key, value] : in) {
    auto& label = *out.add_labels();
    label.set_key(key);
    if (!value.empty()) label.set_value(value);
  }
}

namespace {

void set_ranges(v1_subset::Value::Ranges& out, const Ranges& in) {
  for (const auto& [begin, end] : in.intervals()) {
    auto& range = *out.add_range();
    range.set_begin(begin);
    range.set_end(end);
  }
}

void set_reservation(v1_subset::Resource::ReservationInfo& out, const Reservation& in) {
  const auto& [type, role, principal, labels] = in;
  out.set_type(static_cast<v1_subset::Resource::ReservationInfo::Type>(type));
  out.set_role(role.str());
  if (!principal.empty()) out.set_principal(principal);
  if (!labels.empty()) set(*out.mutable_labels(), labels);
}

void set_source(v1_subset::Resource::DiskInfo::Source& out, const DiskInfo& in) {
  out.set_type(static_cast<v1_subset::Resource::DiskInfo::Source::Type>(in.source));
  if (!in.source_root.empty()) {
    if (in.source == DiskInfo::SourceType::path) out.mutable_path()->set_root(in.source_root);
    if (in.source == DiskInfo::SourceType::mount) out.mutable_mount()->set_root(in.source_root);
  }
  if (!in.source_id.empty()) out.set_id(in.source_id);
  if (!in.source_profile.empty()) out.set_profile(in.source_profile);
  if (!in.source_vendor.empty()) out.set_vendor(in.source_vendor);
  if (!in.source_metadata.empty()) set(*out.mutable_metadata(), in.source_metadata);
}

void set_disk(v1_subset::Resource::DiskInfo& out, const DiskInfo& in) {
  const auto& [source, root, id, profile, vendor, metadata, persistence, principal, container, host, mode] =
      in;
  if (source != DiskInfo::SourceType::none) set_source(*out.mutable_source(), in);
  if (!persistence.empty()) {
    out.mutable_persistence()->set_id(persistence);
    if (!principal.empty()) out.mutable_persistence()->set_principal(principal);
  }
  if (!container.empty()) {
    out.mutable_volume()->set_container_path(container);
    if (!host.empty()) out.mutable_volume()->set_host_path(host);
    out.mutable_volume()->set_mode(static_cast<v1_subset::Volume::Mode>(mode));
  }
  (void)root, (void)id, (void)profile, (void)vendor, (void)metadata;
}

void set_domain(v1_subset::DomainInfo& out, const AgentInfo& agent) {
  out.mutable_fault_domain()->mutable_region()->set_name(agent.region);
  out.mutable_fault_domain()->mutable_zone()->set_name(agent.zone);
}

}  // namespace

void set(v1_subset::Resource& out, const Resource& in) {
  out.set_name(in.name().str());
  out.set_type(static_cast<v1_subset::Value::Type>(in.kind()));
  if (in.kind() == ValueKind::scalar) out.mutable_scalar()->set_value(in.scalar().to_double());
  if (in.kind() == ValueKind::ranges) set_ranges(*out.mutable_ranges(), in.ranges());
  if (in.kind() == ValueKind::set) {
    for (const std::string& item : in.set()) out.mutable_set()->add_item(item);
  }
  const auto& [reservations, disk, provider_id, revocable, shared] = in.traits();
  for (const Reservation& reservation : reservations) set_reservation(*out.add_reservations(), reservation);
  if (disk) set_disk(*out.mutable_disk(), *disk);
  if (!provider_id.empty()) out.mutable_provider_id()->set_value(provider_id);
  if (revocable) out.mutable_revocable();
  if (shared) out.mutable_shared();
}

void set(v1_subset::Attribute& out, const Attribute& in) {
  const auto& [name, kind, scalar, ranges, items, text] = in;
  out.set_name(name);
  out.set_type(static_cast<v1_subset::Value::Type>(kind));
  if (kind == ValueKind::scalar) out.mutable_scalar()->set_value(scalar.to_double());
  if (kind == ValueKind::ranges) set_ranges(*out.mutable_ranges(), ranges);
  if (kind == ValueKind::text) out.mutable_text()->set_value(text);
  if (kind == ValueKind::set) {
    for (const std::string& item : items) out.mutable_set()->add_item(item);
  }
}

void set(v1_subset::FrameworkInfo& out, const FrameworkInfo& in) {
  const auto& [name, user, id, roles, failover, checkpoint, capabilities, filters, constraints, principal,
               hostname, url, labels] = in;  // constraints go with Subscribe
  static_cast<void>(constraints);
  out.set_name(name);
  out.set_user(user);
  if (!id.empty()) set_id(out.mutable_id(), id);
  out.set_failover_timeout(to_seconds(failover));
  out.set_checkpoint(checkpoint);
  for (int i = 1; i <= 8; ++i) {
    if (!capabilities.has(static_cast<FrameworkCapability>(i))) continue;
    out.add_capabilities()->set_type(static_cast<v1_subset::FrameworkInfo::Capability::Type>(i));
  }
  if (!capabilities.has(FrameworkCapability::multi_role) && roles.size() == 1) {
    out.set_role(roles.front().str());
  } else {
    for (const RoleName& role : roles) out.add_roles(role.str());
  }
  for (const auto& [role, list] : filters) {
    auto& filter = *(*out.mutable_offer_filters())[role.str()].mutable_min_allocatable_resources();
    for (const Quantities& quantities : list) {
      auto& map = *filter.add_quantities()->mutable_quantities();
      for (const auto& [what, amount] : quantities.entries()) map[what.str()].set_value(amount.to_double());
    }
  }
  if (!principal.empty()) out.set_principal(principal);
  if (!hostname.empty()) out.set_hostname(hostname);
  if (!url.empty()) out.set_webui_url(url);
  if (!labels.empty()) set(*out.mutable_labels(), labels);
}

void set(v1_subset::AgentInfo& out, const AgentInfo& in) {
  const auto& [id, hostname, resources, attributes, region, zone, port] = in;
  if (!id.empty()) set_id(out.mutable_id(), id);
  out.set_hostname(hostname);
  set_resources(*out.mutable_resources(), resources);
  set_all(*out.mutable_attributes(), attributes);
  if (!region.empty() || !zone.empty()) set_domain(*out.mutable_domain(), in);
  out.set_port(port);
}

void set(v1_subset::Offer& out, const Offer& in) {
  const auto& [id, framework_id, agent_id, role, resources, agent, executor_ids, demand, units] = in;
  set_id(out.mutable_id(), id);
  set_id(out.mutable_framework_id(), framework_id);
  set_id(out.mutable_agent_id(), agent_id);
  out.mutable_allocation_info()->set_role(role.str());
  set_resources(*out.mutable_resources(), resources);
  out.set_hostname(agent->hostname);
  set_all(*out.mutable_attributes(), agent->attributes);
  if (!agent->region.empty()) set_domain(*out.mutable_domain(), *agent);
  for (const ExecutorId& executor : executor_ids) set_id(out.add_executor_ids(), executor);
  if (!demand.empty()) out.set_demand(demand.str());
  if (units != 0) out.set_units(units);
}

void set(v1_subset::Offer::Operation& out, const Operation& in) {
  const auto& [id, action] = in;
  if (!id.empty()) set_id(out.mutable_id(), id);
  using Type = v1_subset::Offer::Operation;
  if (const auto* launch = std::get_if<LaunchOperation>(&action)) {
    out.set_type(Type::LAUNCH);
    set_all(*out.mutable_launch()->mutable_task_infos(), launch->tasks);
  } else if (const auto* reserve = std::get_if<ReserveOperation>(&action)) {
    out.set_type(Type::RESERVE);
    set_resources(*out.mutable_reserve()->mutable_resources(), reserve->resources);
    set_resources(*out.mutable_reserve()->mutable_source(), reserve->source);
  } else if (const auto* unreserve = std::get_if<UnreserveOperation>(&action)) {
    out.set_type(Type::UNRESERVE);
    set_resources(*out.mutable_unreserve()->mutable_resources(), unreserve->resources);
  } else if (const auto* create = std::get_if<CreateOperation>(&action)) {
    out.set_type(Type::CREATE);
    set_resources(*out.mutable_create()->mutable_volumes(), create->volumes);
  } else if (const auto* destroy = std::get_if<DestroyOperation>(&action)) {
    out.set_type(Type::DESTROY);
    set_resources(*out.mutable_destroy()->mutable_volumes(), destroy->volumes);
  } else if (const auto* grow = std::get_if<GrowVolumeOperation>(&action)) {
    out.set_type(Type::GROW_VOLUME);
    set(*out.mutable_grow_volume()->mutable_volume(), grow->volume);
    set(*out.mutable_grow_volume()->mutable_addition(), grow->addition);
  } else if (const auto* shrink = std::get_if<ShrinkVolumeOperation>(&action)) {
    out.set_type(Type::SHRINK_VOLUME);
    set(*out.mutable_shrink_volume()->mutable_volume(), shrink->volume);
    out.mutable_shrink_volume()->mutable_subtract()->set_value(shrink->subtract.to_double());
  }
}

void set(v1_subset::OperationStatus& out, const msg::OperationUpdate& in) {
  const auto& [operation_id, state, message, agent_id, converted, uuid] = in;
  if (!operation_id.empty()) set_id(out.mutable_operation_id(), operation_id);
  out.set_state(static_cast<int>(state));
  if (!message.empty()) out.set_message(message);
  if (!agent_id.empty()) set_id(out.mutable_agent_id(), agent_id);
  set_resources(*out.mutable_converted_resources(), converted);
  if (uuid) out.mutable_uuid()->set_value(bytes(*uuid));
}

// ---- tasks

void set(v1_subset::CommandInfo& out, const CommandInfo& in) {
  const auto& [value, shell, arguments, environment, user] = in;
  if (!value.empty()) out.set_value(value);
  out.set_shell(shell);
  for (const std::string& argument : arguments) out.add_arguments(argument);
  for (const auto& [name, content] : environment) {
    auto& variable = *out.mutable_environment()->add_variables();
    variable.set_name(name);
    variable.set_value(content);
  }
  if (!user.empty()) out.set_user(user);
}

void set(v1_subset::ExecutorInfo& out, const ExecutorInfo& in) {
  const auto& [executor_id, framework_id, name, command, resources, data, grace, labels] = in;
  set_id(out.mutable_executor_id(), executor_id);
  if (!framework_id.empty()) set_id(out.mutable_framework_id(), framework_id);
  if (!name.empty()) out.set_name(name);
  set(*out.mutable_command(), command);
  set_resources(*out.mutable_resources(), resources);
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
               discovery] = in;
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
}

void set(v1_subset::TaskStatus& out, const TaskStatus& in) {
  const auto& [task_id, state, source, reason, agent_id, executor_id, uuid, timestamp, healthy, unreachable,
               message, data, labels] = in;
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
