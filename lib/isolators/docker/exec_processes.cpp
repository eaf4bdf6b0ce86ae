#include "isolators/docker/exec_processes.hpp"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <system_error>

#include "core/text_cat.hpp"

namespace mesoscore::docker {

namespace {

using supervision::UniqueFd;

constexpr int kRounds = 4;  // of SIGKILL, for what is forked meanwhile

// "" if the process is gone, also if it goes meanwhile: stream iterators would throw then.
std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// The engine names the control groups of a container by its id.
bool is_in_container(pid_t pid, const std::string& engine_id) {
  return !engine_id.empty() && text_of(cat("/proc/", pid, "/cgroup")).find(engine_id) != std::string::npos;
}

bool has_ended(const UniqueFd& process) {
  pollfd ended{process.get(), POLLIN, 0};
  return ::poll(&ended, 1, 0) == 1;
}

// A pidfd of a process that lives, and is in the container: looked at while it cannot have changed.
UniqueFd open_member(pid_t pid, const std::string& engine_id) {
  UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (process && (!is_in_container(pid, engine_id) || has_ended(process))) process.reset();
  return process;
}

// 0, or what is wrong.
int send(const UniqueFd& process, int number) {
  return ::syscall(SYS_pidfd_send_signal, process.get(), number, nullptr, 0) == 0 ? 0 : errno;
}

struct Stat {
  pid_t parent = 0, session = 0;
};
std::optional<Stat> stat_of(pid_t pid) {
  // "pid (name) state parent group session ...": the name may hold anything.
  const std::string text = text_of(cat("/proc/", pid, "/stat"));
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(name_end + 1));
  char state = 0;
  pid_t group = 0;
  Stat stat;
  rest >> state >> stat.parent >> group >> stat.session;
  return rest ? std::optional(stat) : std::nullopt;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  const std::string threads = cat("/proc/", pid, "/task");
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(threads.c_str()), ::closedir);
  while (const dirent* thread = directory ? ::readdir(directory.get()) : nullptr) {
    if (thread->d_name[0] == '.') continue;
    std::istringstream list(text_of(cat(threads, "/", thread->d_name, "/children")));
    for (pid_t child = 0; list >> child;) children.push_back(child);
  }
  return children;
}

}  // namespace

Status check_reachable(const std::string& engine_id, pid_t pid) {
  if (pid <= 0) return fail(Errc::launch_failed, "the docker engine has not told yet that it runs");
  const UniqueFd first = open_member(pid, engine_id);
  if (!first) {
    return fail(Errc::launch_failed,
                cat("its first process, ", pid,
                    " for the docker engine, is not among those "
                    "of this machine, or has ended: a command in it could not be ended"));
  }
  const int error = send(first, 0);
  if (error == 0) return {};
  return fail(Errc::launch_failed,
              cat("this agent may not send signals to its processes, and so could not end a "
                  "command in it: ",
                  std::generic_category().message(error)));
}

bool ExecProcesses::open(pid_t pid) {
  UniqueFd first = pid > 0 ? open_member(pid, engine_id_) : UniqueFd();
  if (!first) return false;
  first_ = std::move(first);
  pid_ = pid;
  above_ = stat_of(pid).value_or(Stat{}).parent;
  return true;
}

bool ExecProcesses::first_ended() const { return first_ && has_ended(first_); }

Status ExecProcesses::signal(int number) const {
  int error = 0;
  for (int round = number == SIGKILL ? kRounds : 1; round > 0; --round) {
    bool found = false;
    for (const pid_t pid : members()) {
      const UniqueFd process = open_member(pid, engine_id_);
      const int refused = process ? send(process, number) : ESRCH;
      found = found || refused == 0;
      if (refused != ESRCH && error == 0) error = refused;
    }
    if (!found) break;
  }
  if (error == 0) return {};
  const std::error_code code(error, std::generic_category());
  return fail(Error(code, cat("cannot signal the processes of process ", pid_, ": ", code.message())));
}

// The number of a session is not given away as long as somebody is in it: an orphan is known by it. Whatever
// else is found here by mistake is not in the container.
std::vector<pid_t> ExecProcesses::members() const {
  std::vector<pid_t> found;
  if (pid_ <= 0) return found;
  if (first_ && !has_ended(first_)) found.push_back(pid_);
  for (const pid_t adopter : {container_pid_, above_}) {
    if (adopter <= 0) continue;
    for (const pid_t child : children_of(adopter)) {
      const bool known = std::find(found.begin(), found.end(), child) != found.end();
      if (!known && stat_of(child).value_or(Stat{}).session == pid_) found.push_back(child);
    }
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const pid_t child : children_of(found[i])) {
      if (std::find(found.begin(), found.end(), child) == found.end()) found.push_back(child);
    }
  }
  return found;
}

}  // namespace mesoscore::docker
