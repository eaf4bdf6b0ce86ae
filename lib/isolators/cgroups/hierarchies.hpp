// Which hierarchies of control groups this machine has, and where in each this program is. From the texts of
// /proc, so that it can be tried on those of other machines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isolators/cgroups/controllers.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::control_groups {

struct ProcTexts {
  std::string mountinfo{};    // /proc/self/mountinfo
  std::string self_cgroup{};  // /proc/self/cgroup
};
ProcTexts proc_texts();

struct Hierarchy {
  int version = 2;
  std::string mount_point{};
  std::string mount_root{};  // the group that is seen there; "/" but in containers
  bool read_only = false;
  ControllerSet controllers{};  // version 1: that are mounted together
  std::string key{};            // how /proc/<pid>/cgroup calls it: "cpu,cpuacct"; version 2: ""
  std::string own{};            // the group of this program there, "/" for the root; "": not known
};

// Those mounted at `mount_point` and below it, version 2 first.
std::vector<Hierarchy> find_hierarchies(const ProcTexts& texts, std::string_view mount_point);

// The directory of a group: `root` below the own one or, if it begins with "/", below the root.
Result<std::string> directory_of(const Hierarchy& hierarchy, std::string_view root);
// The same of a directory as /proc/<pid>/cgroup shows it, and back; "" if it is not below the mount point.
std::string shown_path(const Hierarchy& hierarchy, std::string_view directory);
std::string directory_shown(const Hierarchy& hierarchy, std::string_view shown);
// The lowest group that both are in.
std::string_view common_group(std::string_view a, std::string_view b) noexcept;

// The group in a text of /proc/<pid>/cgroup; "" if the hierarchy is not there.
std::string_view group_in(std::string_view proc_cgroup, std::string_view key) noexcept;

}  // namespace mesoscore::control_groups
