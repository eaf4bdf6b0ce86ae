#include <ostream>

#include "mesoscore/quota.hpp"
#include "mesoscore/resources.hpp"
#include "resources/text_values.hpp"

namespace mesoscore {
namespace {

// Collects the words in braces.
class Words {
 public:
  void add(std::string_view word) {
    if (!text_.empty()) text_ += ' ';
    text_ += word;
  }
  void add(std::string_view key, std::string_view value) {
    if (!value.empty()) add(std::string(key) + "=" + std::string(value));
  }
  std::string in_braces() const { return text_.empty() ? std::string() : "{" + text_ + "}"; }

 private:
  std::string text_;
};

// "(role)" says it all. It ends at the first '{' or ':', which a role in braces may have.
bool says_role_only(const ResourceTraits& traits) noexcept {
  if (traits.reservations.size() != 1) return false;
  const Reservation& only = traits.reservations.front();
  if (only.role.view().find_first_of("{:") != std::string_view::npos) return false;
  return only.type == Reservation::Type::static_ && only.principal.empty() && only.labels.empty();
}

std::string labels_text(const Labels& labels) {
  std::string out;
  for (const Label& label : labels) out += (out.empty() ? "" : ",") + label.key + ":" + label.value;
  return out;
}

void add_reservation(Words& words, const Reservation& reservation) {
  switch (reservation.type) {
    case Reservation::Type::static_:
      words.add("static", reservation.role);
      break;
    case Reservation::Type::dynamic:
      words.add("dynamic", reservation.role);
      break;
    default:
      words.add("reserved", reservation.role);
      break;
  }
  words.add("principal", reservation.principal);
  words.add("labels", labels_text(reservation.labels));
}

void add_disk(Words& words, const DiskInfo& disk) {
  using Source = DiskInfo::SourceType;
  switch (disk.source) {
    case Source::none:
      break;
    case Source::path:
      words.add("PATH");
      break;
    case Source::mount:
      words.add("MOUNT");
      break;
    case Source::block:
      words.add("BLOCK");
      break;
    case Source::raw:
      words.add("RAW");
      break;
  }
  words.add("root", disk.source_root);
  words.add("id", disk.source_id);
  words.add("profile", disk.source_profile);
  words.add("vendor", disk.source_vendor);
  words.add("metadata", labels_text(disk.source_metadata));
  words.add("volume", disk.persistence_id);
  words.add("at", disk.volume_container_path);
  if (!disk.volume_container_path.empty() && disk.volume_mode == DiskInfo::Mode::ro) words.add("read-only");
}

std::string traits_text(const Resource& resource) {
  const ResourceTraits& traits = resource.traits();
  const bool role_only = says_role_only(traits);
  Words words;
  if (!role_only) {
    for (const Reservation& reservation : traits.reservations) add_reservation(words, reservation);
  }
  if (traits.disk) add_disk(words, *traits.disk);
  words.add("provider", traits.provider_id);
  if (traits.revocable) words.add("revocable");
  if (traits.shared) words.add("shared");
  if (resource.copies() > 1) words.add("copies", std::to_string(resource.copies()));
  return (role_only ? "(" + traits.reservations.front().role.str() + ")" : "") + words.in_braces();
}

std::string text_of(const Resource& resource) {
  std::string out = resource.name().str() + traits_text(resource) + ":";
  switch (resource.kind()) {
    case ValueKind::scalar:
      return out + format_scalar(resource.scalar());
    case ValueKind::ranges:
      return out + format_ranges(resource.ranges());
    default:
      return out + format_set(resource.set());
  }
}

}  // namespace

std::string Resources::str() const {
  std::string out;
  for (const Resource& item : items_) out += (out.empty() ? "" : ";") + text_of(item);
  return out;
}

std::string Quantities::str() const {
  std::string out;
  for (const Entry& entry : entries_) {
    out += (out.empty() ? "" : ";") + entry.name.str() + ":" + format_scalar(entry.amount);
  }
  return out;
}

std::string QuantityLimits::str() const {
  std::string out;
  for (const Entry& entry : entries_) {
    out += (out.empty() ? "" : ";") + entry.name.str() + ":" + format_scalar(entry.most);
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const Resources& resources) { return out << resources.str(); }
std::ostream& operator<<(std::ostream& out, const Resource& resource) { return out << text_of(resource); }
std::ostream& operator<<(std::ostream& out, const Quantities& quantities) { return out << quantities.str(); }

}  // namespace mesoscore
