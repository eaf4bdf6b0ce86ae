#include "runtime/containers/probe_plan.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "core/text_cat.hpp"
#include "runtime/containers/sandbox.hpp"
#include "runtime/containers/unique_fd.hpp"

namespace mesoscore::runtime {

namespace {

constexpr const char* kChecks = "checks";
constexpr std::uint64_t kMostOutput = 1u << 20;  // bytes

std::vector<EnvironmentVariable> read_environment(pid_t pid) {
  std::vector<EnvironmentVariable> environment;
  std::ifstream file(cat("/proc/", pid, "/environ"), std::ios::binary);
  for (std::string entry; std::getline(file, entry, '\0');) {
    const std::size_t at = entry.find('=');
    if (at == std::string::npos || at == 0) continue;
    environment.push_back({entry.substr(0, at), entry.substr(at + 1)});
  }
  return environment;
}

}  // namespace

std::string check_directory(const TaskInfo& task, const Probe& probe) {
  std::size_t number = 0, found = 0;
  std::string_view name;
  const auto look = [&](const auto& checks) {
    for (const auto& check : checks) {
      if (check.probe == probe && name.empty()) {
        name = check.name;
        found = number;
      }
      ++number;
    }
  };
  look(task.health_checks);
  look(task.checks);
  return !name.empty() && validate_id(name, "name") ? std::string(name) : std::to_string(found);
}

Status make_outputs(const std::string& sandbox, const std::string& name, LaunchPlan& plan) {
  const UniqueFd top(::open(sandbox.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat owner {};
  UniqueFd checks, own;
  if (top && ::fstat(top.get(), &owner) == 0) checks = make_directory_as(owner, top.get(), kChecks);
  if (checks) own = make_directory_as(owner, checks.get(), name);
  const std::string path = cat(sandbox, "/", kChecks, "/", name);
  bool empty = static_cast<bool>(own);
  for (const char* file : {"stdout", "stderr"}) {
    empty = empty && (::unlinkat(own.get(), file, 0) == 0 || errno == ENOENT);
  }
  if (!empty) {
    const std::error_code code(errno, std::generic_category());
    return fail(Error(code, cat("cannot put the output of a check into ", path, ": ", code.message())));
  }
  plan.output_directory = sandbox;
  plan.stdout_path = path + "/stdout";
  plan.stderr_path = path + "/stderr";
  plan.rotation = {kMostOutput, 0};
  return {};
}

// The init of a pid namespace has no environment, and is none of the task's programs: the first of these is
// its oldest child.
std::vector<EnvironmentVariable> environment_of(pid_t pid) {
  if (pid <= 0) return {};
  std::vector<EnvironmentVariable> environment = read_environment(pid);
  if (!environment.empty()) return environment;
  pid_t child = 0;
  std::ifstream(cat("/proc/", pid, "/task/", pid, "/children")) >> child;
  return child > 0 ? read_environment(child) : environment;
}

std::string_view value_of(const std::vector<EnvironmentVariable>& environment,
                          std::string_view name) noexcept {
  const auto found = std::find_if(environment.rbegin(), environment.rend(),
                                  [&](const EnvironmentVariable& each) { return each.name == name; });
  return found == environment.rend() ? std::string_view() : std::string_view(found->value);
}

}  // namespace mesoscore::runtime
