#include <sched.h>
#include <sys/mount.h>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/linux/directories.hpp"
#include "isolators/linux/root.hpp"
#include "mesoscore/isolators/linux.hpp"

namespace mesoscore::isolators {

namespace {

// Where it is in a container, and in its sandbox.
constexpr std::pair<std::string_view, std::string_view> kPlaces[] = {{"/tmp", ".tmp"},
                                                                     {"/var/tmp", ".var_tmp"}};
constexpr mode_t kMode = 01777;

class PrivateTmp final : public Isolator {
 public:
  explicit PrivateTmp(PrivateTmpOptions options) : options_(options) {}

  std::string_view name() const noexcept override { return "private_tmp"; }

  Status start(const IsolatorContext&) override {
    if (is_root()) return {};
    return fail(Errc::permission_denied, "isolators::private_tmp() needs an agent that runs as root");
  }

  // Before all other mounts, which may lie below it.
  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override {
    if (!plan.parent.empty()) return {};
    const std::string sandbox(spec.sandbox);
    const bool own_root = !container_info_of(spec.call).root_directory.empty();
    std::vector<PlannedMount> mounts;
    bool hides_sandbox = false;
    for (const auto& [place, name] : kPlaces) {
      Result<PlannedMount> mount = plan_one(sandbox, std::string(place), std::string(name));
      if (!mount) return fail(mount.error());
      mounts.push_back(*std::move(mount));
      if (!own_root && behind(place, sandbox)) hides_sandbox = true;
    }
    if (hides_sandbox) {
      mounts.push_back({.source = sandbox,
                        .target = sandbox,
                        .flags = MS_BIND | MS_REC,
                        .make = PlannedMount::Make::directory});
    }
    plan.namespaces |= CLONE_NEWNS;
    plan.mounts.insert(plan.mounts.begin(), mounts.begin(), mounts.end());
    return {};
  }

 private:
  Result<PlannedMount> plan_one(const std::string& sandbox, const std::string& place,
                                const std::string& name) const {
    PlannedMount mount{.target = place, .flags = MS_NOSUID | MS_NODEV, .make = PlannedMount::Make::directory};
    if (options_.tmpfs_size_mb > 0) {
      mount.source = mount.type = "tmpfs";
      mount.options = cat("mode=1777,size=", options_.tmpfs_size_mb, "m");
      return mount;
    }
    MESOSCORE_TRY(make_below(sandbox, name, kMode, std::nullopt));
    mount.source_root = sandbox;
    mount.source = name;
    mount.flags |= MS_BIND;
    return mount;
  }

  PrivateTmpOptions options_;
};

}  // namespace

std::shared_ptr<Isolator> private_tmp(PrivateTmpOptions options) {
  return std::make_shared<PrivateTmp>(options);
}

}  // namespace mesoscore::isolators
