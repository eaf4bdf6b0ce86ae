#include <array>

#include "core/messages.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/roles.hpp"
#include "resources/text_values.hpp"

namespace mesoscore {
namespace {

tl::unexpected<Error> invalid(std::string why) { return fail(Errc::invalid_argument, std::move(why)); }

// White space, control characters, and those that would make the text form ambiguous.
constexpr std::array<bool, 256> odd_characters() {
  std::array<bool, 256> odd{};
  for (std::size_t c = 0; c <= 0x20; ++c) odd[c] = true;
  odd[0x7f] = true;
  for (const char c : std::string_view(":;,()[]{}")) odd[static_cast<unsigned char>(c)] = true;
  return odd;
}

Status check_name(std::string_view name) {
  static constexpr std::array<bool, 256> kOdd = odd_characters();
  if (name.empty()) return invalid("a resource has an empty name: name it, like cpus");
  bool odd = false;
  for (const char c : name) odd |= kOdd[static_cast<unsigned char>(c)];
  if (!odd) return {};
  return invalid("resource name " + in_quotes(name) +
                 " contains white space or one of :;,()[]{}: leave it out");
}

Status check_value(const Resource& resource) {
  if (resource.scalar().milli < 0) {
    return invalid("amount " + format_scalar(resource.scalar()) + " is negative: give zero or more");
  }
  if (resource.name() != "gpus") return {};
  if (resource.kind() != ValueKind::scalar) return invalid("gpus are a number: give how many");
  if (resource.scalar().milli % 1000 == 0) return {};
  return invalid("amount " + format_scalar(resource.scalar()) + " of gpus is not whole: give a whole number");
}

Status check_reservations(const std::vector<Reservation>& stack) {
  using Type = Reservation::Type;
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const Reservation& reservation = stack[i];
    MESOSCORE_TRY(validate_role(reservation.role));
    if (reservation.role == kDefaultRole) {
      return invalid("a reservation is for role '*': name a role, or leave the reservation out");
    }
    if (reservation.type == Type::unknown) {
      return invalid("the reservation for role " + in_quotes(reservation.role) +
                     " has no type: STATIC or DYNAMIC");
    }
    if (i == 0) continue;
    if (reservation.type != Type::dynamic) {
      return invalid("the reservation for role " + in_quotes(reservation.role) +
                     " refines another and is not DYNAMIC: only the first may be STATIC");
    }
    if (!is_ancestor_role(stack[i - 1].role, reservation.role)) {
      return invalid("the reservation for role " + in_quotes(reservation.role) + " refines that for role " +
                     in_quotes(stack[i - 1].role) + ": it must be for a sub-role of it");
    }
  }
  return {};
}

Status check_source(const DiskInfo& disk) {
  using Source = DiskInfo::SourceType;
  const bool has_root = !disk.source_root.empty();
  if ((disk.source == Source::block || disk.source == Source::raw) && has_root) {
    return invalid("a BLOCK or RAW disk has the root " + in_quotes(disk.source_root) +
                   ": only PATH and MOUNT have one");
  }
  if (disk.source == Source::none && (has_root || !disk.source_id.empty() || !disk.source_profile.empty() ||
                                      !disk.source_vendor.empty() || !disk.source_metadata.empty())) {
    return invalid("a disk has properties of a source but no source type: PATH, MOUNT, BLOCK or RAW");
  }
  return {};
}

Status check_disk(const Resource& resource) {
  const DiskInfo* disk = resource.traits().disk.get();
  if (resource.shared() && !(disk && disk->persistent())) {
    return invalid("it is shared but not a persistent volume: only those can be shared");
  }
  if (!disk) return {};
  if (resource.name() != "disk" || resource.kind() != ValueKind::scalar) {
    return invalid("it has disk information: only the amount called disk has that");
  }
  if (disk->persistent()) MESOSCORE_TRY(validate_id(disk->persistence_id, "persistence id"));
  return check_source(*disk);
}

Status check(const Resource& resource) {
  MESOSCORE_TRY(check_value(resource));
  if (resource.plain()) return {};
  MESOSCORE_TRY(check_reservations(resource.traits().reservations));
  return check_disk(resource);
}

}  // namespace

Status validate(const Resource& resource) {
  MESOSCORE_TRY(check_name(resource.name()));
  MESOSCORE_TRY_IN("resource " + in_quotes(resource.name()), check(resource));
  return {};
}

Status validate(const Resources& resources) {
  for (const Resource& resource : resources) {
    MESOSCORE_TRY(validate(resource));
    for (const Resource& other : resources) {
      if (other.name() == resource.name() && other.kind() != resource.kind()) {
        return invalid("resource " + in_quotes(resource.name()) +
                       " comes with two kinds of value: use one kind per name");
      }
    }
  }
  return {};
}

}  // namespace mesoscore
