#include "core/validate_container.hpp"

#include <algorithm>

#include "core/messages.hpp"
#include "core/paths.hpp"
#include "core/text_cat.hpp"

namespace mesoscore {
namespace {

constexpr std::size_t kLongestHostname = 64;  // of Linux

tl::unexpected<Error> refuse(std::string message) { return fail(Errc::invalid_argument, std::move(message)); }

Status check_volume(const Volume& volume) {
  MESOSCORE_TRY(check_path(volume.container_path, "container_path"));
  const std::string where = cat("volume ", in_quotes(volume.container_path));
  if (volume.host_path.empty() && volume.sandbox_path.empty())
    return refuse(cat(where, " has no source: give a host_path or a sandbox_path"));
  if (!volume.host_path.empty() && !volume.sandbox_path.empty())
    return refuse(cat(where, " has both a host_path and a sandbox_path: give one of them"));
  if (volume.host_path.empty())
    MESOSCORE_TRY_IN(where, check_relative_path(volume.sandbox_path, "sandbox_path"));
  else
    MESOSCORE_TRY_IN(where, check_absolute_path(volume.host_path, "host_path"));
  return {};
}

// ---- docker

Status check_mapping(const PortMapping& mapping) {
  for (const std::uint32_t port : {mapping.host_port, mapping.container_port}) {
    if (port < 1 || port > 65535) return refuse(cat("port ", port, " is mapped: give one from 1 to 65535"));
  }
  const std::string& protocol = mapping.protocol;
  if (protocol.empty() || protocol == "tcp" || protocol == "udp") return {};
  return refuse(
      cat("protocol ", in_quotes(protocol), " of port ", mapping.host_port, " is neither tcp nor udp"));
}

Status check_parameter(const Parameter& parameter) {
  MESOSCORE_TRY(check_no_nul(parameter.key, "parameter"));
  MESOSCORE_TRY(check_no_nul(parameter.value, cat("the value of parameter ", in_quotes(parameter.key))));
  if (parameter.key.empty())
    return refuse(cat("a parameter with the value ", in_quotes(parameter.value), " has no key: name it"));
  if (parameter.key != "name") return {};
  return refuse(cat("parameter 'name' with the value ", in_quotes(parameter.value),
                    ": leave it out, the agent names its containers"));
}

Status check_network(const DockerInfo& docker) {
  using Network = DockerInfo::Network;
  if (docker.network == Network::user && docker.network_name.empty())
    return refuse("network is USER, but network_name is empty: name the network");
  if (docker.network != Network::user && !docker.network_name.empty())
    return refuse(cat("network_name is ", in_quotes(docker.network_name), ", but network is not USER"));
  if (docker.port_mappings.empty() || docker.network == Network::bridge || docker.network == Network::user)
    return {};
  return refuse(cat("port ", docker.port_mappings.front().host_port,
                    " is mapped, but network is HOST or NONE: ports are mapped in BRIDGE and USER only"));
}

Status check_docker(const DockerInfo& docker) {
  if (docker.image.empty()) return refuse("image is empty: name one");
  for (const char c : docker.image) {
    if (static_cast<unsigned char>(c) > 0x20 && c != 0x7f) continue;
    return refuse(cat("image ", in_quotes(docker.image), " contains a space or a control character"));
  }
  MESOSCORE_TRY(check_no_nul(docker.network_name, "network_name"));
  for (const PortMapping& mapping : docker.port_mappings) MESOSCORE_TRY(check_mapping(mapping));
  for (const Parameter& parameter : docker.parameters) MESOSCORE_TRY(check_parameter(parameter));
  return check_network(docker);
}

Status check_type(const ContainerInfo& container) {
  const bool is_docker = container.type == ContainerInfo::Type::docker;
  if (is_docker && !container.docker)
    return refuse("it is of type DOCKER, but docker is not set: name an image");
  if (!is_docker && container.docker) {
    return refuse(cat("docker has the image ", in_quotes(container.docker->image),
                      ", but the container is not of type DOCKER: set the type"));
  }
  if (!is_docker || container.root_directory.empty()) return {};
  return refuse(cat("root_directory is ", in_quotes(container.root_directory),
                    ", but the container is of type DOCKER: its root is in the image"));
}

// ---- limits and what the kernel gives

Status check_limit(const RLimit& limit) {
  const std::string_view name = to_string(limit.type);
  if (limit.type == RLimit::Type::unknown || name == "UNKNOWN")
    return refuse(cat("a limit is of the unknown type ", static_cast<int>(limit.type)));
  if (limit.soft.has_value() != limit.hard.has_value()) {
    return refuse(cat(name, " has a ", limit.soft ? "soft" : "hard", " limit of ",
                      limit.soft ? *limit.soft : *limit.hard, " only: set both, or neither for none"));
  }
  if (!limit.soft || *limit.soft <= *limit.hard) return {};
  return refuse(cat(name, " has a soft limit of ", *limit.soft, ", more than the hard one of ", *limit.hard,
                    ": lower it"));
}

Status check_limits(const std::vector<RLimit>& limits) {
  for (const RLimit& limit : limits) {
    MESOSCORE_TRY(check_limit(limit));
    const auto same = [&](const RLimit& other) { return other.type == limit.type; };
    if (std::count_if(limits.begin(), limits.end(), same) > 1)
      return refuse(cat(to_string(limit.type), " is set twice: set it once"));
  }
  return {};
}

Status check_capabilities(const LinuxInfo& info) {
  if (!info.bounding_capabilities || !info.effective_capabilities) return {};
  const auto& bounding = *info.bounding_capabilities;
  for (const Capability capability : *info.effective_capabilities) {
    if (std::find(bounding.begin(), bounding.end(), capability) != bounding.end()) continue;
    return refuse(cat("effective capability ", to_string(capability),
                      " is not among the bounding ones: add it there, too"));
  }
  return {};
}

Status check_linux(const LinuxInfo& info) {
  MESOSCORE_TRY(check_capabilities(info));
  MESOSCORE_TRY(check_no_nul(info.seccomp_profile, "seccomp_profile"));
  if (info.seccomp_unconfined && !info.seccomp_profile.empty()) {
    return refuse(cat("seccomp_profile is ", in_quotes(info.seccomp_profile),
                      ", but seccomp_unconfined is set: set one of them"));
  }
  if (info.shm_size_mb == 0 || info.ipc_mode != LinuxInfo::IpcMode::share_parent) return {};
  return refuse(cat("shm_size is ", info.shm_size_mb,
                    " MB, but ipc_mode is SHARE_PARENT: a shared /dev/shm "
                    "keeps its size"));
}

Status check_own_hostname(const std::string& name) {
  if (name.empty()) return {};
  const bool fits = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  if (fits && name.size() <= kLongestHostname && name.front() != '-' && name.front() != '.') return {};
  return refuse(cat("hostname ", in_quotes(name), " is none: use at most ", kLongestHostname,
                    " letters, digits, '-' and '.', and begin with a letter or digit"));
}

}  // namespace

Status validate_container(const ContainerInfo& container) {
  MESOSCORE_TRY(check_type(container));
  for (const Volume& volume : container.volumes) MESOSCORE_TRY(check_volume(volume));
  if (container.docker) MESOSCORE_TRY_IN("docker", check_docker(*container.docker));
  MESOSCORE_TRY(check_own_hostname(container.hostname));
  if (!container.root_directory.empty())
    MESOSCORE_TRY(check_absolute_path(container.root_directory, "root_directory"));
  if (container.linux_info) MESOSCORE_TRY_IN("linux_info", check_linux(*container.linux_info));
  return check_limits(container.rlimits);
}

}  // namespace mesoscore
