#include "runtime/containers/persistent_directory.hpp"

#include <algorithm>
#include <string_view>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::runtime {

namespace {

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text != "." && text != ".." && text.find('/') == std::string_view::npos &&
         text.find('\0') == std::string_view::npos;
}

}  // namespace

Result<PersistentDirectory> persistent_directory(const Resource& volume, const std::string& work_dir) {
  using Source = DiskInfo::SourceType;
  const DiskInfo& disk = *volume.traits().disk;
  const std::string role(volume.reservation_role());
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::invalid_argument, cat("the persistent volume ", in_quotes(disk.persistence_id),
                                            " of role ", in_quotes(role), " ", why));
  };
  std::string folder = role;
  std::replace(folder.begin(), folder.end(), '/', ' ');
  if (!is_name(folder) || !is_name(disk.persistence_id)) return refuse("cannot be the name of a directory");
  std::string below = cat("volumes/roles/", folder, "/", disk.persistence_id);
  if (disk.source == Source::none) return PersistentDirectory{work_dir, std::move(below)};
  if (disk.source != Source::path && disk.source != Source::mount)
    return refuse("is on a disk without files");
  if (!disk.source_root.starts_with('/')) {
    return refuse(cat("is on a disk whose root ", in_quotes(disk.source_root), " is not an absolute path"));
  }
  if (disk.source == Source::mount) below.clear();
  return PersistentDirectory{disk.source_root, std::move(below)};
}

}  // namespace mesoscore::runtime
