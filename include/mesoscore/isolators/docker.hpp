// Tasks as docker containers, by the Engine API on its unix socket. Component: isolator_docker. See
// docs/isolators/docker.md. For tasks whose ContainerInfo is of type DOCKER; others are not its business, so
// it goes together with isolators::process().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mesoscore/isolator.hpp"
#include "mesoscore/log.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::isolators {

struct DockerOptions {
  enum class Pull { never, if_missing, always };
  enum class WhenAway { fail, wait };

  std::string socket = "/var/run/docker.sock";
  Pull pull = Pull::if_missing;  // DockerInfo::force_pull_image asks for `always`
  Duration pull_timeout = std::chrono::minutes(10);
  // What becomes of a launch while the engine does not answer: it fails, or waits for so long.
  WhenAway when_away = WhenAway::wait;
  Duration away_timeout = std::chrono::seconds(30);
  Duration request_timeout = std::chrono::seconds(30);
  // Names and labels of our containers carry it; only those that do are ever touched. One agent per name.
  std::string owner = "mesoscore";
  std::string cgroup_parent{};
  std::vector<std::string> volume_roots{};  // host_path of a volume must lie below one of these
  bool allow_privileged = false;
  bool allow_host_network = true;
  // Of DockerInfo::parameters. A task that has another one fails. More can be
  // allowed: cap-add, security-opt, group-add, sysctl.
  std::vector<std::string> allowed_parameters = {"label",    "env",       "hostname", "workdir", "entrypoint",
                                                 "init",     "read-only", "cap-drop", "tmpfs",   "shm-size",
                                                 "add-host", "dns",       "ulimit"};
  bool cpu_hard_limit = false;                   // cpus of a task are also a quota, without TaskLimits
  std::optional<std::uint32_t> pids_max = 4096;  // processes and threads of each container
  Duration usage_interval = std::chrono::seconds(5);
};

std::shared_ptr<Isolator> docker(DockerOptions options = {});

}  // namespace mesoscore::isolators
