// Small isolators by Linux kernel features, each on its own. Component: isolator_linux. One page each in
// docs/isolators/. They only add to the launch plan: a launcher that executes all of it is needed, as
// isolators::process() brings one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mesoscore/isolator.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::isolators {

// The RLimits of the task's ContainerInfo, and `defaults` where it names none.
std::shared_ptr<Isolator> rlimits(std::vector<RLimit> defaults = {});

// No program that a task starts gains privileges by set-user-id bits or file capabilities.
std::shared_ptr<Isolator> no_new_privileges();

struct NamespaceOptions {
  bool pid = true;  // a task sees its own processes only; share_pid_namespace excepts it
  bool ipc = true;  // its own System V IPC, message queues and /dev/shm
  std::uint32_t shm_size_mb = 64;
  bool uts = true;  // its own host name, if ContainerInfo::hostname gives one
  // May a task do without, by share_pid_namespace and IpcMode::share_parent? Else such a task fails.
  bool allow_share_pid = false, allow_share_ipc = false;
};
std::shared_ptr<Isolator> namespaces(NamespaceOptions options = {});

// /tmp and /var/tmp of a task are directories of its sandbox, or of a tmpfs of so many MiB.
struct PrivateTmpOptions {
  std::uint64_t tmpfs_size_mb = 0;  // 0: in the sandbox
};
std::shared_ptr<Isolator> private_tmp(PrivateTmpOptions options = {});

// The volumes and the root directory of ContainerInfo, and persistent volumes.
struct FilesystemOptions {
  std::vector<std::string> volume_roots{};  // host_path of a volume must lie below one of these
  std::vector<std::string> image_roots{};   // root_directory must
  std::string sandbox_path =
      "/mnt/mesos/sandbox";  // where a container with a root of its own has its sandbox
};
std::shared_ptr<Isolator> filesystem(FilesystemOptions options = {});

// The kernel's settings (/proc/sys, /sys with the control groups, ...) are read-only for a task, and what
// tells of other tasks or of the kernel's memory is hidden. Add it after namespaces() and filesystem(); only
// a task without CAP_SYS_ADMIN is held by it, see capabilities().
std::shared_ptr<Isolator> kernel_settings();

// Capabilities of tasks: those of ContainerInfo, which must be within `bounding`, else these. `bounding`
// absent: the agent's own. `effective` absent: `bounding` for root, none for any other user. Other users get
// what ContainerInfo or `effective` names as ambient capabilities.
struct CapabilityOptions {
  std::optional<std::vector<Capability>> bounding{};
  std::optional<std::vector<Capability>> effective{};
};
std::shared_ptr<Isolator> capabilities(CapabilityOptions options = {});

// Disk that the sandbox takes, looked at from time to time; over the task's `disk` it is killed
// (REASON_CONTAINER_LIMITATION_DISK).
struct DiskQuotaOptions {
  Duration interval = std::chrono::seconds(15);
  bool enforce = true;  // false: only reported as usage
};
std::shared_ptr<Isolator> disk_quota(DiskQuotaOptions options = {});

// ---- devices

struct Device {
  std::string path{};  // "/dev/nvidia0"
  bool read = true, write = true, mknod = false;
  friend bool operator==(const Device&, const Device&) = default;
};
// What gpus the machine has, and which device nodes each needs. Replaceable, for machines of other makers and
// for tests.
class GpuDiscovery {
 public:
  virtual ~GpuDiscovery() = default;
  struct Gpu {
    std::string name{};
    std::vector<Device> devices{};
  };
  virtual Result<std::vector<Gpu>> gpus() = 0;
  virtual std::vector<Device> shared_devices() { return {}; }  // that every task with a gpu needs besides
};
std::shared_ptr<GpuDiscovery> nvidia_device_nodes();  // by /dev/nvidia*

struct DeviceOptions {
  std::vector<Device> allowed{};         // to all tasks, besides /dev/null, zero, full, random, urandom, tty
  std::shared_ptr<GpuDiscovery> gpus{};  // null: none; tasks with gpus in their resources fail
};
// A /dev of its own for each task, with these device nodes and those of its gpus. Each gpu is given to one
// task at a time, also across restarts of the agent. What is not there cannot be made: CAP_MKNOD is taken
// away.
std::shared_ptr<Isolator> devices(DeviceOptions options = {});

}  // namespace mesoscore::isolators
