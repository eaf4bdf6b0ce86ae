#include "isolators/process/proc.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "isolators/process/supervisor/protocol.h"

namespace mesoscore::supervision {

namespace {

struct Stat {
  std::uint64_t user_ticks = 0, system_ticks = 0;                    // of the process
  std::uint64_t children_user_ticks = 0, children_system_ticks = 0;  // of those it has reaped
  pid_t parent = 0;
  std::uint64_t threads = 0;
  std::uint64_t start_time = 0;
  std::uint64_t rss_pages = 0;
};

std::optional<Stat> read_stat(pid_t pid) {
  const auto text = read_small_file(("/proc/" + std::to_string(pid) + "/stat").c_str());
  if (!text) return std::nullopt;
  // "pid (name) state parent ...": the name may hold anything, so count from the last parenthesis.
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos || name_end + 2 > text->size()) return std::nullopt;
  std::string_view rest = std::string_view(*text).substr(name_end + 2);
  std::uint64_t values[25] = {};
  for (int field = 3; field < 25 && !rest.empty(); ++field) {
    std::from_chars(rest.data(), rest.data() + rest.size(), values[field]);  // 0 for what is not a number
    rest.remove_prefix(std::min(rest.find(' '), rest.size() - 1) + 1);
  }
  Stat stat;
  stat.parent = static_cast<pid_t>(values[4]);
  stat.user_ticks = values[14];
  stat.system_ticks = values[15];
  stat.children_user_ticks = values[16];
  stat.children_system_ticks = values[17];
  stat.threads = values[20];
  stat.start_time = values[22];
  stat.rss_pages = values[24];
  return stat;
}

void append_numbers(std::string_view text, std::vector<pid_t>& to) {
  while (!text.empty()) {
    pid_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{}) to.push_back(number);
    const auto used = static_cast<std::size_t>(end - text.data());
    text.remove_prefix(std::min(used + 1, text.size()));
  }
}

std::vector<pid_t> threads_of(pid_t pid, std::uint64_t count) {
  if (count <= 1) return {pid};
  std::vector<pid_t> threads;
  const std::string path = "/proc/" + std::to_string(pid) + "/task";
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    append_numbers(entry->d_name, threads);
  }
  return threads;
}

void append_children(pid_t pid, std::uint64_t thread_count, std::vector<pid_t>& to) {
  for (pid_t thread : threads_of(pid, thread_count)) {
    append_numbers(
        read_whole_file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(thread) + "/children"),
        to);
  }
}

}  // namespace

std::optional<std::string> read_small_file(const char* path) {
  const UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  char buffer[4096];
  const ssize_t bytes = ::read(fd.get(), buffer, sizeof buffer);
  if (bytes < 0) return std::nullopt;
  return std::string(buffer, static_cast<std::size_t>(bytes));
}

std::string read_whole_file(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char buffer[4096];
  ssize_t bytes = 0;
  while (fd && (bytes = ::read(fd.get(), buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<std::size_t>(bytes));
  }
  return text;
}

UniqueFd open_process(const ProcessIdentity& identity, bool* unsure) {
  UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, identity.pid, 0)));
  int error = fd ? 0 : errno;
  if (fd) {
    // The number cannot pass to another process between here and its use: the pidfd keeps what we found.
    const auto stat = read_stat(identity.pid);
    if (!stat) error = errno;
    if (!stat || stat->start_time != identity.start_time) fd.reset();
  }
  if (unsure) *unsure = error != 0 && error != ESRCH && error != ENOENT && error != EINVAL;
  return fd;
}

pid_t oldest_child_of(const ProcessIdentity& parent) {
  const auto stat = read_stat(parent.pid);
  if (!stat || stat->start_time != parent.start_time) return 0;
  std::vector<pid_t> children;
  append_children(parent.pid, 1, children);
  return children.empty() ? 0 : children.front();
}

UniqueFd open_child(const ProcessIdentity& parent, pid_t child) {
  UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  const auto stat = fd ? read_stat(child) : std::nullopt;
  if (!stat || stat->parent != parent.pid || !open_process(parent)) fd.reset();
  return fd;
}

bool has_ended(int pidfd) {
  pollfd ended{pidfd, POLLIN, 0};
  return ::poll(&ended, 1, 0) == 1;
}

bool signal_supervisor(const ProcessIdentity& supervisor, std::uint64_t serial, Duration grace) {
  const UniqueFd fd = open_process(supervisor);
  if (!fd) return false;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(std::max(grace, Duration::zero())).count();
  siginfo_t info{};
  info.si_signo = MESO_KILL_SIGNAL;
  info.si_code = SI_QUEUE;
  info.si_pid = ::getpid();
  info.si_uid = ::getuid();
  const std::uint64_t value = MESO_KILL_VALUE(serial, std::min<std::int64_t>(ms, INT_MAX));
  static_assert(sizeof value == sizeof info.si_value);
  std::memcpy(&info.si_value, &value, sizeof value);
  return ::syscall(SYS_pidfd_send_signal, fd.get(), MESO_KILL_SIGNAL, &info, 0) == 0;
}

void measure_usage(pid_t supervisor, const EarlierUsage& earlier, ContainerUsage& usage) {
  const auto own = read_stat(supervisor);
  if (!own) return;
  // The supervisor itself is not part of the container, but what it has reaped was.
  std::uint64_t user = own->children_user_ticks, system = own->children_system_ticks, pages = 0;
  std::uint32_t processes = 0;
  std::vector<pid_t> pending;
  append_children(supervisor, own->threads, pending);
  while (!pending.empty()) {
    const pid_t pid = pending.back();
    pending.pop_back();
    const auto stat = read_stat(pid);
    if (!stat) continue;
    ++processes;
    user += stat->user_ticks + stat->children_user_ticks;
    system += stat->system_ticks + stat->children_system_ticks;
    pages += stat->rss_pages;
    append_children(pid, stat->threads, pending);
  }
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto seconds = [ticks](std::uint64_t count, double before) {
    return std::max(0.0, static_cast<double>(count) / ticks - before);
  };
  if (!usage.cpus_user_time_secs) {
    usage.cpus_user_time_secs = seconds(user, earlier.user_seconds);
    usage.cpus_system_time_secs = seconds(system, earlier.system_seconds);
  }
  if (!usage.mem_rss_bytes) usage.mem_rss_bytes = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  if (!usage.processes) usage.processes = processes;
}

}  // namespace mesoscore::supervision
