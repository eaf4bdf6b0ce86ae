#include "isolators/cgroups/controllers.hpp"

#include <algorithm>

namespace mesoscore::control_groups {

std::string_view name_of(Controller controller, int version) noexcept {
  switch (controller) {
    case Controller::cpu:
      return "cpu";
    case Controller::memory:
      return "memory";
    case Controller::pids:
      return "pids";
    case Controller::io:
      return version == 1 ? "blkio" : "io";
    case Controller::cpuset:
      return "cpuset";
    case Controller::cpuacct:
      return "cpuacct";
    case Controller::freezer:
      return "freezer";
  }
  return "";
}

std::optional<Controller> find_controller(std::string_view name) noexcept {
  for (const Controller one : kControllers) {
    if (name == name_of(one, 1) || name == name_of(one, 2)) return one;
  }
  return std::nullopt;
}

ControllerSet parse_controllers(std::string_view names, char separator) noexcept {
  ControllerSet set;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find_first_of(std::string_view{&separator, 1}), names.size());
    std::string_view name = names.substr(0, end);
    if (name.ends_with('\n')) name.remove_suffix(1);
    if (const auto one = find_controller(name)) set.add(*one);
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return set;
}

std::string names_of(ControllerSet set, int version, std::string_view before, std::string_view between) {
  std::string names;
  for (const Controller one : kControllers) {
    if (!set.has(one)) continue;
    if (!names.empty()) names += between;
    names.append(before).append(name_of(one, version));
  }
  return names;
}

}  // namespace mesoscore::control_groups
