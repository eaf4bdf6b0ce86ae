// /dev of a container is a directory of the machine, bound read-only: links and nodes are there already, and
// the launch costs few mounts. Containers without gpus share one directory; others, and executors, whose gpus
// may change, have one of their own. The state directory has
//   common/<hash>   by the nodes that all tasks have; containers of an agent before may use another
//   own/<id>        of a container
//   gpus/<id>       see GpuBook
#include "isolators/linux/devices.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/linux/devices_folder.hpp"
#include "isolators/linux/devices_gpus.hpp"
#include "resources/text_values.hpp"
#include "runtime/containers/user.hpp"

namespace mesoscore {

namespace devices_detail {

namespace {

using isolators::DeviceOptions;

constexpr std::uint64_t kMknod = std::uint64_t{1} << CAP_MKNOD;
constexpr const char* kShmOptions = "mode=1777,size=64m";

// What this program has, and could give to a task.
PlannedCapabilities own_capabilities() {
  PlannedCapabilities own;
  for (unsigned capability = 0; capability < 64; ++capability) {
    if (::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1) own.bounding |= std::uint64_t{1} << capability;
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  ::syscall(SYS_capget, &header, data);
  own.effective = (data[0].permitted | std::uint64_t{data[1].permitted} << 32) & own.bounding;
  return own;
}

bool kernel_has(std::string_view file_system) {
  std::ifstream list("/proc/filesystems");
  for (std::string line; std::getline(list, line);) {
    if (line.ends_with(cat("\t", file_system))) return true;
  }
  return false;
}

// Terminals belong to the group tty, which programs such as write(1) count on.
std::string pts_options() {
  std::string options = "newinstance,ptmxmode=0666,mode=0620";
  group entry{};
  group* found = nullptr;
  char buffer[4096];
  if (::getgrnam_r("tty", &entry, buffer, sizeof buffer, &found) == 0 && found) {
    options += cat(",gid=", found->gr_gid);
  }
  return options;
}

std::string hash_of(std::string_view text) {  // FNV-1a
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return std::to_string(hash);
}

Result<bool> is_root(const std::string& user) {
  if (user.empty()) return ::geteuid() == 0;
  const auto other = runtime::find_user(user);
  if (!other) return fail(other.error());
  return (*other ? (*other)->uid : ::geteuid()) == 0;
}

Result<std::size_t> gpus_of(const Resources& resources) {
  const Scalar gpus = resources.scalar("gpus");
  if (gpus.milli % 1000 == 0) return static_cast<std::size_t>(gpus.milli / 1000);
  return fail(Errc::invalid_argument, cat("gpus are whole numbers, and not ", format_scalar(gpus)));
}

bool is_below_dev(const PlannedMount& mount) { return mount.target.starts_with("/dev/"); }

// Behind another /dev, else before what others have planned to mount in it.
std::size_t place_of_dev(const std::vector<PlannedMount>& mounts) {
  const auto dev =
      std::find_if(mounts.rbegin(), mounts.rend(), [](const auto& mount) { return mount.target == "/dev"; });
  if (dev != mounts.rend()) return static_cast<std::size_t>(mounts.rend() - dev);
  return static_cast<std::size_t>(std::find_if(mounts.begin(), mounts.end(), is_below_dev) - mounts.begin());
}

class Devices final : public Isolator {
 public:
  Devices(DeviceOptions options, std::string dev) : options_(std::move(options)), dev_(std::move(dev)) {}

  std::string_view name() const noexcept override { return "devices"; }
  ContainerFeatures provides() const noexcept override {
    return options_.gpus ? static_cast<ContainerFeatures>(ContainerFeature::gpus) : 0;
  }
  Status start(const IsolatorContext& context) override;
  Status recover(std::span<const LiveContainer> live) override;
  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override;
  Status update(const ContainerId& id, const Resources& resources) override;
  Status cleanup(const ContainerId& id) override;

 private:
  Status make_directories() const;
  Status start_common();
  Status start_gpus(const Resources& resources);
  Result<Nodes> nodes_of(std::span<const isolators::Device> devices) const;
  Nodes nodes_of(const ContainerId& id) const;
  Status check_gpus(std::size_t wanted) const;
  Status check_parent(const ContainerId& parent, std::size_t wanted) const;
  Status forget_others(std::span<const ContainerId> live);
  std::string own_folder(const ContainerId& id) const { return cat(state_, "/own/", id); }
  Result<std::string> folder_for(const LaunchContainer& call, std::size_t gpus);
  Status take_mknod(LaunchPlan& plan) const;
  void plan_mounts(const LinuxInfo& wishes, const std::string& folder, LaunchPlan& plan) const;

  DeviceOptions options_;
  std::string dev_;
  std::string state_;
  Nodes common_, shared_;
  std::string common_folder_;
  std::map<std::string, Nodes> gpus_;
  GpuBook book_;
  std::set<ContainerId> own_;     // those with a directory of their own
  std::set<ContainerId> nested_;  // those in the /dev of another
  bool settled_ = false;          // what an agent before has left has been seen to
  PlannedCapabilities capabilities_;
  std::string pts_options_;
  bool has_mqueue_ = false;
};

// ---- start

Status Devices::start(const IsolatorContext& context) {
  state_ = context.state_directory;
  MESOSCORE_TRY(make_directories());
  MESOSCORE_TRY(start_common());
  MESOSCORE_TRY(start_gpus(context.resources));
  capabilities_ = own_capabilities();
  pts_options_ = pts_options();
  has_mqueue_ = kernel_has("mqueue");
  return {};
}

// Nobody but the agent reaches the nodes there: in them, everybody may do what a task may.
Status Devices::make_directories() const {
  if (::chmod(state_.c_str(), 0700) != 0) {
    const std::error_code code(errno, std::generic_category());
    return fail(Error(code, cat("cannot close ", in_quotes(state_), " to others: ", code.message())));
  }
  for (const char* name : {"/common", "/own", "/gpus"}) {
    std::error_code code;
    std::filesystem::create_directory(state_ + name, code);
    if (code) return fail(Error(code, cat("cannot make ", in_quotes(state_ + name), ": ", code.message())));
  }
  return {};
}

Status Devices::start_common() {
  auto allowed = nodes_of(options_.allowed);
  if (!allowed) return fail(std::move(allowed.error()));
  common_ = united(usual_nodes(), *allowed);
  common_folder_ = state_ + "/common/" + hash_of(describe(common_));
  std::error_code unknown;  // check_folder() tells what it is
  if (!std::filesystem::exists(common_folder_, unknown)) MESOSCORE_TRY(make_folder(common_folder_, common_));
  return check_folder(common_folder_);
}

Status Devices::start_gpus(const Resources& resources) {
  const auto configured = gpus_of(resources);
  if (!configured) return fail(configured.error());
  std::vector<std::string> names;
  if (options_.gpus) {
    auto found = options_.gpus->gpus();
    if (!found) return fail_in("discovery of gpus", std::move(found.error()));
    auto shared = nodes_of(options_.gpus->shared_devices());
    if (!shared) return fail(std::move(shared.error()));
    shared_ = *std::move(shared);
    for (auto& [name, devices] : *found) {
      auto nodes = nodes_of(devices);
      if (!nodes) return fail_in(cat("gpu ", in_quotes(name)), std::move(nodes.error()));
      gpus_.insert_or_assign(name, *std::move(nodes));
      names.push_back(std::move(name));
    }
  }
  if (*configured > names.size()) {
    return fail(Errc::invalid_argument,
                cat("the agent is configured with gpus:", *configured, ", and it has ", names.size()));
  }
  return book_.open(state_ + "/gpus", std::move(names));
}

Result<Nodes> Devices::nodes_of(std::span<const isolators::Device> devices) const {
  Nodes nodes;
  for (const isolators::Device& device : devices) {
    auto node = node_of(device, dev_);
    if (!node) return fail(std::move(node.error()));
    nodes.push_back(*std::move(node));
  }
  return united(std::move(nodes), {});
}

Nodes Devices::nodes_of(const ContainerId& id) const {
  Nodes nodes = common_;
  const auto names = book_.of(id);
  if (!names.empty()) nodes = united(std::move(nodes), shared_);
  for (const std::string& name : names) {
    if (const auto found = gpus_.find(name); found != gpus_.end())
      nodes = united(std::move(nodes), found->second);
  }
  return nodes;
}

// ---- recovery

Status Devices::recover(std::span<const LiveContainer> live) {
  if (state_.empty()) return {};  // not started
  std::vector<ContainerId> ids;
  for (const LiveContainer& container : live) ids.push_back(container.id);
  return forget_others(ids);
}

Status Devices::forget_others(std::span<const ContainerId> live) {
  settled_ = true;
  std::vector<std::string> gone;
  std::error_code code;
  for (std::filesystem::directory_iterator at(state_ + "/own", code), end; !code && at != end;
       at.increment(code)) {
    const ContainerId id(at->path().filename().string());
    const bool lives = std::find(live.begin(), live.end(), id) != live.end();
    if (lives) {
      own_.insert(id);
    } else {
      gone.push_back(at->path().string());
    }
  }
  // Somebody who lives may have another one as /dev.
  for (std::filesystem::directory_iterator at(state_ + "/common", code), end;
       live.empty() && !code && at != end; at.increment(code)) {
    if (at->path().string() != common_folder_) gone.push_back(at->path().string());
  }
  Status all = book_.recover(live);
  for (const std::string& folder : gone) {
    if (Status removed = remove_folder(folder); !removed) all = std::move(removed);
  }
  return all;
}

// ---- launch

Status Devices::prepare(const ContainerSpec& spec, LaunchPlan& plan) {
  const LaunchContainer& call = spec.call;
  if (!settled_) MESOSCORE_TRY(forget_others({}));
  MESOSCORE_TRY(validate_id(call.container_id, "container id"));
  const auto gpus = gpus_of(call.resources);
  if (!gpus) return fail(gpus.error());
  if (!plan.parent.empty()) {
    MESOSCORE_TRY(check_parent(plan.parent, *gpus));
    nested_.insert(call.container_id);
    return {};
  }
  MESOSCORE_TRY(check_gpus(*gpus));
  MESOSCORE_TRY(take_mknod(plan));
  const auto folder = folder_for(call, *gpus);
  if (!folder) return fail(folder.error());
  plan_mounts(linux_info_of(call), *folder, plan);
  return {};
}

Status Devices::check_gpus(std::size_t wanted) const {
  if (wanted == 0 || options_.gpus) return {};
  return fail(Errc::launch_failed, cat("it asks for gpus:", wanted, ", and this agent has none to give"));
}

// It sees the gpus of the container that it is in.
Status Devices::check_parent(const ContainerId& parent, std::size_t wanted) const {
  const std::size_t there = book_.of(parent).size();
  if (wanted <= there) return {};
  return fail(Errc::launch_failed, cat("it asks for gpus:", wanted, ", and the container that it is in, ",
                                       in_quotes(parent), ", has ", there));
}

Result<std::string> Devices::folder_for(const LaunchContainer& call, std::size_t gpus) {
  const ContainerId& id = call.container_id;
  const bool may_change = options_.gpus && call.kind == ContainerKind::executor;
  if (gpus == 0 && !may_change) return common_folder_;
  if (Status given = book_.set(id, gpus); !given) return fail(std::move(given.error()));
  std::string folder = own_folder(id);
  if (Status made = make_folder(folder, nodes_of(id)); !made) {
    (void)book_.release(id);  // what was told of the folder counts
    return fail(std::move(made.error()));
  }
  own_.insert(id);
  return folder;
}

Status Devices::take_mknod(LaunchPlan& plan) const {
  if (!plan.capabilities) {
    const auto root = is_root(plan.user);
    if (!root) return fail(root.error());
    plan.capabilities = {capabilities_.bounding, *root ? capabilities_.effective : 0};
  }
  plan.capabilities->bounding &= ~kMknod;
  plan.capabilities->effective &= ~kMknod;
  return {};
}

void Devices::plan_mounts(const LinuxInfo& wishes, const std::string& folder, LaunchPlan& plan) const {
  const std::size_t place = place_of_dev(plan.mounts);
  const auto is_planned = [&](std::string_view target) {
    return std::any_of(plan.mounts.begin() + static_cast<std::ptrdiff_t>(place), plan.mounts.end(),
                       [&](const PlannedMount& mount) { return mount.target == target; });
  };
  std::vector<PlannedMount> own;
  own.push_back({.source = folder,
                 .target = "/dev",
                 .flags = MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC,
                 .make = PlannedMount::Make::directory});
  own.push_back({.source = "devpts",
                 .target = "/dev/pts",
                 .type = "devpts",
                 .flags = MS_NOSUID | MS_NOEXEC,
                 .options = pts_options_});
  if (wishes.ipc_mode == LinuxInfo::IpcMode::share_parent) {
    own.push_back({.source = "/dev/shm", .target = "/dev/shm", .flags = MS_BIND | MS_REC});
  } else if (!is_planned("/dev/shm")) {
    own.push_back({.source = "tmpfs",
                   .target = "/dev/shm",
                   .type = "tmpfs",
                   .flags = MS_NOSUID | MS_NODEV,
                   .options = kShmOptions});
  }
  if (has_mqueue_ && (plan.namespaces & CLONE_NEWIPC) != 0 && !is_planned("/dev/mqueue")) {
    own.push_back({.source = "mqueue",
                   .target = "/dev/mqueue",
                   .type = "mqueue",
                   .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC});
  }
  plan.namespaces |= CLONE_NEWNS;
  plan.mounts.insert(plan.mounts.begin() + static_cast<std::ptrdiff_t>(place),
                     std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
}

// ---- life and end

Status Devices::update(const ContainerId& id, const Resources& resources) {
  if (nested_.contains(id)) return {};
  const auto wanted = gpus_of(resources);
  if (!wanted) return fail(wanted.error());
  if (*wanted == book_.of(id).size()) return {};
  MESOSCORE_TRY(check_gpus(*wanted));
  if (!own_.contains(id)) {
    return fail(Errc::launch_failed, cat("it asks for gpus:", *wanted, ", and was started without any"));
  }
  const Nodes before = nodes_of(id);
  MESOSCORE_TRY(book_.set(id, *wanted));
  return change_folder(own_folder(id), before, nodes_of(id));
}

Status Devices::cleanup(const ContainerId& id) {
  nested_.erase(id);
  if (own_.erase(id) == 0) return {};
  Status removed = remove_folder(own_folder(id));
  MESOSCORE_TRY(book_.release(id));
  return removed;
}

}  // namespace

std::shared_ptr<Isolator> devices_of(DeviceOptions options, std::string dev) {
  return std::make_shared<Devices>(std::move(options), std::move(dev));
}

}  // namespace devices_detail

std::shared_ptr<Isolator> isolators::devices(DeviceOptions options) {
  return devices_detail::devices_of(std::move(options), "/dev");
}

}  // namespace mesoscore
