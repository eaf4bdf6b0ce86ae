// What a scheduler of the soak has done and was told, one line per fact, appended before anybody acts on it.
// The checker reads it, and so does the scheduler itself after it was killed. Fields are separated by one
// space:
//
//   up <time>                                                         the scheduler has started
//   framework <framework id> <time>
//   launch <task> <host> <agent id> <exit code> <kill after, or -> <time>
//   kill <task> <time>
//   told <task> <state> <uuid or -> <source> <reason or -> <agent id or -> <time> <message>
//   idle <time>                                                       nothing is launched any more, all has
//   ended error <time> <text>                                               the master refused the framework
//
// Times are seconds of CLOCK_BOOTTIME, which the tasks read from /proc/uptime.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "mesoscore/ids.hpp"
#include "mesoscore/result.hpp"
#include "mesoscore/task.hpp"

namespace soak {

double boot_seconds();

// A task that is not known to have ended.
struct LiveTask {
  mesoscore::AgentId agent_id;
  std::optional<double> kill_at;  // boot_seconds()
  double heard = 0;               // when it was launched, or the last that was told of it
};

class Journal {
 public:
  Journal() = default;
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Reads what is there and appends from now on.
  mesoscore::Status open(const std::string& path);

  void framework(const mesoscore::FrameworkId& id);
  void launch(const mesoscore::TaskInfo& task, const std::string& host, int exit_code,
              std::optional<double> kill_after);
  void kill(const mesoscore::TaskId& task);
  void told(const mesoscore::TaskStatus& status);
  void idle();
  void error(const std::string& text);

  const mesoscore::FrameworkId& framework_id() const noexcept { return framework_id_; }
  std::uint64_t launched() const noexcept { return launched_; }
  std::map<std::string, LiveTask>& live() noexcept { return live_; }

 private:
  void replay(const std::string& line);
  void append(const std::string& line);

  int file_ = -1;
  mesoscore::FrameworkId framework_id_;
  std::uint64_t launched_ = 0;
  std::map<std::string, LiveTask> live_;
};

}  // namespace soak
