#include "isolators/docker/volumes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <system_error>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/process/unique_fd.hpp"
#include "runtime/containers/persistent_directory.hpp"

namespace mesoscore::docker {

namespace {

using supervision::UniqueFd;

tl::unexpected<Error> failed(std::string_view what) {
  const std::error_code code(errno, std::generic_category());
  return fail(Error(code, cat(what, ": ", code.message())));
}

Result<std::string> real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> found(::realpath(path.c_str(), nullptr), &std::free);
  if (!found) return failed(in_quotes(path));
  return std::string(found.get());
}

bool is_below(std::string_view path, std::string_view root) {
  if (root == "/") return true;
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

// The names in a path; empty ones and "." are left out. Fails if there is a "..".
Result<std::vector<std::string>> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part == "..") return fail(Errc::invalid_argument, "\"..\" is not allowed in it");
    if (!part.empty() && part != ".") parts.emplace_back(part);
  }
  return parts;
}

// mkdir -p of `parts` below `root`, where symbolic links are not followed. A file at the end will do.
Result<std::string> make_below(const std::string& root, const std::vector<std::string>& parts,
                               const std::optional<FileOwner>& owner) {
  UniqueFd at(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!at) return failed(in_quotes(root));
  std::string path = root;
  for (const std::string& part : parts) {
    path.append("/").append(part);
    const bool made = ::mkdirat(at.get(), part.c_str(), 0755) == 0;
    if (!made && errno != EEXIST) return failed(in_quotes(path));
    UniqueFd next(::openat(at.get(), part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat info {};
    if (!next || ::fstat(next.get(), &info) != 0) return failed(in_quotes(path));
    const bool last = &part == &parts.back();
    if (!S_ISDIR(info.st_mode) && !(last && S_ISREG(info.st_mode))) {
      return fail(Errc::permission_denied, cat(in_quotes(path), " is neither a directory nor a file"));
    }
    if (made && owner &&
        ::fchownat(at.get(), part.c_str(), owner->uid, owner->gid, AT_SYMLINK_NOFOLLOW) != 0) {
      return failed(in_quotes(path));
    }
    at = std::move(next);
  }
  return path;
}

// ---- where it is seen

Result<std::string> target_of(const std::string& container_path, const VolumeContext& context) {
  const Result<std::vector<std::string>> parts = parts_of(container_path);
  if (!parts) return fail_in(cat("container_path ", in_quotes(container_path)), parts.error());
  const bool absolute = container_path.starts_with("/");
  if (parts->empty()) {
    return fail(Errc::invalid_argument, cat("container_path ", in_quotes(container_path),
                                            " names no place: give a directory below \"/\""));
  }
  std::string target = absolute ? "" : kSandbox;
  for (const std::string& part : *parts) target.append("/").append(part);
  if (target == kSandbox) {
    return fail(Errc::invalid_argument,
                cat("container_path ", in_quotes(container_path), " is that of the sandbox"));
  }
  if (!absolute) {  // else the engine would make it, as root
    if (auto made = make_below(context.sandbox, *parts, context.owner); !made) {
      return fail_in(cat("container_path ", in_quotes(container_path)), made.error());
    }
  }
  return target;
}

// ---- what is seen there

Result<std::string> host_source(const std::string& host_path, const VolumeContext& context) {
  const std::string what = cat("host_path ", in_quotes(host_path));
  if (!host_path.starts_with("/")) return fail(Errc::invalid_argument, cat(what, " is not absolute"));
  if (host_path.find('\0') != std::string::npos)
    return fail(Errc::invalid_argument, cat(what, " contains a NUL"));
  const Result<std::string> real = real_path(host_path);
  std::string list;
  for (const std::string& root : context.roots) {
    const Result<std::string> real_root = real_path(root);
    if (real && real_root && is_below(*real, *real_root)) return *real;
    list.append(list.empty() ? "" : ", ").append(in_quotes(root));
  }
  // Whether there is such a path outside is none of the task's business.
  if (list.empty()) {
    return fail(Errc::permission_denied, cat(what, ": this agent allows no volumes of the machine"));
  }
  const bool below = std::any_of(context.roots.begin(), context.roots.end(), [&](const std::string& root) {
    return is_below(host_path, root) && host_path.find("/../") == std::string::npos;
  });
  if (!real && below) return fail_in("host_path", real.error());
  return fail(Errc::permission_denied, cat(what, " leads to a place that is not below ", list));
}

Result<std::string> sandbox_source(const std::string& sandbox_path, const VolumeContext& context) {
  const std::string what = cat("sandbox_path ", in_quotes(sandbox_path));
  if (sandbox_path.starts_with("/")) return fail(Errc::invalid_argument, cat(what, " is not relative"));
  const auto parts = parts_of(sandbox_path);
  if (!parts) return fail_in(what, parts.error());
  auto made = make_below(context.sandbox, *parts, context.owner);
  if (!made) return fail_in(what, made.error());
  return made;
}

Result<Mount> mount_of(const Volume& volume, const VolumeContext& context) {
  if (volume.host_path.empty() == volume.sandbox_path.empty()) {
    return fail(Errc::invalid_argument, cat("the volume at ", in_quotes(volume.container_path),
                                            " needs exactly one of host_path and sandbox_path"));
  }
  auto source = volume.host_path.empty() ? sandbox_source(volume.sandbox_path, context)
                                         : host_source(volume.host_path, context);
  if (!source) return fail(std::move(source.error()));
  auto target = target_of(volume.container_path, context);
  if (!target) return fail(std::move(target.error()));
  return Mount{std::move(*source), std::move(*target), volume.mode == Volume::Mode::ro};
}

Result<Mount> persistent_mount(const Resource& resource, const VolumeContext& context) {
  const DiskInfo& disk = *resource.traits().disk;
  const std::string what = cat("persistent volume ", in_quotes(disk.persistence_id));
  const auto directory = runtime::persistent_directory(resource, context.work_dir);
  if (!directory) return fail(directory.error());
  const auto parts = parts_of(directory->below);
  if (!parts) return fail_in(what, parts.error());
  auto source = make_below(directory->top, *parts, std::nullopt);
  if (!source) return fail_in(what, source.error());
  const FileOwner owner = context.owner.value_or(FileOwner{::geteuid(), ::getegid()});
  if (::lchown(source->c_str(), owner.uid, owner.gid) != 0) return failed(what);
  auto target = target_of(disk.volume_container_path, context);
  if (!target) return fail_in(what, target.error());
  return Mount{std::move(*source), std::move(*target), disk.volume_mode == DiskInfo::Mode::ro};
}

}  // namespace

Result<std::vector<Mount>> mounts_of(const std::vector<Volume>& volumes, const Resources& resources,
                                     const VolumeContext& context) {
  std::vector<Mount> mounts = {{context.sandbox, kSandbox, false}};
  const auto add = [&](Result<Mount> mount) -> Status {
    if (!mount) return fail(std::move(mount.error()));
    for (const Mount& other : mounts) {
      if (other.target != mount->target) continue;
      return fail(Errc::invalid_argument, cat("two volumes at ", in_quotes(mount->target)));
    }
    mounts.push_back(std::move(*mount));
    return {};
  };
  for (const Volume& volume : volumes) MESOSCORE_TRY(add(mount_of(volume, context)));
  for (const Resource& resource : resources) {
    if (resource.plain() || !resource.traits().disk || !resource.traits().disk->persistent()) continue;
    MESOSCORE_TRY(add(persistent_mount(resource, context)));
  }
  return mounts;
}

}  // namespace mesoscore::docker
