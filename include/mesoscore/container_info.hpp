// What a task asks for around its processes: volumes, a root file system, an image, limits, capabilities.
// ContainerInfo of Mesos v1. Which of it an agent can give depends on the isolators composed into it; what it
// cannot give fails the task, and is never ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/box.hpp"

namespace mesoscore {

// A directory or file of the machine, or of the sandbox, that the container sees at another path.
// Persistent volumes are not listed here: they come with the resources of the task.
struct Volume {
  enum class Mode : std::uint8_t { rw = 1, ro = 2 };
  std::string container_path{};  // absolute, or relative to the sandbox; made if it is missing, as the task's
  Mode mode = Mode::rw;
  // Exactly one of:
  std::string host_path{};     // absolute, below a directory that the agent allows, also after symbolic links
  std::string sandbox_path{};  // relative: inside the task's own sandbox; made if it is missing
  friend bool operator==(const Volume&, const Volume&) = default;
};

struct PortMapping {
  std::uint32_t host_port = 0;
  std::uint32_t container_port = 0;
  std::string protocol{};  // "tcp" (also if empty) or "udp"
  friend bool operator==(const PortMapping&, const PortMapping&) = default;
};

struct Parameter {
  std::string key{};
  std::string value{};
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

struct DockerInfo {
  enum class Network : std::uint8_t { host = 1, bridge = 2, none = 3, user = 4 };
  std::string image{};  // "busybox:1.36", with or without registry
  Network network = Network::host;
  std::string network_name{};                // of Network::user (network_infos[0].name in Mesos v1)
  std::vector<PortMapping> port_mappings{};  // not with Network::host and Network::none
  bool privileged = false;
  bool force_pull_image = false;  // also when the image is there already
  // As options of `docker run`, without the dashes; which of them depends on the agent: see
  // isolators/docker.hpp.
  std::vector<Parameter> parameters{};
  friend bool operator==(const DockerInfo&, const DockerInfo&) = default;
};

// Numbers of capabilities(7): 0 = CAP_CHOWN. Mesos v1 says the same plus 1000.
enum class Capability : std::uint8_t {
  chown,
  dac_override,
  dac_read_search,
  fowner,
  fsetid,
  kill,
  setgid,
  setuid,
  setpcap,
  linux_immutable,
  net_bind_service,
  net_broadcast,
  net_admin,
  net_raw,
  ipc_lock,
  ipc_owner,
  sys_module,
  sys_rawio,
  sys_chroot,
  sys_ptrace,
  sys_pacct,
  sys_admin,
  sys_boot,
  sys_nice,
  sys_resource,
  sys_time,
  sys_tty_config,
  mknod,
  lease,
  audit_write,
  audit_control,
  setfcap,
  mac_override,
  mac_admin,
  syslog,
  wake_alarm,
  block_suspend,
  audit_read,
  perfmon,
  bpf,
  checkpoint_restore
};
std::string_view to_string(Capability capability) noexcept;  // "NET_ADMIN"

struct LinuxInfo {
  enum class IpcMode : std::uint8_t { unknown = 0, private_ = 1, share_parent = 2 };
  // What its processes can ever have, and what they have at the start. Absent: what the agent gives to all.
  std::optional<std::vector<Capability>> bounding_capabilities{};
  std::optional<std::vector<Capability>> effective_capabilities{};
  bool share_pid_namespace = false;     // of the agent, although the agent would give it one of its own
  IpcMode ipc_mode = IpcMode::unknown;  // unknown: as the agent is set up
  std::uint32_t shm_size_mb = 0;        // of a private /dev/shm; 0: as the agent is set up
  std::string seccomp_profile{};        // by name, of those that the agent has; empty: the agent's default
  bool seccomp_unconfined = false;      // needs an agent that permits it
  friend bool operator==(const LinuxInfo&, const LinuxInfo&) = default;
};

// A limit of setrlimit(2).
struct RLimit {
  enum class Type : std::uint8_t {
    unknown = 0,
    as = 1,
    core = 2,
    cpu = 3,
    data = 4,
    fsize = 5,
    locks = 6,
    memlock = 7,
    msgqueue = 8,
    nice = 9,
    nofile = 10,
    nproc = 11,
    rss = 12,
    rtprio = 13,
    rttime = 14,
    sigpending = 15,
    stack = 16
  };
  Type type = Type::unknown;
  // In the unit of the limit (bytes, seconds, descriptors). Both or neither; neither: unlimited.
  std::optional<std::uint64_t> hard{}, soft{};
  friend bool operator==(const RLimit&, const RLimit&) = default;
};
std::string_view to_string(RLimit::Type type) noexcept;  // "RLMT_NOFILE"

struct ContainerInfo {
  enum class Type : std::uint8_t { docker = 1, mesos = 2 };
  Type type = Type::mesos;
  std::vector<Volume> volumes{};
  Box<DockerInfo> docker{};  // exactly for Type::docker
  std::string hostname{};
  // A directory of the machine that becomes "/" of the container, below one that the agent allows (ours;
  // Mesos has images instead). Empty: it sees the agent's own.
  std::string root_directory{};
  Box<LinuxInfo> linux_info{};
  std::vector<RLimit> rlimits{};
  friend bool operator==(const ContainerInfo&, const ContainerInfo&) = default;
};

// What the agent knows of a container that runs (ContainerStatus).
struct ContainerStatus {
  std::string container_id{};
  std::uint32_t executor_pid = 0;           // of its first process, as the agent's machine counts
  std::vector<std::string> ip_addresses{};  // of its own network, if it has one
  friend bool operator==(const ContainerStatus&, const ContainerStatus&) = default;
};

}  // namespace mesoscore
