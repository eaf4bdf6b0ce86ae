#include "isolators/process/control_groups.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

#include "isolators/process/proc.hpp"

namespace mesoscore::supervision {

namespace {

struct Hierarchy {
  std::string controllers;  // "cpu,cpuacct", "name=systemd"; empty: version 2
  std::string mount_point;
  std::string root;  // what of the hierarchy is mounted there
};

bool has_item(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    const std::string_view one = list.substr(0, list.find(','));
    if (one == item) return true;
    list.remove_prefix(std::min(one.size() + 1, list.size()));
  }
  return false;
}

// "36 35 98:0 /root /mount/point rw,noatime shared:1 - cgroup cgroup rw,cpu"
std::optional<Hierarchy> parse_mount(const std::string& line) {
  const std::size_t dash = line.find(" - ");
  if (dash == std::string::npos) return std::nullopt;
  std::istringstream first(line), second(line.substr(dash + 3));
  Hierarchy found;
  std::string skipped, type;
  first >> skipped >> skipped >> skipped >> found.root >> found.mount_point;
  second >> type >> skipped >> found.controllers;
  if (type == "cgroup2") found.controllers.clear();
  return type == "cgroup2" || type == "cgroup" ? std::optional(found) : std::nullopt;
}

// Empty: it is not below what is mounted.
std::string directory_of(const Hierarchy& hierarchy, const std::string& group) {
  std::string root = hierarchy.root == "/" ? "" : hierarchy.root;
  if (!group.starts_with(root)) return {};
  return hierarchy.mount_point + group.substr(root.size());
}

// All of the controllers of a hierarchy are among the options of its mount.
bool is_of(const Hierarchy& hierarchy, std::string controllers) {
  if (controllers.empty() || hierarchy.controllers.empty()) {
    return controllers.empty() && hierarchy.controllers.empty();
  }
  return has_item(hierarchy.controllers, controllers.substr(0, controllers.find(',')));
}

}  // namespace

ControlGroups find_control_groups(std::string_view cgroup, std::string_view mountinfo) {
  std::vector<Hierarchy> hierarchies;
  std::istringstream mounts{std::string(mountinfo)}, groups{std::string(cgroup)};
  for (std::string line; std::getline(mounts, line);) {
    if (auto found = parse_mount(line)) hierarchies.push_back(*std::move(found));
  }
  ControlGroups result;
  for (std::string line; std::getline(groups, line);) {  // "4:cpu,cpuacct:/group"
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1),
                      group = line.substr(second + 1);
    for (const Hierarchy& hierarchy : hierarchies) {
      std::string directory = is_of(hierarchy, controllers) ? directory_of(hierarchy, group) : "";
      if (directory.empty()) continue;
      if (controllers.empty()) {
        result.v2 = std::move(directory);
      } else {
        result.v1.push_back(std::move(directory));
      }
      break;
    }
  }
  return result;
}

Result<ControlGroups> control_groups_of(pid_t pid) {
  const auto theirs = read_whole_file("/proc/" + std::to_string(pid) + "/cgroup");
  const std::string mounts = read_whole_file("/proc/self/mountinfo");
  if (theirs.empty()) return fail(Errc::launch_failed, "its control groups are not known");
  ControlGroups groups = find_control_groups(theirs, mounts);
  const ControlGroups ours = find_control_groups(read_whole_file("/proc/self/cgroup"), mounts);
  if (groups.v2 == ours.v2) groups.v2.clear();
  std::erase_if(groups.v1, [&](const std::string& one) {
    return std::find(ours.v1.begin(), ours.v1.end(), one) != ours.v1.end();
  });
  return groups;
}

}  // namespace mesoscore::supervision
