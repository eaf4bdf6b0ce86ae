#include <sched.h>
#include <sys/mount.h>

#include <algorithm>
#include <filesystem>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/linux/root.hpp"
#include "mesoscore/isolators/linux.hpp"

namespace mesoscore::isolators {

namespace {

using IpcMode = LinuxInfo::IpcMode;
constexpr std::uint64_t kPlain = MS_NOSUID | MS_NODEV | MS_NOEXEC;
constexpr std::size_t kMaxHostname = 64;

bool is_hostname(std::string_view name) {
  const auto fits = [](char one) {
    return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') ||
           one == '-' || one == '.';
  };
  return name.size() <= kMaxHostname && std::all_of(name.begin(), name.end(), fits);
}

PlannedMount make_mount(std::string type, std::string target, std::uint64_t flags, std::string options = {}) {
  PlannedMount mount;
  mount.source = mount.type = std::move(type);
  mount.target = std::move(target);
  mount.flags = flags;
  mount.options = std::move(options);
  return mount;
}

class Namespaces final : public Isolator {
 public:
  explicit Namespaces(NamespaceOptions options) : options_(options) {}

  std::string_view name() const noexcept override { return "namespaces"; }
  ContainerFeatures provides() const noexcept override {
    return ContainerFeature::namespaces | ContainerFeature::hostname;
  }

  Status start(const IsolatorContext&) override {
    if (is_root()) return {};
    return fail(Errc::permission_denied, "isolators::namespaces() needs an agent that runs as root");
  }

  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override {
    const LinuxInfo& wishes = linux_info_of(spec.call);
    const ContainerInfo& info = container_info_of(spec.call);
    MESOSCORE_TRY(plan_pid(wishes, plan));
    MESOSCORE_TRY(plan_ipc(wishes, info.root_directory.empty(), plan));
    return plan_hostname(info.hostname, plan);
  }

 private:
  Status plan_pid(const LinuxInfo& wishes, LaunchPlan& plan) const {
    if (wishes.share_pid_namespace && options_.pid && !options_.allow_share_pid) {
      return fail(Errc::permission_denied, "this agent does not let tasks share its pid namespace");
    }
    if (!options_.pid || wishes.share_pid_namespace) return {};
    plan.namespaces |= CLONE_NEWPID | CLONE_NEWNS;
    plan.mounts.push_back(make_mount("proc", "/proc", kPlain));
    plan.mounts.back().make = PlannedMount::Make::directory;
    return {};
  }

  Status plan_ipc(const LinuxInfo& wishes, bool root_of_machine, LaunchPlan& plan) const {
    const bool share = wishes.ipc_mode == IpcMode::share_parent;
    if (share && options_.ipc && !options_.allow_share_ipc) {
      return fail(Errc::permission_denied, "this agent does not let tasks share its ipc namespace");
    }
    if (share || (!options_.ipc && wishes.ipc_mode == IpcMode::unknown)) {
      if (wishes.shm_size_mb == 0) return {};
      return fail(Errc::invalid_argument,
                  cat("shm_size_mb ", wishes.shm_size_mb,
                      " needs an ipc namespace of the task's own (ipc_mode PRIVATE)"));
    }
    plan.namespaces |= CLONE_NEWIPC | CLONE_NEWNS;
    const std::uint32_t size = wishes.shm_size_mb > 0 ? wishes.shm_size_mb : options_.shm_size_mb;
    plan.mounts.push_back(make_mount("tmpfs", "/dev/shm", kPlain, cat("mode=1777,size=", size, "m")));
    plan.mounts.back().make = PlannedMount::Make::directory;
    std::error_code ignored;
    if (root_of_machine && std::filesystem::exists("/dev/mqueue", ignored)) {
      plan.mounts.push_back(make_mount("mqueue", "/dev/mqueue", kPlain));
    }
    return {};
  }

  Status plan_hostname(const std::string& hostname, LaunchPlan& plan) const {
    if (hostname.empty()) return {};
    if (!options_.uts) return fail(Errc::permission_denied, "this agent gives no host names to tasks");
    if (!is_hostname(hostname)) {
      return fail(Errc::invalid_argument, cat("the host name ", in_quotes(hostname), " is not at most ",
                                              kMaxHostname, " letters, digits, dots and dashes"));
    }
    if (!plan.hostname.empty()) {
      return fail(Errc::already_exists,
                  cat("another isolator has planned the host name ", in_quotes(plan.hostname)));
    }
    plan.namespaces |= CLONE_NEWUTS;
    plan.hostname = hostname;
    return {};
  }

  NamespaceOptions options_;
};

}  // namespace

std::shared_ptr<Isolator> namespaces(NamespaceOptions options) {
  return std::make_shared<Namespaces>(options);
}

}  // namespace mesoscore::isolators
