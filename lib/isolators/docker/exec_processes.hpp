// The processes of a command that the engine runs inside of a container, as the machine sees them. The engine
// has no call that ends such a command; signals of our own do, and never to anything outside of the
// container.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "isolators/process/unique_fd.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore::docker {

// Can commands in this container be ended from here? Names what is in the way. `pid`: of its first process,
// as the engine says.
Status check_reachable(const std::string& engine_id, pid_t pid);

class ExecProcesses {
 public:
  // `container_pid`: of the container's first process, 0 = not known; it gets the orphans.
  ExecProcesses(std::string engine_id, pid_t container_pid)
      : engine_id_(std::move(engine_id)), container_pid_(container_pid) {}

  // `pid`: of the command's first process, which runs, as the engine says. False: it is gone, or no process
  // of that number is in the container.
  bool open(pid_t pid);
  // It has ended before that: its session is known all the same.
  void set_session(pid_t pid) noexcept { pid_ = pid; }
  bool is_open() const noexcept { return static_cast<bool>(first_); }
  pid_t pid() const noexcept { return pid_; }  // 0: not known
  bool first_ended() const;                    // false as long as it is not opened

  // To the first process, its descendants, and the orphans of its session. An error is the first of the
  // machine's, apart from processes that are gone.
  Status signal(int number) const;

 private:
  std::vector<pid_t> members() const;

  std::string engine_id_;
  pid_t container_pid_;
  pid_t pid_ = 0, above_ = 0;  // above: what has started it, for the engine
  supervision::UniqueFd first_;
};

}  // namespace mesoscore::docker
