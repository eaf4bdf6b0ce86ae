#include "core/messages.hpp"
#include "resources/json_traits.hpp"

namespace mesoscore {
namespace {

using Source = DiskInfo::SourceType;
using Mode = DiskInfo::Mode;

constexpr EnumName<Source> kSources[] = {
    {"PATH", Source::path}, {"MOUNT", Source::mount}, {"BLOCK", Source::block}, {"RAW", Source::raw}};
constexpr EnumName<Mode> kModes[] = {{"RW", Mode::rw}, {"RO", Mode::ro}};

// Reads an optional string into `out`.
Status read_into(std::string& out, const Json& object, const char* key) {
  Result<std::string> text = optional_string(object, key);
  if (!text) return fail(std::move(text.error()));
  out = std::move(*text);
  return {};
}

Status read_persistence(const Json& json, DiskInfo& disk) {
  Result<std::string> id = required_string(json, "id");
  if (!id) return fail(std::move(id.error()));
  if (id->empty()) return bad_member("id", "is empty: give the persistence id");
  disk.persistence_id = std::move(*id);
  return read_into(disk.persistence_principal, json, "principal");
}

Status read_volume(const Json& json, DiskInfo& disk) {
  Result<std::string> path = required_string(json, "container_path");
  if (!path) return fail(std::move(path.error()));
  disk.volume_container_path = std::move(*path);
  const Result<Mode> mode = required_enum<Mode>(json, "mode", kModes);
  if (!mode) return fail(mode.error());
  disk.volume_mode = *mode;
  return read_into(disk.volume_host_path, json, "host_path");
}

// `path` or `mount`, whichever the source type names; the other one must not be there.
Status read_root(const Json& json, DiskInfo& disk) {
  for (const EnumName<Source> kind : {EnumName<Source>{"path", Source::path}, {"mount", Source::mount}}) {
    const Result<const Json*> member = optional_object(json, kind.name.data());
    if (!member) return fail(member.error());
    if (!*member) continue;
    if (disk.source != kind.value) {
      return bad_member(
          kind.name,
          "is set but the type is " + std::string(name_of<Source>(kSources, disk.source)) + ": leave it out");
    }
    MESOSCORE_TRY(read_into(disk.source_root, **member, "root"));
  }
  return {};
}

Status read_source(const Json& json, DiskInfo& disk) {
  const Result<Source> type = required_enum<Source>(json, "type", kSources);
  if (!type) return fail(type.error());
  disk.source = *type;
  MESOSCORE_TRY(read_root(json, disk));
  MESOSCORE_TRY(read_into(disk.source_id, json, "id"));
  MESOSCORE_TRY(read_into(disk.source_profile, json, "profile"));
  MESOSCORE_TRY(read_into(disk.source_vendor, json, "vendor"));
  Result<Labels> metadata = optional_labels(json, "metadata");
  if (!metadata) return fail(std::move(metadata.error()));
  disk.source_metadata = std::move(*metadata);
  return {};
}

void put(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

Json source_json(const DiskInfo& disk) {
  Json out = {{"type", name_of<Source>(kSources, disk.source)}};
  if (!disk.source_root.empty()) {
    out[disk.source == Source::mount ? "mount" : "path"] = {{"root", disk.source_root}};
  }
  put(out, "id", disk.source_id);
  put(out, "profile", disk.source_profile);
  put(out, "vendor", disk.source_vendor);
  if (!disk.source_metadata.empty()) out["metadata"] = labels_json(disk.source_metadata);
  return out;
}

Json volume_json(const DiskInfo& disk) {
  Json out = {{"container_path", disk.volume_container_path},
              {"mode", name_of<Mode>(kModes, disk.volume_mode)}};
  put(out, "host_path", disk.volume_host_path);
  return out;
}

}  // namespace

Result<DiskInfo> read_disk(const Json& json) {
  DiskInfo disk;
  using Reader = Status (*)(const Json&, DiskInfo&);
  const std::pair<const char*, Reader> parts[] = {
      {"persistence", read_persistence}, {"volume", read_volume}, {"source", read_source}};
  for (const auto& [key, read] : parts) {
    const Result<const Json*> member = optional_object(json, key);
    if (!member) return fail(member.error());
    if (*member) MESOSCORE_TRY_IN(key, read(**member, disk));
  }
  return disk;
}

Json disk_json(const DiskInfo& disk) {
  Json out = Json::object();
  if (disk.persistent()) {
    out["persistence"] = {{"id", disk.persistence_id}};
    put(out["persistence"], "principal", disk.persistence_principal);
  }
  if (!disk.volume_container_path.empty() || !disk.volume_host_path.empty())
    out["volume"] = volume_json(disk);
  if (disk.source != Source::none) out["source"] = source_json(disk);
  return out;
}

}  // namespace mesoscore
