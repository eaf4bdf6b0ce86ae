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
  } else if (const auto* group = std::get_if<LaunchGroupOperation>(&action)) {
    out.set_type(Type::LAUNCH_GROUP);
    set(*out.mutable_launch_group()->mutable_executor(), group->executor);
    set_all(*out.mutable_launch_group()->mutable_task_group()->mutable_tasks(), group->tasks);
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

}  // namespace oracle
