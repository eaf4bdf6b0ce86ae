#include "isolators/docker/network.hpp"

#include <string>

#include <nlohmann/json.hpp>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::docker {

namespace {

using nlohmann::json;

constexpr std::uint32_t kLastPort = 65'535;

Result<std::string> mode_of(const isolators::DockerOptions& options, const DockerInfo& docker) {
  switch (docker.network) {
    case DockerInfo::Network::host:
      if (options.allow_host_network) return "host";
      return fail(Errc::permission_denied,
                  "this agent does not give docker containers the network of the machine");
    case DockerInfo::Network::bridge:
      return "bridge";
    case DockerInfo::Network::none:
      return "none";
    case DockerInfo::Network::user:
      break;
  }
  const std::string& name = docker.network_name;
  if (name.empty()) return fail(Errc::invalid_argument, "a network of the user needs its name");
  // These would be other modes.
  if (name == "host" || name == "none" || name == "default" || name.find(':') != std::string::npos) {
    return fail(Errc::invalid_argument, cat(in_quotes(name), " is not the name of a network"));
  }
  return name;
}

Status check_port(std::uint32_t port, std::string_view what) {
  if (port >= 1 && port <= kLastPort) return {};
  return fail(Errc::invalid_argument, cat(what, " ", port, " is not a port: 1 to 65535 are"));
}

Status add_port(const PortMapping& mapping, json& body) {
  MESOSCORE_TRY(check_port(mapping.host_port, "host_port"));
  MESOSCORE_TRY(check_port(mapping.container_port, "container_port"));
  const std::string protocol = mapping.protocol.empty() ? "tcp" : mapping.protocol;
  if (protocol != "tcp" && protocol != "udp") {
    return fail(Errc::invalid_argument,
                cat("the protocol ", in_quotes(protocol), " of a port mapping should be \"tcp\" or \"udp\""));
  }
  const std::string key = cat(mapping.container_port, "/", protocol);
  body["ExposedPorts"][key] = json::object();
  body["HostConfig"]["PortBindings"][key].push_back({{"HostPort", std::to_string(mapping.host_port)}});
  return {};
}

}  // namespace

Status set_network(const isolators::DockerOptions& options, const DockerInfo& docker, json& body) {
  const Result<std::string> mode = mode_of(options, docker);
  if (!mode) return fail(mode.error());
  body["HostConfig"]["NetworkMode"] = *mode;
  const bool mapped =
      docker.network == DockerInfo::Network::bridge || docker.network == DockerInfo::Network::user;
  if (!docker.port_mappings.empty() && !mapped) {
    return fail(Errc::invalid_argument, cat("ports cannot be mapped with the network \"", *mode, "\""));
  }
  for (const PortMapping& mapping : docker.port_mappings) MESOSCORE_TRY(add_port(mapping, body));
  return {};
}

}  // namespace mesoscore::docker
