// Limits and accounting by control groups: cpu, memory, processes, disks. Component: isolator_cgroups. See
// docs/isolators/cgroups.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mesoscore/isolator.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::isolators {

struct CgroupsOptions {
  // Where control groups are mounted.
  std::string mount_point = "/sys/fs/cgroup";
  // Our subtree below the agent's own group (or, with a leading "/", below the root of each hierarchy). Made
  // if it is missing, never above it. One agent per name.
  std::string root = "mesoscore";
  // Controllers without which the agent does not start. What else is there is used as well.
  std::vector<std::string> require = {"cpu", "memory", "pids"};
  std::vector<std::string> avoid{};  // are not used although they are there

  bool cpu_hard_limit = false;  // cpus of a task are also a quota, without TaskLimits
  Duration cpu_period = std::chrono::milliseconds(100);  // of quotas
  // memory.high as a part of the limit: above it the task is slowed down before it is killed. 0: not used.
  double memory_high = 0;
  bool swap = false;                             // may tasks swap beyond their memory limit?
  std::optional<std::uint64_t> pids_max = 4096;  // of each container
  std::string cpuset_cpus{};                     // of all containers together, e.g. "2-7"
  std::string cpuset_mems{};
  std::uint64_t io_read_bytes_per_second = 0;  // of each container and disk; 0: no limit
  std::uint64_t io_write_bytes_per_second = 0;
  // Version 1: how many groups of ended containers are kept in each hierarchy, for a quarter of a second, to
  // be given to the next containers. 0: none.
  std::size_t spare_groups = 32;
};

std::shared_ptr<Isolator> cgroups(CgroupsOptions options = {});

}  // namespace mesoscore::isolators
