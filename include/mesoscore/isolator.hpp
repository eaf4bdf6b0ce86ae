// The contract of an isolator, and of the launcher that starts what the isolators have planned.
//
// Isolators compose: each adds its part to one LaunchPlan, then one launcher executes the finished plan.
//   launch:  prepare (in order) -> launcher starts the process, held back -> isolate (in order) -> it runs
//   end:     the launcher reports the exit -> cleanup (in reverse order)
// Any of them may fail the launch; its message reaches the scheduler in TASK_FAILED.
//
// Threading: every call is made on the executor of the agent's containers
// (AgentServerConfig::blocking_executor, by default the agent's own), one at a time. A call may block for the
// time of a system call or two; whatever takes longer is the isolator's to hand over. Every plug-in passes
// tests/conformance/isolator.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <asio/any_io_executor.hpp>

#include "mesoscore/container.hpp"
#include "mesoscore/result.hpp"

namespace mesoscore {

// How one process is to be started. Isolators edit it; the launcher executes it.
struct LaunchPlan {
  std::string program{};            // a path, or a name that is searched in PATH of `environment`
  std::vector<std::string> argv{};  // argv[0] included
  std::vector<EnvironmentVariable> environment{};  // the whole environment; a later entry of a name wins
  std::string working_directory{};                 // the sandbox; exists
  std::string stdout_path{}, stderr_path{};        // appended to; created as the user
  std::string user{};                              // empty = the agent's own
};

// The container that the plan is for.
struct ContainerSpec {
  const LaunchContainer& call;
  std::string_view sandbox{};  // absolute path of its directory
};

struct ContainerUsage {
  std::optional<double> cpu_user_seconds{}, cpu_system_seconds{};
  std::optional<std::uint64_t> memory_rss_bytes{};
  std::optional<std::uint32_t> processes{};
};

class Launcher;

class Isolator {
 public:
  // A limit was crossed: the container is to be killed and reported FAILED with this reason and message.
  using LimitationHandler = std::function<void(const ContainerId&, TaskReason, std::string message)>;

  virtual ~Isolator() = default;
  virtual std::string_view name() const noexcept = 0;

  // After a restart of the agent, before any other call: these containers live on, as if they had been
  // prepared and isolated now. Everything else that this isolator left behind is orphaned and to be cleaned
  // up.
  virtual Status recover(std::span<const ContainerId> /*live*/) { return {}; }
  virtual Status prepare(const ContainerSpec& /*spec*/, LaunchPlan& /*plan*/) { return {}; }
  // `pid` exists and is held back until all isolators agree.
  virtual Status isolate(const ContainerId& /*id*/, pid_t /*pid*/) { return {}; }
  virtual void watch(const ContainerId& /*id*/, LimitationHandler /*on_limitation*/) {}
  virtual Status update(const ContainerId& /*id*/, const Resources& /*resources*/) { return {}; }
  virtual void usage(const ContainerId& /*id*/, ContainerUsage& /*add_to*/) {}
  // No process of the container is left. Called once after each prepare() that succeeded, even if the launch
  // failed.
  virtual Status cleanup(const ContainerId& /*id*/) { return {}; }
  // The launcher that this isolator brings along, if any. The last one of an IsolatorSet is used.
  virtual std::shared_ptr<Launcher> launcher() { return nullptr; }
};

// A container that an earlier program has started, or was about to; see Launcher::recover.
struct RecoveredContainer {
  enum class Fate : std::uint8_t {
    live,           // it runs; kill() works, and its end will be an event
    ended,          // with `wait_status`
    lost,           // it does not run, and nobody knows how it ended; `message` says why
    never_started,  // and it never will be, even if its launch is still on the way somewhere
  };
  ContainerId id{};
  Fate fate = Fate::lost;
  int wait_status = 0;  // as from waitpid(2)
  std::string message{};
};

// Starts processes, and reports their end truthfully.
class Launcher {
 public:
  // started, launch_failed or exited; called on the executor given to start().
  using EventHandler = std::function<void(ContainerEvent)>;
  // Between the creation of the process and its exec; an error ends it and becomes launch_failed.
  using HoldHandler = std::function<Status(pid_t pid)>;

  virtual ~Launcher() = default;
  // Once, before anything else. `state_directory` keeps what must survive the agent (pids, exit statuses); it
  // exists.
  virtual Status start(asio::any_io_executor executor, std::string state_directory,
                       EventHandler on_event) = 0;
  // Once, after start() and before launch(): what has become of the containers `known`, in that order. All
  // others that are found in the state directory are killed without grace and forgotten. After an error it
  // may be called again.
  virtual Result<std::vector<RecoveredContainer>> recover(std::span<const ContainerId> known);
  // `held` may be empty: then nothing is held back.
  virtual void launch(const ContainerId& id, LaunchPlan plan, HoldHandler held) = 0;
  // SIGTERM to every process of the container now, SIGKILL when `grace` is over; may only shorten an earlier
  // grace.
  virtual void kill(const ContainerId& id, Duration grace) = 0;
  // The end of this container has been taken note of: what is kept about it in the state directory may go.
  virtual void forget(const ContainerId& /*id*/) {}
  // Ends the launcher's own helpers; containers that run are left alone.
  virtual void stop() = 0;
};

// The isolators composed into a program, in the order of their prepare(). A copy shares the isolators.
class IsolatorSet {
 public:
  IsolatorSet& add(std::shared_ptr<Isolator> isolator) {
    if (auto brought = isolator->launcher()) launcher_ = std::move(brought);
    isolators_.push_back(std::move(isolator));
    return *this;
  }
  std::span<const std::shared_ptr<Isolator>> isolators() const noexcept { return isolators_; }
  // Null: this agent runs function tasks only; commands and custom executors fail with a clear reason.
  const std::shared_ptr<Launcher>& launcher() const noexcept { return launcher_; }

 private:
  std::vector<std::shared_ptr<Isolator>> isolators_;
  std::shared_ptr<Launcher> launcher_;
};

}  // namespace mesoscore
