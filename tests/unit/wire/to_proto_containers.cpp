// Checks, containers, and what is asked of agents.
#include <cmath>

#include "to_proto.hpp"

namespace oracle {

using namespace mesoscore;

namespace {

constexpr auto kIPv6 = v1_subset::NetworkInfo::IPv6;

template <class P>
void set_http(P& out, const HttpProbe& in) {
  const auto& [port, path, scheme, ipv6] = in;
  out.set_port(port);
  if (!path.empty()) out.set_path(path);
  out.set_scheme(scheme);
  if (ipv6) out.set_protocol(kIPv6);
}
template <class P>
void set_tcp(P& out, const TcpProbe& in) {
  const auto& [port, ipv6] = in;
  out.set_port(port);
  if (ipv6) out.set_protocol(kIPv6);
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

void set(v1_subset::Volume& out, const Volume& in) {
  const auto& [container_path, mode, host_path, sandbox_path] = in;
  out.set_container_path(container_path);
  out.set_mode(mode == Volume::Mode::ro ? v1_subset::Volume::RO : v1_subset::Volume::RW);
  if (!host_path.empty()) out.set_host_path(host_path);
  if (sandbox_path.empty()) return;
  auto& source = *out.mutable_source();
  source.set_type(v1_subset::Volume::Source::SANDBOX_PATH);
  source.mutable_sandbox_path()->set_type(v1_subset::Volume::Source::SandboxPath::SELF);
  source.mutable_sandbox_path()->set_path(sandbox_path);
}

void set(v1_subset::ContainerInfo::DockerInfo& out, const DockerInfo& in) {
  const auto& [image, network, network_name, ports, privileged, pull, parameters] = in;
  out.set_image(image);
  out.set_network(static_cast<v1_subset::ContainerInfo::DockerInfo::Network>(network));
  if (!network_name.empty()) out.set_network_name(network_name);
  for (const auto& [host, container, protocol] : ports) {
    auto& port = *out.add_port_mappings();
    port.set_host_port(host);
    port.set_container_port(container);
    if (!protocol.empty()) port.set_protocol(protocol);
  }
  out.set_privileged(privileged);
  out.set_force_pull_image(pull);
  for (const auto& [key, value] : parameters) {
    auto& parameter = *out.add_parameters();
    parameter.set_key(key);
    parameter.set_value(value);
  }
}

void set(v1_subset::LinuxInfo& out, const LinuxInfo& in) {
  const auto& [bounding, effective, share_pid, ipc, shm, profile, unconfined] = in;
  const auto set_capabilities = [](v1_subset::CapabilityInfo& to, const std::vector<Capability>& list) {
    for (const Capability capability : list) to.add_capabilities(1000 + static_cast<int>(capability));
  };
  if (bounding) set_capabilities(*out.mutable_bounding_capabilities(), *bounding);
  if (effective) set_capabilities(*out.mutable_effective_capabilities(), *effective);
  out.set_share_pid_namespace(share_pid);
  out.set_ipc_mode(static_cast<v1_subset::LinuxInfo::IpcMode>(ipc));
  out.set_shm_size(shm);
  if (!profile.empty()) out.mutable_seccomp()->set_profile_name(profile);
  if (unconfined) out.mutable_seccomp()->set_unconfined(true);
}

void set(v1_subset::RLimitInfo::RLimit& out, const RLimit& in) {
  const auto& [type, hard, soft] = in;
  out.set_type(static_cast<int>(type));
  if (hard) out.set_hard(*hard);
  if (soft) out.set_soft(*soft);
}

}  // namespace

void set(v1_subset::HealthCheck& out, const HealthCheck& in) {
  const auto& [probe, delay, interval, timeout, grace, failures, name] = in;
  if (const auto* command = std::get_if<CommandInfo>(&probe)) {
    out.set_type(v1_subset::HealthCheck::COMMAND);
    set(*out.mutable_command(), *command);
  } else if (const auto* http = std::get_if<HttpProbe>(&probe)) {
    out.set_type(v1_subset::HealthCheck::HTTP);
    set_http(*out.mutable_http(), *http);
  } else if (const auto* tcp = std::get_if<TcpProbe>(&probe)) {
    out.set_type(v1_subset::HealthCheck::TCP);
    set_tcp(*out.mutable_tcp(), *tcp);
  }
  out.set_delay_seconds(seconds(delay));
  out.set_interval_seconds(seconds(interval));
  out.set_timeout_seconds(seconds(timeout));
  out.set_grace_period_seconds(seconds(grace));
  out.set_consecutive_failures(failures);
  if (!name.empty()) out.set_name(name);
}

void set(v1_subset::CheckInfo& out, const CheckInfo& in) {
  const auto& [probe, delay, interval, timeout, name] = in;
  if (const auto* command = std::get_if<CommandInfo>(&probe)) {
    out.set_type(v1_subset::CheckInfo::COMMAND);
    set(*out.mutable_command()->mutable_command(), *command);
  } else if (const auto* http = std::get_if<HttpProbe>(&probe)) {
    out.set_type(v1_subset::CheckInfo::HTTP);
    set_http(*out.mutable_http(), *http);
  } else if (const auto* tcp = std::get_if<TcpProbe>(&probe)) {
    out.set_type(v1_subset::CheckInfo::TCP);
    set_tcp(*out.mutable_tcp(), *tcp);
  }
  out.set_delay_seconds(seconds(delay));
  out.set_interval_seconds(seconds(interval));
  out.set_timeout_seconds(seconds(timeout));
  if (!name.empty()) out.set_name(name);
}

void set(v1_subset::CheckStatusInfo& out, const CheckStatus& in) {
  const auto& [type, exit_code, status_code, succeeded, name] = in;
  out.set_type(static_cast<v1_subset::CheckInfo::Type>(type));
  if (type == CheckType::command) out.mutable_command();
  if (type == CheckType::http) out.mutable_http();
  if (type == CheckType::tcp) out.mutable_tcp();
  if (exit_code) out.mutable_command()->set_exit_code(*exit_code);
  if (status_code) out.mutable_http()->set_status_code(*status_code);
  if (succeeded) out.mutable_tcp()->set_succeeded(*succeeded);
  if (!name.empty()) out.set_name(name);
}

void set(v1_subset::ContainerInfo& out, const ContainerInfo& in) {
  const auto& [type, volumes, docker, hostname, root, linux_info, rlimits] = in;
  out.set_type(static_cast<v1_subset::ContainerInfo::Type>(type));
  for (const Volume& volume : volumes) set(*out.add_volumes(), volume);
  if (docker) set(*out.mutable_docker(), *docker);
  if (!hostname.empty()) out.set_hostname(hostname);
  if (!root.empty()) out.set_root_directory(root);
  if (linux_info) set(*out.mutable_linux_info(), *linux_info);
  for (const RLimit& limit : rlimits) set(*out.mutable_rlimit_info()->add_rlimits(), limit);
}

void set(v1_subset::ContainerStatus& out, const ContainerStatus& in) {
  const auto& [container_id, pid, addresses] = in;
  if (!container_id.empty()) set_id(out.mutable_container_id(), container_id);
  out.set_executor_pid(pid);
  for (const std::string& text : addresses) {
    auto& address = *out.add_network_infos()->add_ip_addresses();
    address.set_ip_address(text);
    if (text.find(':') != text.npos) address.set_protocol(kIPv6);
  }
}

}  // namespace oracle
