// When an operation is allowed: one function per rule, one list of rules per operation.
#include <algorithm>
#include <utility>

#include "core/messages.hpp"
#include "core/operations.hpp"
#include "core/usable_resources.hpp"

namespace mesoscore {
namespace {

tl::unexpected<Error> not_allowed(std::string why) { return fail(Errc::invalid_argument, std::move(why)); }

std::string shown(const Resource& resource) { return in_quotes(Resources{resource}.str()); }

Status check_named(const Resources& resources) {
  if (resources.empty()) return not_allowed("it names no resources: name at least one");
  MESOSCORE_TRY(validate(resources));
  const std::string& provider = resources.begin()->traits().provider_id;
  for (const Resource& resource : resources) {
    if (resource.traits().provider_id == provider) continue;
    return not_allowed("its resources are of two providers, " + in_quotes(provider) + " and " +
                       in_quotes(resource.traits().provider_id) + ": use one operation for each");
  }
  return {};
}

Status check_dynamic(const Resource& resource) {
  if (!resource.reserved()) return not_allowed(shown(resource) + " has no reservation");
  if (resource.traits().reservations.back().type == Reservation::Type::dynamic) return {};
  return not_allowed("the reservation of " + shown(resource) + " is STATIC: only DYNAMIC ones come and go");
}

Status check_no_volume(const Resource& resource) {
  const DiskInfo* disk = resource.traits().disk.get();
  if (!disk || !disk->persistent()) return {};
  return not_allowed("persistent volume " + in_quotes(disk->persistence_id) +
                     " cannot change its reservation: DESTROY it first");
}

Status check_principal(const OperationContext& context, const std::string& principal, std::string_view of) {
  if (!context.framework || context.framework->principal.empty()) return {};
  if (principal == context.framework->principal) return {};
  return not_allowed("the principal of " + std::string(of) + " is " + in_quotes(principal) +
                     ": it must be that of the framework, " + in_quotes(context.framework->principal));
}

// ---- RESERVE

Status check_reservation_role(const OperationContext& context, const RoleName& role) {
  if (!context.framework) return {};
  if (role != context.role) {
    return not_allowed("the reservation is for role " + in_quotes(role) +
                       ", but the resources were offered to role " + in_quotes(context.role));
  }
  const std::vector<RoleName>& roles = context.framework->roles;
  if (std::find(roles.begin(), roles.end(), role) != roles.end()) return {};
  return not_allowed("role " + in_quotes(role) + " is not one of the framework's roles");
}

Status check_reserve(const Resource& resource, const OperationContext& context) {
  MESOSCORE_TRY(check_dynamic(resource));
  MESOSCORE_TRY(check_no_volume(resource));
  if (resource.revocable()) return not_allowed(shown(resource) + " is revocable: it cannot be reserved");
  const Reservation& top = resource.traits().reservations.back();
  MESOSCORE_TRY(check_principal(context, top.principal, "a reservation"));
  return check_reservation_role(context, top.role);
}

// All reservations of resources of one origin: what is STATIC must stay.
Status check_static_part(const Reservation* fixed, const Resource& resource) {
  const auto& stack = resource.traits().reservations;
  const bool has = !stack.empty() && stack.front().type == Reservation::Type::static_;
  if (has == (fixed != nullptr) && (!has || stack.front() == *fixed)) return {};
  return not_allowed("the STATIC reservation of " + shown(resource) +
                     " is not that of the source: it must stay");
}

Resources without_reservations(const Resources& resources) {
  Resources out;
  for (const Resource& resource : resources) {
    ResourceTraits traits = resource.traits();
    traits.reservations.clear();
    out.add(resource.with_traits(std::move(traits)));
  }
  return out;
}

Status check_reserve_source(const ReserveOperation& reserve, const OperationContext& context) {
  if (reserve.source.empty()) return {};
  if (context.framework) return not_allowed("it has a source: only operators may reserve what is reserved");
  MESOSCORE_TRY(check_named(reserve.source));
  for (const Resource& resource : reserve.source) MESOSCORE_TRY(check_no_volume(resource));
  if (!(without_reservations(reserve.source) == without_reservations(reserve.resources))) {
    return not_allowed("the source is " + in_quotes(reserve.source.str()) + " and the resources are " +
                       in_quotes(reserve.resources.str()) + ": they may differ in their reservations only");
  }
  const auto& first = reserve.source.begin()->traits().reservations;
  const bool fixed = !first.empty() && first.front().type == Reservation::Type::static_;
  for (const Resources* each : {&reserve.source, &reserve.resources}) {
    for (const Resource& resource : *each)
      MESOSCORE_TRY(check_static_part(fixed ? &first.front() : nullptr, resource));
  }
  return {};
}

// ---- CREATE and DESTROY

const DiskInfo* persistent_disk(const Resource& resource) {
  const DiskInfo* disk = resource.traits().disk.get();
  return disk && disk->persistent() ? disk : nullptr;
}

Status check_volume(const Resource& resource) {
  if (persistent_disk(resource)) return {};
  return not_allowed(shown(resource) + " is not a persistent volume: it has no persistence id");
}

Status check_new_volume(const Resource& volume, const OperationContext& context) {
  MESOSCORE_TRY(check_volume(volume));
  const DiskInfo& disk = *volume.traits().disk;
  const std::string name = "persistent volume " + in_quotes(disk.persistence_id);
  if (disk.volume_mode == DiskInfo::Mode::ro)
    return not_allowed(name + " is read-only: nobody could fill it");
  if (volume.copies() > 1) return not_allowed(name + " is named twice");
  if (volume.shared() && context.framework && !context.framework->has(FrameworkCapability::shared_resources))
    return not_allowed(name + " is shared: the framework needs the capability SHARED_RESOURCES");
  return check_principal(context, disk.persistence_principal, name);
}

// Unique per role on the agent: the id is the name of a directory there.
Status check_unused_id(const Resource& volume, const Resources& agent) {
  const std::string& id = volume.traits().disk->persistence_id;
  for (const Resource& other : agent) {
    const DiskInfo* disk = persistent_disk(other);
    if (!disk || disk->persistence_id != id || other.reservation_role() != volume.reservation_role())
      continue;
    return fail(Errc::already_exists, "persistence id " + in_quotes(id) + " of role " +
                                          in_quotes(volume.reservation_role()) +
                                          " is in use by another volume of the agent");
  }
  return {};
}

bool has_volume(const Resources& bag, const Resource& volume) {
  return std::any_of(bag.begin(), bag.end(), [&](const Resource& item) {
    return item.same_identity(volume) && item.scalar() == volume.scalar();
  });
}

Status check_old_volume(const Resource& volume, const OperationContext& context) {
  MESOSCORE_TRY(check_volume(volume));
  const std::string name = "persistent volume " + in_quotes(volume.traits().disk->persistence_id);
  if (!has_volume(context.agent, volume)) {
    return fail(Errc::not_found, name + " does not exist on the agent as " + shown(volume));
  }
  if (has_volume(context.in_use, volume)) return not_allowed(name + " is in use by a task");
  return {};
}

struct OperationRules {
  const Operation& operation;
  const OperationContext& context;

