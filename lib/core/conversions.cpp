#include <utility>

#include "core/messages.hpp"
#include "core/operations.hpp"

namespace mesoscore {
namespace {

Result<Resources> less_reserved(const Resources& resources) {
  Resources out;
  for (const Resource& resource : resources) {
    Result<Resource> popped = resource.unreserved_once();
    if (!popped) return fail(std::move(popped.error()));
    out.add(*popped);
  }
  return out;
}

// The disk that a volume was made of.
Resource disk_of(const Resource& volume) {
  ResourceTraits traits = volume.traits();
  traits.shared = false;
  if (traits.disk) {
    DiskInfo& disk = *traits.disk;
    disk.persistence_id.clear();
    disk.persistence_principal.clear();
    disk.volume_container_path.clear();
    disk.volume_host_path.clear();
    disk.volume_mode = DiskInfo::Mode::rw;
  }
  return volume.with_traits(std::move(traits));
}

Resources disks_of(const Resources& volumes) {
  Resources out;
  for (const Resource& volume : volumes) out.add(disk_of(volume));
  return out;
}

struct ConversionOf {
  const Operation& operation;

  Result<Conversion> operator()(const ReserveOperation& reserve) const {
    if (!reserve.source.empty()) return Conversion{reserve.source, reserve.resources};
    Result<Resources> consumed = less_reserved(reserve.resources);
    if (!consumed) return fail(std::move(consumed.error()));
    return Conversion{std::move(*consumed), reserve.resources};
  }
  Result<Conversion> operator()(const UnreserveOperation& unreserve) const {
    Result<Resources> converted = less_reserved(unreserve.resources);
    if (!converted) return fail(std::move(converted.error()));
    return Conversion{unreserve.resources, std::move(*converted)};
  }
  Result<Conversion> operator()(const CreateOperation& create) const {
    return Conversion{disks_of(create.volumes), create.volumes};
  }
  Result<Conversion> operator()(const DestroyOperation& destroy) const {
    return Conversion{destroy.volumes, disks_of(destroy.volumes)};
  }
  template <class Other>
  Result<Conversion> operator()(const Other&) const {
    return fail(Errc::invalid_argument, std::string(operation_name(operation)) +
                                            " does not convert resources: RESERVE, UNRESERVE, " +
                                            "CREATE and DESTROY do");
  }
};

}  // namespace

Result<Conversion> conversion_of(const Operation& operation) {
  return std::visit(ConversionOf{operation}, operation.action);
}

void take_all_copies(Conversion& change, const Resources& bag) {
  Resources consumed;
  for (const Resource& item : change.consumed) {
    const Resources copies = bag.filter([&](const Resource& mine) {
      return item.shared() && mine.same_identity(item) && mine.scalar() == item.scalar();
    });
    copies.empty() ? consumed.add(item) : consumed.add(*copies.begin());
  }
  change.consumed = std::move(consumed);
}

Status apply(const Conversion& change, Resources& bag) {
  if (!bag.contains(change.consumed)) {
    return fail(Errc::limit_exceeded, "it needs " + change.consumed.str() + ", but there is " +
                                          (bag.empty() ? std::string("nothing") : bag.str()));
  }
  bag -= change.consumed;
  bag += change.converted;
  return {};
}

}  // namespace mesoscore
