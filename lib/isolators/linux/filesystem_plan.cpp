#include "isolators/linux/filesystem_plan.hpp"

#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/linux/directories.hpp"

namespace mesoscore::isolators::filesystem_detail {

namespace {

namespace fs = std::filesystem;
using Make = PlannedMount::Make;

constexpr std::uint64_t kBind = MS_BIND | MS_REC | MS_NOSUID | MS_NODEV;
constexpr mode_t kMode = 0755;

std::string listed(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) text.append(text.empty() ? "" : ", ").append(in_quotes(path));
  return text.empty() ? "none" : text;
}

bool leads_up(const std::string& path) {
  const fs::path parts(path);
  return std::any_of(parts.begin(), parts.end(), [](const fs::path& part) { return part == ".."; });
}

std::string joined(const std::string& directory, const std::string& rest) {
  return rest.empty() ? directory : directory + "/" + rest;
}

// By its text here; what symbolic links make of it is looked at when it is mounted.
Status plan_host_path(const std::string& path, const FilesystemOptions& options, PlannedMount& mount) {
  if (!path.starts_with('/')) {
    return fail(Errc::invalid_argument,
                cat("the host_path ", in_quotes(path), " of a volume is not absolute"));
  }
  std::optional<std::string> rest;
  for (const std::string& root : options.volume_roots) {
    if (leads_up(path) || !(rest = behind(root, path))) continue;
    mount.source_root = root;
    break;
  }
  if (!rest) {
    return fail(Errc::permission_denied, cat("the host_path ", in_quotes(path),
                                             " of a volume is not below a directory that this agent allows: ",
                                             listed(options.volume_roots)));
  }
  mount.source = rest->empty() ? "." : *rest;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(Errc::not_found, cat("the host_path ", in_quotes(path), " of a volume does not exist"));
  }
  mount.make = S_ISDIR(status.st_mode) ? Make::directory : Make::file;
  return {};
}

Status plan_sandbox_path(const std::string& path, const Place& place, PlannedMount& mount) {
  if (!is_below(path)) {
    return fail(Errc::invalid_argument,
                cat("the sandbox_path ", in_quotes(path), " of a volume is not a path within the sandbox"));
  }
  MESOSCORE_TRY(make_below(place.sandbox, path, kMode, place.user));
  mount.source_root = place.sandbox;
  mount.source = path;
  mount.make = Make::directory;
  return {};
}

}  // namespace

Result<std::string> target_of(const std::string& container_path, const Place& place) {
  const auto refuse = [&](const char* why) {
    return fail(Errc::invalid_argument,
                cat("the container_path ", in_quotes(container_path), " of a volume ", why));
  };
  if (container_path.empty()) return refuse("is empty");
  if (leads_up(container_path)) return refuse("contains \"..\"");
  fs::path path =
      fs::path(container_path.starts_with('/') ? container_path : joined(place.seen, container_path));
  std::string target = path.lexically_normal().string();
  while (target.size() > 1 && target.ends_with('/')) target.pop_back();
  if (target == "/" || target == place.seen) return refuse("is all that the task has");
  return target;
}

Result<PlannedMount> plan_volume(const Volume& volume, const FilesystemOptions& options, const Place& place) {
  Result<std::string> target = target_of(volume.container_path, place);
  if (!target) return fail(target.error());
  if (volume.host_path.empty() == volume.sandbox_path.empty()) {
    return fail(Errc::invalid_argument, cat("the volume at ", in_quotes(volume.container_path),
                                            " needs either a host_path or a sandbox_path"));
  }
  PlannedMount mount;
  mount.flags = kBind;
  if (volume.mode == Volume::Mode::ro) mount.flags |= MS_RDONLY;
  mount.target = *std::move(target);
  if (volume.host_path.empty()) {
    MESOSCORE_TRY(plan_sandbox_path(volume.sandbox_path, place, mount));
  } else {
    MESOSCORE_TRY(plan_host_path(volume.host_path, options, mount));
  }
  // Nothing is made on the machine itself, outside of the sandbox.
  struct stat ignored {};
  if (!place.own_root && !behind(place.seen, mount.target)) {
    if (::lstat(mount.target.c_str(), &ignored) != 0) {
      return fail(
          Errc::not_found,
          cat("the container_path ", in_quotes(volume.container_path),
              " of a volume does not exist on this machine, and only a root_directory or the sandbox gets "
              "new ones"));
    }
    mount.make = Make::nothing;
  }
  return mount;
}

// ---- roots
// ----------------------------------------------------------------------------------------------------------------

Result<std::string> find_root(const std::string& wished, const std::vector<std::string>& image_roots) {
  if (!wished.starts_with('/')) {
    return fail(Errc::invalid_argument, cat("the root_directory ", in_quotes(wished), " is not absolute"));
  }
  std::error_code code;
  const std::string root = fs::canonical(wished, code).string();
  if (code || !fs::is_directory(root, code)) {
    return fail(Errc::not_found,
                cat("the root_directory ", in_quotes(wished), " is not a directory of this machine"));
  }
  for (const std::string& one : image_roots) {
    const std::string allowed = fs::canonical(one, code).string();
    const auto rest = code ? std::nullopt : behind(allowed, root);
    if (rest && !rest->empty()) return root;
  }
  return fail(Errc::permission_denied,
              cat("the root_directory ", in_quotes(wished),
                  " is not below a directory that this agent allows: ", listed(image_roots)));
}

std::vector<PlannedMount> mounts_of_root() {
  std::vector<PlannedMount> mounts;
  PlannedMount proc;
  proc.source = proc.type = "proc";
  proc.target = "/proc";
  proc.flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  proc.make = Make::directory;
  mounts.push_back(proc);
  PlannedMount dev;
  dev.source = dev.type = "tmpfs";
  dev.target = "/dev";
  dev.flags = MS_NOSUID | MS_NOEXEC;
  dev.options = "mode=755,size=64k";
  dev.make = Make::directory;
  mounts.push_back(dev);
  for (const char* node :
       {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"}) {
    PlannedMount bind;
    bind.source = bind.target = node;
    bind.flags = MS_BIND;
    bind.make = Make::file;
    mounts.push_back(bind);
  }
  return mounts;
}

// ---- persistent volumes
// ---------------------------------------------------------------------------------------------------

Result<std::vector<Persistent>> persistent_volumes(const Resources& resources, const std::string& work_dir) {
  std::vector<Persistent> volumes;
  for (const Resource& resource : resources) {
    const DiskInfo* disk = resource.traits().disk.get();
    if (!disk || !disk->persistent()) continue;
    auto directory = runtime::persistent_directory(resource, work_dir);
    if (!directory) return fail(directory.error());
    volumes.push_back(
        {*std::move(directory), disk->volume_container_path, disk->volume_mode == DiskInfo::Mode::ro});
  }
  return volumes;
}

}  // namespace mesoscore::isolators::filesystem_detail
