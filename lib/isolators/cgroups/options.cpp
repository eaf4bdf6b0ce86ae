#include "isolators/cgroups/options.hpp"

#include <cmath>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::control_groups {

namespace {

tl::unexpected<Error> wrong(std::string_view option, std::string_view what) {
  return fail(Errc::invalid_argument, cat("CgroupsOptions::", option, ": ", what));
}

Status check_root(std::string_view root) {
  std::string_view rest = root;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  const auto is_bad = [](std::string_view part) { return part.empty() || part == "." || part == ".."; };
  for (;;) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    if (is_bad(rest.substr(0, end)) || root.find('\n') != std::string_view::npos) {
      return wrong(
          "root", cat(in_quotes(root), " is not the name of a group of our own: \"mesoscore\", or \"/a/b\""));
    }
    if (end == rest.size()) return {};
    rest.remove_prefix(end + 1);
  }
}

Status check_names(std::string_view option, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (find_controller(name)) continue;
    return wrong(option, cat(in_quotes(name),
                             " is no controller that is of use here; there are: cpu, memory, pids, "
                             "io (blkio), cpuset, cpuacct, freezer"));
  }
  return {};
}

ControllerSet set_of(const std::vector<std::string>& names) {
  ControllerSet set;
  for (const std::string& name : names) {
    if (const auto one = find_controller(name)) set.add(*one);
  }
  return set;
}

Status check_numbers(const CgroupsOptions& options) {
  if (options.cpu_period < std::chrono::milliseconds(1) || options.cpu_period > std::chrono::seconds(1)) {
    return wrong("cpu_period",
                 cat(in_seconds(options.cpu_period), " is not from 1 ms to 1 s, as the kernel wants it"));
  }
  if (!(options.memory_high >= 0 && options.memory_high <= 1)) {
    return wrong("memory_high", cat(std::to_string(options.memory_high), " is no part of a limit: 0 to 1"));
  }
  if (options.pids_max == 0u) return wrong("pids_max", "0: no task could start");
  return {};
}

}  // namespace

Status check(const CgroupsOptions& options) {
  if (!options.mount_point.starts_with('/')) {
    return wrong("mount_point", cat(in_quotes(options.mount_point), " is not an absolute path"));
  }
  MESOSCORE_TRY(check_root(options.root));
  MESOSCORE_TRY(check_names("require", options.require));
  MESOSCORE_TRY(check_names("avoid", options.avoid));
  for (const Controller one : kControllers) {
    if (required(options).has(one) && avoided(options).has(one)) {
      return wrong("avoid", cat(in_quotes(name_of(one, 2)), " is also required"));
    }
  }
  return check_numbers(options);
}

ControllerSet required(const CgroupsOptions& options) {
  ControllerSet set = set_of(options.require);
  if (!options.cpuset_cpus.empty() || !options.cpuset_mems.empty()) set.add(Controller::cpuset);
  if (options.io_read_bytes_per_second > 0 || options.io_write_bytes_per_second > 0) set.add(Controller::io);
  return set;
}

ControllerSet avoided(const CgroupsOptions& options) { return set_of(options.avoid); }

}  // namespace mesoscore::control_groups
