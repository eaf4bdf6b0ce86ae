#include "isolators/cgroups/choice.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/cgroups/files.hpp"

namespace mesoscore::control_groups {

namespace {

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

Result<std::string> place_of(const Hierarchy& hierarchy, const std::string& root,
                             std::span<const EarlierPart> earlier) {
  const std::string end = root.starts_with('/') ? root : cat("/", root);
  for (const EarlierPart& one : earlier) {
    if (shown_path(hierarchy, one.path).empty() || !one.path.ends_with(end)) continue;
    const UniqueFd dir = open_directory(AT_FDCWD, one.path.c_str());
    if (dir && !directories_in(dir.get()).empty()) return one.path;
  }
  return directory_of(hierarchy, root);
}

// What a group at `path` could have.
ControllerSet available_at(const std::string& path) {
  return parse_controllers(read_all(AT_FDCWD, (parent_of(path) + "/cgroup.controllers").c_str()), ' ');
}

std::string looked_in(const std::vector<Chosen>& all, std::string_view mount_point) {
  std::string text;
  for (const Chosen& one : all) {
    text += text.empty() ? "" : "; ";
    if (one.hierarchy.version == 2 && ::access(parent_of(one.path).c_str(), F_OK) != 0) {
      text += cat(parent_of(one.path), " does not exist, and the group above ours must be there");
    } else if (one.hierarchy.version == 2) {
      const std::string names = names_of(available_at(one.path), 2, "", " ");
      text += cat(parent_of(one.path), "/cgroup.controllers says ", in_quotes(names));
    } else {
      text += cat(one.hierarchy.mount_point, " has ", names_of(one.hierarchy.controllers, 1, "", ","));
    }
  }
  return text.empty() ? cat("no control groups are mounted at ", mount_point, " or below it") : text;
}

Error missing(Controller controller, const std::vector<Chosen>& all, std::string_view mount_point) {
  const std::string_view name = name_of(controller, 2), old = name_of(controller, 1);
  return {Errc::not_found,
          cat("the controller ", in_quotes(name), " is missing (", looked_in(all, mount_point),
              "): let the group above hand it on (echo +", name,
              " > cgroup.subtree_control; systemd: Delegate=yes), ", "mount it (mount -t cgroup -o ", old,
              " none ", mount_point, "/", old, "), boot with cgroup_enable=", name,
              ", or leave it out of CgroupsOptions::require")};
}

// Is it used, if it is there and not required?
bool is_wanted(Controller controller, bool has_unified) {
  switch (controller) {
    case Controller::cpuset:
      return false;
    case Controller::cpuacct:
    case Controller::freezer:
      return !has_unified;
    default:
      return true;
  }
}

Chosen* find_home(std::vector<Chosen>& all, Controller controller) {
  for (Chosen& one : all) {  // version 2 is first
    const ControllerSet has = one.hierarchy.version == 2 ? available_at(one.path) : one.hierarchy.controllers;
    if (has.has(controller)) return &one;
  }
  return nullptr;
}

}  // namespace

Result<std::vector<Chosen>> choose(const CgroupsOptions& options, const std::vector<Hierarchy>& hierarchies,
                                   std::span<const EarlierPart> earlier) {
  std::vector<Chosen> all;
  bool has_unified = false;
  for (const Hierarchy& hierarchy : hierarchies) {
    auto path = place_of(hierarchy, options.root, earlier);
    if (!path) return fail(path.error());
    has_unified = has_unified || hierarchy.version == 2;
    all.push_back({hierarchy, std::move(*path), {}});
  }
  for (const Controller controller : kControllers) {
    const bool needed = required(options).has(controller);
    if (!needed && (avoided(options).has(controller) || !is_wanted(controller, has_unified))) continue;
    Chosen* const home = find_home(all, controller);
    const bool part_of_version_2 = controller == Controller::cpuacct || controller == Controller::freezer;
    if (home) {
      home->controllers.add(controller);
    } else if (needed && !(part_of_version_2 && has_unified)) {
      return fail(missing(controller, all, options.mount_point));
    }
  }
  std::erase_if(all, [](const Chosen& one) { return one.hierarchy.version == 1 && one.controllers.empty(); });
  if (all.empty()) {
    return fail(Errc::not_found, cat("no control groups are mounted at ", options.mount_point,
                                     " or below it: mount -t cgroup2 none ", options.mount_point));
  }
  return all;
}

}  // namespace mesoscore::control_groups
