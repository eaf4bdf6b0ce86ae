#include "isolators/process/failure_text.hpp"

#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <system_error>

#include "isolators/process/launch_message.hpp"
#include "isolators/process/proc.hpp"

namespace mesoscore::supervision {

namespace {

std::string quoted(std::string_view text) { return std::string("\"").append(text).append("\""); }

// A path as the process saw it, which was in its working directory.
std::string absolute(const LaunchPlan& plan, const std::string& path) {
  return path.starts_with('/') ? path : plan.working_directory + "/" + path;
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// `#! /bin/foo -x` names /bin/foo.
std::string interpreter_of(const std::string& path) {
  const std::string start = read_small_file(path.c_str()).value_or("");
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
      return which + (is_directory(absolute(plan, path)) ? "it is a directory" : "permission denied");
    case ENOEXEC:
      return which + "it is neither a program of this machine nor a script with a #! line";
    case E2BIG:
      return "its arguments and environment are too large";
    default:
      return which + error_text(error);
  }
}

std::string why_no_interpreter(const LaunchPlan& plan, const std::string& path) {
  const std::string interpreter = interpreter_of(absolute(plan, path));
  if (interpreter.empty()) return path + " needs a program loader that does not exist";
  return path + " needs the interpreter " + quoted(interpreter) + ", which does not exist";
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
      if (report.error == EAGAIN) return "the system allows no more processes (" + error + ")";
      return "no process could be created: " + error;
    case MESO_STAGE_CGROUP:
      return "control group " + quoted(cgroup(plan, report.candidate)) + ": " + error;
    case MESO_STAGE_NO_NEW_PRIVILEGES:
      return "no_new_privs: " + error;
    case MESO_STAGE_RECORD:
      return "its record could not be written: " + error;
    case MESO_STAGE_HOLD:
      return "it was not released";
    case MESO_STAGE_USER:
      return "switching to user " + quoted(plan.user) + ": " + error;
    case MESO_STAGE_DIRECTORY:
      return "working directory " + quoted(plan.working_directory) + ": " + error;
    case MESO_STAGE_STDOUT:
      return quoted(plan.stdout_path) + ": " + error;
    case MESO_STAGE_STDERR:
      return quoted(plan.stderr_path) + ": " + error;
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
  return "cannot run " + quoted(plan.program) + ": " + std::string(reason);
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
