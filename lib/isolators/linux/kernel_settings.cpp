// What a root task could do to the machine by writing to a file of the kernel: leave its control groups, name
// a program that the kernel starts on a crash, reboot. File permissions are no bar to root.
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <string_view>

#include "isolators/linux/root.hpp"
#include "mesoscore/isolators/linux.hpp"

namespace mesoscore::isolators {

namespace {

// The same that runc and docker choose, and those of the tracers.
constexpr std::string_view kReadOnly[] = {"/sys",      "/proc/sys",  "/proc/bus",          "/proc/fs",
                                          "/proc/irq", "/proc/acpi", "/proc/sysrq-trigger"};
constexpr std::string_view kHidden[] = {"/proc/kcore",       "/proc/keys",          "/proc/latency_stats",
                                        "/proc/sched_debug", "/proc/timer_list",    "/proc/timer_stats",
                                        "/proc/asound",      "/proc/scsi",          "/sys/firmware",
                                        "/sys/kernel/debug", "/sys/kernel/tracing", "/sys/kernel/security",
                                        "/sys/fs/bpf",       "/sys/fs/pstore"};
constexpr std::uint64_t kClosed = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY;

PlannedMount read_only(std::string_view path) {
  return {.source = std::string(path), .target = std::string(path), .flags = MS_BIND | MS_REC | kClosed};
}

PlannedMount hidden(std::string_view path, bool directory) {
  if (!directory)
    return {.source = "/dev/null", .target = std::string(path), .flags = MS_BIND | MS_RDONLY | MS_NOEXEC};
  return {.source = "tmpfs",
          .target = std::string(path),
          .type = "tmpfs",
          .flags = kClosed,
          .options = "mode=555,size=0,nr_inodes=1"};
}

class KernelSettings final : public Isolator {
 public:
  std::string_view name() const noexcept override { return "kernel_settings"; }

  Status start(const IsolatorContext&) override {
    if (!is_root())
      return fail(Errc::permission_denied, "isolators::kernel_settings() needs an agent that runs as root");
    struct stat status {};
    for (const std::string_view path : kReadOnly) {
      if (::stat(path.data(), &status) == 0) mounts_.push_back(read_only(path));
    }
    for (const std::string_view path : kHidden) {
      if (::stat(path.data(), &status) == 0) mounts_.push_back(hidden(path, S_ISDIR(status.st_mode)));
    }
    return {};
  }

  // Behind /proc, and before volumes: these lie upon it, wherever a task wants them.
  Status prepare(const ContainerSpec&, LaunchPlan& plan) override {
    if (!plan.parent.empty()) return {};
    plan.namespaces |= CLONE_NEWNS;
    const auto proc = std::find_if(plan.mounts.rbegin(), plan.mounts.rend(),
                                   [](const PlannedMount& mount) { return mount.target == "/proc"; });
    std::vector<PlannedMount> ours;
    for (const PlannedMount& mount : mounts_) {
      if (plan.root.empty() || !mount.target.starts_with("/sys")) ours.push_back(mount);
    }
    plan.mounts.insert(proc.base(), ours.begin(), ours.end());
    return {};
  }

 private:
  std::vector<PlannedMount> mounts_;
};

}  // namespace

std::shared_ptr<Isolator> kernel_settings() { return std::make_shared<KernelSettings>(); }

}  // namespace mesoscore::isolators
