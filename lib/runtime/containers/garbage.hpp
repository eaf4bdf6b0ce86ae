// Removes sandboxes of containers that have ended, by age and by the room on the disk; the rule is in
// sandbox.hpp.
//
// What is to be removed is found by looking: it does not matter which agent has left it behind. A sandbox is
// first renamed, so that nobody sees half of one, and then taken apart, in slices of about a millisecond with
// pauses between them: others are not held up. No symbolic link is followed and no mount point crossed.
// Everything happens on the executor.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include "mesoscore/ids.hpp"
#include "mesoscore/log.hpp"
#include "mesoscore/sandbox.hpp"
#include "runtime/containers/old_sandboxes.hpp"
#include "runtime/containers/shredder.hpp"

namespace mesoscore::runtime {

struct GarbageConfig {
  std::string sandboxes;  // absolute
  SandboxOptions options;
  // This container runs, is about to, or may yet turn out to.
  std::function<bool(const ContainerId&)> is_needed;
  std::function<double()> used;  // part of the disk, 0 to 1; empty: it is asked
  Logger logger;
};

// A container ages from when this was called for its sandbox.
void mark_ended(const std::string& sandbox);

class Garbage : public std::enable_shared_from_this<Garbage> {
 public:
  Garbage(const asio::any_io_executor& executor, GarbageConfig config);

  void start();    // looks for the first time after the interval
  void stop();     // what is being taken apart stays for the next start
  void collect();  // looks now, unless it is at it
  bool busy() const noexcept { return phase_ != Phase::waiting; }

 private:
  enum class Phase { waiting, looking, shredding };

  void wait(Duration delay);
  void slice();
  bool step();
  Duration oldest_kept() const;
  void log(LogLevel level, const std::string& line) const;

  GarbageConfig config_;
  asio::steady_timer timer_;
  Phase phase_ = Phase::waiting;
  std::unique_ptr<OldSandboxes> looking_;
  std::unique_ptr<Shredder> shredding_;
  bool stopped_ = false;
};

}  // namespace mesoscore::runtime
