#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/linux/directories.hpp"
#include "isolators/linux/filesystem_plan.hpp"
#include "isolators/linux/root.hpp"

namespace mesoscore::isolators {

namespace {

using filesystem_detail::Persistent;
using filesystem_detail::Place;
using runtime::PersistentDirectory;

constexpr mode_t kVolumeMode = 0755;

// All of what names the sandbox by its path of the machine, but for the one variable that is to.
void move_sandbox(const std::string& from, const std::string& to, LaunchPlan& plan) {
  plan.working_directory = to;
  for (EnvironmentVariable& variable : plan.environment) {
    if (variable.value == from && variable.name != "MESOS_DIRECTORY") variable.value = to;
  }
}

Status check_roots(const std::vector<std::string>& roots, std::string_view what) {
  for (const std::string& root : roots) {
    if (root.starts_with('/') && root.find_first_not_of('/') != std::string::npos) continue;
    return fail(Errc::invalid_argument, cat("FilesystemOptions::", what, ": ", in_quotes(root),
                                            " is not an absolute path of a directory"));
  }
  return {};
}

Status make_link(const std::string& target, const std::string& link) {
  if (::symlink(target.c_str(), link.c_str()) == 0) return {};
  const std::error_code code(errno, std::generic_category());
  return fail(Error(code, cat("cannot make the symbolic link ", in_quotes(link), ": ", code.message())));
}

class Filesystem final : public Isolator {
 public:
  explicit Filesystem(FilesystemOptions options) : options_(std::move(options)) {}

  std::string_view name() const noexcept override { return "filesystem"; }
  ContainerFeatures provides() const noexcept override {
    return is_root() ? ContainerFeature::volumes | ContainerFeature::root_directory : 0;
  }

  Status start(const IsolatorContext& context) override {
    MESOSCORE_TRY(check_roots(options_.volume_roots, "volume_roots"));
    MESOSCORE_TRY(check_roots(options_.image_roots, "image_roots"));
    MESOSCORE_TRY(check_roots({options_.sandbox_path}, "sandbox_path"));
    work_dir_ = context.work_dir;
    return {};
  }

  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override {
    const ContainerInfo& info = container_info_of(spec.call);
    const auto persistent = filesystem_detail::persistent_volumes(spec.call.resources, work_dir_);
    if (!persistent) return fail(persistent.error());
    if (info.volumes.empty() && info.root_directory.empty() && persistent->empty()) return {};
    if (!plan.parent.empty()) {
      return fail(Errc::invalid_argument,
                  "what runs inside of another container has its root and its volumes, and none of its own");
    }
    auto user = runtime::find_user(plan.user);
    if (!user) return fail(user.error());
    const std::string sandbox(spec.sandbox);
    Place place{sandbox, sandbox, !info.root_directory.empty(), *std::move(user)};
    if (place.own_root) MESOSCORE_TRY(plan_root(info, place, plan));
    MESOSCORE_TRY(plan_persistent(*persistent, place, plan));
    for (const Volume& volume : info.volumes) {
      Result<PlannedMount> mount = filesystem_detail::plan_volume(volume, options_, place);
      if (!mount) return fail(mount.error());
      add(*std::move(mount), plan);
    }
    return {};
  }

 private:
  static bool is_planned(const std::string& target, const LaunchPlan& plan) {
    return std::any_of(plan.mounts.begin(), plan.mounts.end(),
                       [&](const PlannedMount& mount) { return mount.target == target; });
  }

  static void add(PlannedMount mount, LaunchPlan& plan) {
    plan.namespaces |= CLONE_NEWNS;
    plan.mounts.push_back(std::move(mount));
  }

  Status plan_root(const ContainerInfo& info, Place& place, LaunchPlan& plan) const {
    if (!plan.root.empty()) {
      return fail(Errc::already_exists, cat("another isolator has planned the root ", in_quotes(plan.root)));
    }
    Result<std::string> root = filesystem_detail::find_root(info.root_directory, options_.image_roots);
    if (!root) return fail(root.error());
    plan.root = *std::move(root);
    std::vector<PlannedMount> first = filesystem_detail::mounts_of_root();
    std::erase_if(first, [&](const PlannedMount& mount) { return is_planned(mount.target, plan); });
    plan.mounts.insert(plan.mounts.begin(), first.begin(), first.end());
    place.seen = options_.sandbox_path;
    move_sandbox(place.sandbox, place.seen, plan);
    add({.source = place.sandbox,
         .target = place.seen,
         .flags = MS_BIND | MS_REC | MS_NOSUID | MS_NODEV,
         .make = PlannedMount::Make::directory},
        plan);
    return {};
  }

  // Their data outlives every task; a directory is made when it is used first, and removed by nobody here.
  Status plan_persistent(const std::vector<Persistent>& volumes, const Place& place, LaunchPlan& plan) const {
    for (const Persistent& volume : volumes) {
      MESOSCORE_TRY(make_persistent(volume.directory, place));
      if (!is_root()) {
        MESOSCORE_TRY(link_persistent(volume, place));
        continue;
      }
      Result<std::string> target = filesystem_detail::target_of(volume.container_path, place);
      if (!target) return fail(target.error());
      const std::uint64_t read_only = volume.read_only ? MS_RDONLY : 0;
      const std::uint64_t flags = MS_BIND | MS_REC | MS_NOSUID | MS_NODEV | read_only;
      const bool inside = place.own_root || behind(place.seen, *target);
      add({.source = volume.directory.below.empty() ? "." : volume.directory.below,
           .source_root = volume.directory.top,
           .target = *std::move(target),
           .flags = flags,
           .make = inside ? PlannedMount::Make::directory : PlannedMount::Make::nothing},
          plan);
    }
    return {};
  }

  // The last part of it belongs to the task's user; a disk that is the volume does so from now on.
  static Status make_persistent(const PersistentDirectory& directory, const Place& place) {
    const auto& [top, below] = directory;
    if (!below.empty()) {
      MESOSCORE_TRY(make_below(top, below.substr(0, below.rfind('/')), kVolumeMode, std::nullopt));
      return make_below(top, below, kVolumeMode, place.user);
    }
    if (!place.user || ::chown(top.c_str(), place.user->uid, place.user->gid) == 0) return {};
    const std::error_code code(errno, std::generic_category());
    return fail(Error(code, cat("cannot hand over the disk ", in_quotes(top), ": ", code.message())));
  }

  static Status link_persistent(const Persistent& volume, const Place& place) {
    const std::string& path = volume.container_path;
    if (!is_below(path)) {
      return fail(Errc::invalid_argument,
                  cat("the container_path ", in_quotes(path),
                      " of a persistent volume is not within the sandbox, and only an agent "
                      "that runs as root can put it elsewhere"));
    }
    const std::size_t slash = path.rfind('/');
    if (slash != std::string::npos) {
      MESOSCORE_TRY(make_below(place.sandbox, path.substr(0, slash), kVolumeMode, place.user));
    }
    return make_link(volume.directory.top + "/" + volume.directory.below, place.sandbox + "/" + path);
  }

  FilesystemOptions options_;
  std::string work_dir_;
};

}  // namespace

std::shared_ptr<Isolator> filesystem(FilesystemOptions options) {
  return std::make_shared<Filesystem>(std::move(options));
}

}  // namespace mesoscore::isolators
