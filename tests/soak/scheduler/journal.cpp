#include "journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>

namespace soak {
namespace {

using mesoscore::TaskState;

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", seconds);
  return text;
}

std::string now_text() { return seconds_text(boot_seconds()); }

// One line, one field.
std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

// What the agent has to say of the end of a task that ran comes with a uuid; before that a master may tell
// the same.
bool is_the_end(TaskState state, bool has_uuid) {
  const bool ran = state == TaskState::finished || state == TaskState::failed || state == TaskState::killed;
  return mesoscore::is_terminal(state) && (has_uuid || !ran);
}

TaskState state_named(const std::string& name) {
  for (int i = 0; i < static_cast<int>(TaskState::unknown); ++i) {
    const auto state = static_cast<TaskState>(i);
    if (mesoscore::to_string(state) == name) return state;
  }
  return TaskState::unknown;
}

}  // namespace

double boot_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Journal::~Journal() {
  if (file_ >= 0) ::close(file_);
}

mesoscore::Status Journal::open(const std::string& path) {
  std::ifstream before(path);
  for (std::string line; std::getline(before, line);) replay(line);
  file_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) return mesoscore::fail(mesoscore::Errc::io_error, path + ": " + std::strerror(errno));
  append("up " + now_text());
  return {};
}

void Journal::replay(const std::string& line) {
  std::istringstream fields(line);
  std::string kind, task;
  fields >> kind >> task;
  if (kind == "framework") {
    framework_id_ = mesoscore::FrameworkId(task);
  } else if (kind == "launch") {
    std::string host, agent, code, kill_after;
    double at = 0;
    fields >> host >> agent >> code >> kill_after >> at;
    LiveTask live{mesoscore::AgentId(agent), std::nullopt, at};
    if (kill_after != "-") live.kill_at = at + std::strtod(kill_after.c_str(), nullptr);
    live_[task] = live;
    ++launched_;
  } else if (kind == "told") {
    std::string state, uuid;
    fields >> state >> uuid;
    if (is_the_end(state_named(state), uuid != "-")) live_.erase(task);
  }
}

// One write: lines of a process that is killed are whole, or absent.
void Journal::append(const std::string& line) {
  const std::string whole = line + "\n";
  if (::write(file_, whole.data(), whole.size()) == static_cast<ssize_t>(whole.size())) return;
  std::perror("the journal cannot be written");
  std::exit(4);  // what was not written was not told
}

void Journal::framework(const mesoscore::FrameworkId& id) {
  if (id == framework_id_) return;
  framework_id_ = id;
  append("framework " + id.str() + " " + now_text());
}

void Journal::launch(const mesoscore::TaskInfo& task, const std::string& host, int exit_code,
                     std::optional<double> kill_after) {
  const double now = boot_seconds();
  append("launch " + task.task_id.str() + " " + host + " " + task.agent_id.str() + " " +
         std::to_string(exit_code) + " " + (kill_after ? seconds_text(*kill_after) : "-") + " " +
         seconds_text(now));
  LiveTask live{task.agent_id, std::nullopt, now};
  if (kill_after) live.kill_at = now + *kill_after;
  live_[task.task_id.str()] = live;
  ++launched_;
}

void Journal::kill(const mesoscore::TaskId& task) { append("kill " + task.str() + " " + now_text()); }

void Journal::told(const mesoscore::TaskStatus& status) {
  append("told " + status.task_id.str() + " " + std::string(mesoscore::to_string(status.state)) + " " +
         (status.uuid ? status.uuid->str() : "-") + " " + std::string(mesoscore::to_string(status.source)) +
         " " + (status.reason ? std::string(mesoscore::to_string(*status.reason)) : "-") + " " +
         or_dash(status.agent_id.str()) + " " + now_text() + " " + one_line(status.message));
  const auto found = live_.find(status.task_id.str());
  if (found == live_.end()) return;
  found->second.heard = boot_seconds();
  if (is_the_end(status.state, status.uuid.has_value())) live_.erase(found);
}

void Journal::idle() { append("idle " + now_text()); }

void Journal::error(const std::string& text) { append("error " + now_text() + " " + one_line(text)); }

}  // namespace soak
