#include "mesoscore/container_info.hpp"

#include <array>
#include <cstddef>

#include "mesoscore/container.hpp"

namespace mesoscore {
namespace {

// In the order of their numbers.
constexpr std::array<std::string_view, 41> kCapabilities = {"CHOWN",
                                                            "DAC_OVERRIDE",
                                                            "DAC_READ_SEARCH",
                                                            "FOWNER",
                                                            "FSETID",
                                                            "KILL",
                                                            "SETGID",
                                                            "SETUID",
                                                            "SETPCAP",
                                                            "LINUX_IMMUTABLE",
                                                            "NET_BIND_SERVICE",
                                                            "NET_BROADCAST",
                                                            "NET_ADMIN",
                                                            "NET_RAW",
                                                            "IPC_LOCK",
                                                            "IPC_OWNER",
                                                            "SYS_MODULE",
                                                            "SYS_RAWIO",
                                                            "SYS_CHROOT",
                                                            "SYS_PTRACE",
                                                            "SYS_PACCT",
                                                            "SYS_ADMIN",
                                                            "SYS_BOOT",
                                                            "SYS_NICE",
                                                            "SYS_RESOURCE",
                                                            "SYS_TIME",
                                                            "SYS_TTY_CONFIG",
                                                            "MKNOD",
                                                            "LEASE",
                                                            "AUDIT_WRITE",
                                                            "AUDIT_CONTROL",
                                                            "SETFCAP",
                                                            "MAC_OVERRIDE",
                                                            "MAC_ADMIN",
                                                            "SYSLOG",
                                                            "WAKE_ALARM",
                                                            "BLOCK_SUSPEND",
                                                            "AUDIT_READ",
                                                            "PERFMON",
                                                            "BPF",
                                                            "CHECKPOINT_RESTORE"};
static_assert(kCapabilities.size() == static_cast<std::size_t>(Capability::checkpoint_restore) + 1);

constexpr std::array<std::string_view, 17> kLimits = {
    "UNKNOWN",    "RLMT_AS",      "RLMT_CORE",     "RLMT_CPU",        "RLMT_DATA",   "RLMT_FSIZE",
    "RLMT_LOCKS", "RLMT_MEMLOCK", "RLMT_MSGQUEUE", "RLMT_NICE",       "RLMT_NOFILE", "RLMT_NPROC",
    "RLMT_RSS",   "RLMT_RTPRIO",  "RLMT_RTTIME",   "RLMT_SIGPENDING", "RLMT_STACK"};
static_assert(kLimits.size() == static_cast<std::size_t>(RLimit::Type::stack) + 1);

}  // namespace

std::string_view to_string(Capability capability) noexcept {
  const auto number = static_cast<std::size_t>(capability);
  return number < kCapabilities.size() ? kCapabilities[number] : "UNKNOWN";
}

std::string_view to_string(RLimit::Type type) noexcept {
  const auto number = static_cast<std::size_t>(type);
  return number < kLimits.size() ? kLimits[number] : "UNKNOWN";
}

std::string_view to_string(ContainerKind kind) noexcept {
  switch (kind) {
    case ContainerKind::command:
      return "command";
    case ContainerKind::executor:
      return "executor";
    case ContainerKind::function:
      return "function";
  }
  return "?";
}

std::string_view to_string(ContainerEvent::Kind kind) noexcept {
  switch (kind) {
    case ContainerEvent::Kind::started:
      return "started";
    case ContainerEvent::Kind::launch_failed:
      return "launch_failed";
    case ContainerEvent::Kind::exited:
      return "exited";
    case ContainerEvent::Kind::progress:
      return "progress";
    case ContainerEvent::Kind::recovered:
      return "recovered";
    case ContainerEvent::Kind::probed:
      return "probed";
    case ContainerEvent::Kind::answered:
      return "answered";
  }
  return "?";
}

const ContainerInfo& container_info_of(const LaunchContainer& call) noexcept {
  static const ContainerInfo nothing;
  const bool executor = call.kind == ContainerKind::executor && call.task.executor;
  const Box<ContainerInfo>& info = executor ? call.task.executor->container : call.task.container;
  return info ? *info : nothing;
}

const LinuxInfo& linux_info_of(const LaunchContainer& call) noexcept {
  static const LinuxInfo nothing;
  const ContainerInfo& info = container_info_of(call);
  return info.linux_info ? *info.linux_info : nothing;
}

ContainerInfo::Type type_of(const LaunchContainer& call) noexcept { return container_info_of(call).type; }

}  // namespace mesoscore