  Status operator()(const ReserveOperation& reserve) const {
    MESOSCORE_TRY(check_named(reserve.resources));
    for (const Resource& resource : reserve.resources) MESOSCORE_TRY(check_reserve(resource, context));
    return check_reserve_source(reserve, context);
  }
  Status operator()(const UnreserveOperation& unreserve) const {
    MESOSCORE_TRY(check_named(unreserve.resources));
    for (const Resource& resource : unreserve.resources) {
      MESOSCORE_TRY(check_dynamic(resource));
      MESOSCORE_TRY(check_no_volume(resource));
    }
    return {};
  }
  Status operator()(const CreateOperation& create) const {
    MESOSCORE_TRY(check_named(create.volumes));
    for (const Resource& volume : create.volumes) MESOSCORE_TRY(check_new_volume(volume, context));
    MESOSCORE_TRY(validate_usable(create.volumes));
    for (const Resource& volume : create.volumes) MESOSCORE_TRY(check_unused_id(volume, context.agent));
    return {};
  }
  Status operator()(const DestroyOperation& destroy) const {
    MESOSCORE_TRY(check_named(destroy.volumes));
    for (const Resource& volume : destroy.volumes) MESOSCORE_TRY(check_old_volume(volume, context));
    return {};
  }
  Status operator()(const LaunchOperation&) const {
    return not_allowed("LAUNCH is not an operation on resources: it belongs to an ACCEPT");
  }
  Status operator()(const LaunchGroupOperation&) const {
    return not_allowed("LAUNCH_GROUP is not an operation on resources: it belongs to an ACCEPT");
  }
  template <class Resize>
  Status operator()(const Resize&) const {
    return not_allowed("no agent can resize volumes: DESTROY the volume and CREATE another one");
  }
};

}  // namespace

Status validate(const Operation& operation, const OperationContext& context) {
  MESOSCORE_TRY_IN(std::string(operation_name(operation)),
                   std::visit(OperationRules{operation, context}, operation.action));
  return {};
}

Status validate_for_operator(const Operation& operation) {
  if (!operation.id.empty()) {
    return not_allowed("operation id " + in_quotes(operation.id) + ": operations of operators have no id");
  }
  const auto* destroy = std::get_if<DestroyOperation>(&operation.action);
  const Resources there = destroy ? destroy->volumes : Resources();
  MESOSCORE_TRY(validate(operation, {nullptr, {}, there, {}}));
  const Result<Conversion> change = conversion_of(operation);
  return change ? Status() : fail(change.error());
}

}  // namespace mesoscore
