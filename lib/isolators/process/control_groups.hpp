// The control groups that a process is in, as directories of this machine.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/result.hpp"

namespace mesoscore::supervision {

struct ControlGroups {
  std::string v2{};               // empty: none
  std::vector<std::string> v1{};  // one of each hierarchy
};

// Of texts as in /proc/<pid>/cgroup and /proc/<pid>/mountinfo. Hierarchies that are mounted nowhere are left
// out.
ControlGroups find_control_groups(std::string_view cgroup, std::string_view mountinfo);

// Of a process, without those that this program is in itself.
Result<ControlGroups> control_groups_of(pid_t pid);

}  // namespace mesoscore::supervision
