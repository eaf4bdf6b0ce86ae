#include "isolators/process/failure_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "isolators/process/launch_message.hpp"
#include "isolators/process/unique_fd.hpp"

namespace mesoscore::supervision {

namespace {

std::string quote(std::string_view text) { return std::string("\"").append(text).append("\""); }

// A path as the process saw it, which was in its working directory. Nothing where this program would find
// something else there: below another root, inside of another container, and where something is mounted.
std::optional<std::string> path_here(const LaunchPlan& plan, const std::string& path) {
  if (!plan.root.empty() || !plan.parent.empty()) return std::nullopt;
  std::string here = path.starts_with('/') ? path : plan.working_directory + "/" + path;
  const std::string normal = std::filesystem::path(here).lexically_normal().string();
  for (const PlannedMount& mount : plan.mounts) {
    const std::string& target = mount.target;
    if (normal.starts_with(target) && (normal.size() == target.size() || normal[target.size()] == '/'))
      return std::nullopt;
  }
  return here;
}

bool is_directory(const std::optional<std::string>& path) {
  struct stat status {};
  return path && ::stat(path->c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// The task may have put anything there meanwhile: links are not followed, and devices and pipes neither read
// nor waited for.
std::string start_of_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  char buffer[4096];
  const ssize_t bytes = ::read(file.get(), buffer, sizeof buffer);
  return bytes < 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(bytes));
}

// `#! /bin/foo -x` names /bin/foo.
std::string interpreter_of(const std::string& path) {
  const std::string start = start_of_file(path);
  if (!start.starts_with("#!")) return {};
  const std::string line = start.substr(2, start.find('\n') - 2);
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string::npos) return {};
  return line.substr(begin, line.find_first_of(" \t", begin) - begin);
}

std::string why_not_run(int error, const LaunchPlan& plan, const std::string& path) {
  const bool searched = plan.program.find('/') == std::string::npos;
  if (error == ENOENT && searched) return "no such program in PATH=" + std::string(search_path(plan));
  const std::string which = searched ? path + ": " : "";
  switch (error) {
    case ENOENT:
      return "no such file";
    case EACCES:
      return which + (is_directory(path_here(plan, path)) ? "it is a directory" : "permission denied");
    case ENOEXEC:
      return which + "it is neither a program of this machine nor a script with a #! line";
    case E2BIG:
      return "its arguments and environment are too large";
    default:
      return which + error_text(error);
  }
}

std::string why_no_interpreter(const LaunchPlan& plan, const std::string& path) {
  const std::optional<std::string> here = path_here(plan, path);
  const std::string interpreter = here ? interpreter_of(*here) : std::string();
  if (interpreter.empty()) return path + " needs an interpreter or a program loader that does not exist";
  return path + " needs the interpreter " + quote(interpreter) + ", which does not exist";
}

std::string why_no_mount(const MesoReport& report, const LaunchPlan& plan) {
  if (report.candidate >= plan.mounts.size()) return "mount " + std::to_string(report.candidate);
  const PlannedMount& mount = plan.mounts[report.candidate];
  const std::string source = mount.source.empty() ? mount.type : mount.source;
  const std::string what = "cannot mount " + quote(source) + " on " + quote(mount.target) + ": ";
  if (report.stage == MESO_STAGE_MOUNT) return what + error_text(report.error);
  const bool at_source = report.stage == MESO_STAGE_MOUNT_SOURCE;
  if (at_source && report.error == EXDEV) return what + "it leads out of " + quote(mount.source_root);
  return what + quote(at_source ? source : mount.target) + ": " + error_text(report.error);
}

std::string why_no_namespaces(const LaunchPlan& plan, int error) {
  if (error == EAGAIN) return "the system allows no more processes (" + error_text(error) + ")";
  if (error == EPERM && plan.namespaces != 0) return "namespaces may be made by root only";
  return "no process could be created: " + error_text(error);
}

std::string why_not_limited(const MesoReport& report, const LaunchPlan& plan) {
  if (report.candidate >= plan.limits.size()) return error_text(report.error);
  const PlannedLimit& limit = plan.limits[report.candidate];
  const std::string what = "limit " + std::to_string(limit.resource) + " cannot be " +
                           std::to_string(limit.soft) + " of " + std::to_string(limit.hard) + ": ";
  return what + (report.error == EPERM ? "the agent itself may not have more" : error_text(report.error));
}

const std::string& cgroup(const LaunchPlan& plan, std::uint32_t number) {
  return number == 0 || number > plan.cgroups_v1.size() ? plan.cgroup : plan.cgroups_v1[number - 1];
}

std::string why(const MesoReport& report, const LaunchPlan& plan,
                const std::vector<std::string>& candidates) {
  const std::string path = report.candidate < candidates.size() ? candidates[report.candidate] : plan.program;
  const std::string error = error_text(report.error);
  switch (report.stage) {
    case MESO_STAGE_SUPERVISOR:
    case MESO_STAGE_PROCESS:
      return why_no_namespaces(plan, report.error);
    case MESO_STAGE_MOUNT_SOURCE:
    case MESO_STAGE_MOUNT_TARGET:
    case MESO_STAGE_MOUNT:
      return why_no_mount(report, plan);
    case MESO_STAGE_LIMIT:
      return why_not_limited(report, plan);
    case MESO_STAGE_ROOT:
      return "root directory " + quote(plan.root) + ": " + error;
    case MESO_STAGE_HOSTNAME:
      return "host name " + quote(plan.hostname) + ": " + error;
    case MESO_STAGE_PARENT:
      return "the container " + quote(plan.parent.view()) + " cannot be entered: " + error;
    case MESO_STAGE_CGROUP:
      return "control group " + quote(cgroup(plan, report.candidate)) + ": " + error;
    case MESO_STAGE_NO_NEW_PRIVILEGES:
      return "no_new_privs: " + error;
    case MESO_STAGE_OOM_SCORE:
      return "oom_score_adj " + std::to_string(plan.oom_score_adj.value_or(0)) + ": " + error;
    case MESO_STAGE_LOOPBACK:
      return "its loopback interface: " + error;
    case MESO_STAGE_PROPAGATION:
      return "its mount namespace: " + error;
    case MESO_STAGE_CAPABILITIES:
      return "capability " + std::to_string(report.candidate) + ": " + error;
    case MESO_STAGE_FILTER:
      return "the system call filter: " + error;
    case MESO_STAGE_RECORD:
      return "its record could not be written: " + error;
    case MESO_STAGE_HOLD:
      return "it was not released";
    case MESO_STAGE_USER:
      return "switching to user " + quote(plan.user) + ": " + error;
    case MESO_STAGE_DIRECTORY:
      return "working directory " + quote(plan.working_directory) + ": " + error;
    case MESO_STAGE_STDOUT:
      return quote(plan.stdout_path) + ": " + error;
    case MESO_STAGE_STDERR:
      return quote(plan.stderr_path) + ": " + error;
    case MESO_STAGE_INTERPRETER:
      return why_no_interpreter(plan, path);
    case MESO_STAGE_EXEC:
      return why_not_run(report.error, plan, path);
    default:
      return "internal error: stage " + std::to_string(report.stage) + ": " + error;
  }
}

}  // namespace

std::string error_text(int error) { return std::generic_category().message(error); }

std::string cannot_run(const LaunchPlan& plan, std::string_view reason) {
  return "cannot run " + quote(plan.program) + ": " + std::string(reason);
}

std::string failure_text(const MesoReport& report, const LaunchPlan& plan,
                         const std::vector<std::string>& candidates) {
  return cannot_run(plan, why(report, plan, candidates));
}

std::string describe_wait_status(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int number = WTERMSIG(wait_status);
    return "killed by signal " + std::to_string(number);
  }
  return "exit code " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace mesoscore::supervision
