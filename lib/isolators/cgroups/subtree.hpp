// Our subtree of control groups: in each hierarchy that is used one group, below which each container has its
// own. Nothing outside of it is written to, but that a group that is the agent's own is told to hand its
// controllers on (version 2).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isolators/cgroups/choice.hpp"
#include "isolators/cgroups/controllers.hpp"
#include "isolators/cgroups/files.hpp"
#include "isolators/cgroups/hierarchies.hpp"
#include "isolators/cgroups/options.hpp"
#include "mesoscore/log.hpp"

namespace mesoscore::control_groups {

// In one hierarchy.
struct Part {
  int version = 2;
  ControllerSet controllers{};
  std::string path{};   // absolute, of the directory
  std::string key{};    // see Hierarchy
  std::string shown{};  // as /proc/<pid>/cgroup shows it
  UniqueFd dir{};
  bool made = false;  // by us, now or earlier: it may go when it is empty
};

class Subtree {
 public:
  // An error names what is missing, where it was looked for, and what would help; nothing is left behind
  // then.
  static Result<Subtree> open(const CgroupsOptions& options, const ProcTexts& texts,
                              std::span<const EarlierPart> earlier, const Logger& logger);

  std::span<const Part> parts() const noexcept { return parts_; }
  const Part* unified() const noexcept;  // of version 2
  const Part* part_of(Controller controller) const noexcept;
  // Version 1: what each group of ours must say before a process may enter it.
  const std::string& cpuset_cpus() const noexcept { return cpuset_cpus_; }
  const std::string& cpuset_mems() const noexcept { return cpuset_mems_; }
  // Removes what is empty and was made by us.
  void remove_if_empty() noexcept;

 private:
  Status settle(const CgroupsOptions& options);
  Status lock();
  Status confine(const CgroupsOptions& options);

  std::vector<Part> parts_;
  std::string cpuset_cpus_, cpuset_mems_;
};

// "cannot make /sys/fs/cgroup/a: Permission denied", and what would help.
Error cannot(std::string_view what, std::string_view path, int number);

}  // namespace mesoscore::control_groups
