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
#include "mesoscore/launch_plan.hpp"
#include "mesoscore/log.hpp"
#include "mesoscore/result.hpp"
#include "mesoscore/usage.hpp"

namespace mesoscore {

// The container that the plan is for; valid during prepare() only.
struct ContainerSpec {
  const LaunchContainer& call;
  std::string_view sandbox{};  // absolute path of its directory
};

// What of a task's wishes an isolator fulfils. A task that wishes something that no isolator of its agent
// provides fails, and is told so.
enum class ContainerFeature : std::uint32_t {
  volumes = 1,         // ContainerInfo::volumes
  root_directory = 2,  // ContainerInfo::root_directory
  hostname = 4,        // ContainerInfo::hostname
  rlimits = 8,         // ContainerInfo::rlimits
  capabilities = 16,   // LinuxInfo::bounding_capabilities, effective_capabilities
  namespaces = 32,     // LinuxInfo::ipc_mode, shm_size_mb, share_pid_namespace
  seccomp = 64,        // LinuxInfo::seccomp_profile, seccomp_unconfined
  limits = 128,        // TaskInfo::limits
  gpus = 256,          // gpus among the resources
};
using ContainerFeatures = std::uint32_t;  // the sum of some
constexpr ContainerFeatures operator|(ContainerFeature a, ContainerFeature b) noexcept {
  return static_cast<ContainerFeatures>(a) | static_cast<ContainerFeatures>(b);
}
constexpr ContainerFeatures operator|(ContainerFeatures a, ContainerFeature b) noexcept {
  return a | static_cast<ContainerFeatures>(b);
}

// A container of before a restart of the agent, which runs. What an isolator has to know besides it writes
// down in its state directory.
struct LiveContainer {
  ContainerId id{};
  ContainerKind kind = ContainerKind::command;
  ContainerInfo::Type type = ContainerInfo::Type::mesos;
  std::string sandbox{};
  Resources resources{};
  pid_t pid = 0;  // of its first process; 0: not known
};

// What a limit was crossed with; the container is to be killed and reported FAILED.
struct Limitation {
  TaskReason reason = TaskReason::container_limitation;
  std::string message{};  // with the figures: "used 65 MiB of memory, the limit is 64 MiB"
  Resources resources{};  // what it had used, as far as that is an amount of a resource
};

// What isolators may count on, from Isolator::start() on.
struct IsolatorContext {
  asio::any_io_executor executor{};  // of all calls; timers and descriptors may be waited for on it
  std::string work_dir{};            // absolute; sandboxes are below it
  std::string state_directory{};     // absolute; exists; this isolator's own by its name, survives the agent
  AgentId agent_id{};                // empty at the first start, and as long as that agent runs
  Resources resources{};             // of the agent as it was configured
  Logger logger{};
};

class Launcher;

class Isolator {
 public:
  using LimitationHandler = std::function<void(const ContainerId&, Limitation)>;

  virtual ~Isolator() = default;
  virtual std::string_view name() const noexcept = 0;  // fit for a file name, unique in its set
  virtual ContainerFeatures provides() const noexcept { return 0; }
  // Is it asked about containers of this type at all? By default only about our own.
  virtual bool handles(ContainerInfo::Type type) const noexcept { return type == ContainerInfo::Type::mesos; }

  // Once, before anything else. An error is one of AgentServer::start(): it names what the machine lacks.
  virtual Status start(const IsolatorContext& /*context*/) { return {}; }
  // After a restart of the agent, before any other call: these containers live on, as if they had been
  // prepared and isolated now. Everything else that this isolator left behind is orphaned and to be cleaned
  // up.
  virtual Status recover(std::span<const LiveContainer> /*live*/) { return {}; }
  virtual Status prepare(const ContainerSpec& /*spec*/, LaunchPlan& /*plan*/) { return {}; }
  // `pid` exists and is held back until all isolators agree.
  virtual Status isolate(const ContainerId& /*id*/, pid_t /*pid*/) { return {}; }
  // It runs. Call the handler on the executor of the context, never from within watch(), and not after
  // cleanup(). The container is then killed without grace.
  virtual void watch(const ContainerId& /*id*/, LimitationHandler /*on_limitation*/) {}
  // It may use another amount from now on. An error kills it (REASON_CONTAINER_UPDATE_FAILED).
  virtual Status update(const ContainerId& /*id*/, const Resources& /*resources*/) { return {}; }
  // Set what you measure, unless it is set: the last isolator of a set is asked first, and so wins.
  virtual void usage(const ContainerId& /*id*/, ContainerUsage& /*usage*/) {}
  // It has ended by itself, as far as anybody knows: was it a limit after all? Asked before cleanup().
  virtual std::optional<Limitation> verdict(const ContainerId& /*id*/, int /*wait_status*/) {
    return std::nullopt;
  }
  // No process of the container is left, as far as its launcher knows. Called once after each prepare() that
  // succeeded, even if the launch failed; its error is only logged.
  virtual Status cleanup(const ContainerId& /*id*/) { return {}; }
  // The last call: afterwards nothing of it may run on the executor. Containers go on.
  virtual void stop() noexcept {}
  // The launcher that this isolator brings along, if any. Of those of an IsolatorSet that handle a container
  // the last one is used.
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
  pid_t pid = 0;  // live: of its first process; 0: not known
};

// Starts processes, and reports their end truthfully.
class Launcher {
 public:
  // started, launch_failed or exited; called on the executor given to start().
  using EventHandler = std::function<void(ContainerEvent)>;
  // Between the creation of the process and its exec; an error ends it and becomes launch_failed.
  using HoldHandler = std::function<Status(pid_t pid)>;

  virtual ~Launcher() = default;
  virtual bool handles(ContainerInfo::Type type) const noexcept { return type == ContainerInfo::Type::mesos; }
  // The launcher's directory below the work directory: unique in its set.
  virtual std::string_view directory() const noexcept { return "containers"; }
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
  // Of the first process of a container that runs; 0: not known.
  virtual pid_t pid_of(const ContainerId& /*id*/) const { return 0; }
  // Ends the launcher's own helpers; containers that run are left alone.
  virtual void stop() = 0;
};

// The isolators composed into a program, in the order of their prepare(). A copy shares the isolators. A good
// order: process, cgroups, rlimits, namespaces, filesystem, private_tmp, capabilities, devices,
// no_new_privileges, seccomp, disk_quota, your own; docker anywhere.
class IsolatorSet {
 public:
  IsolatorSet& add(std::shared_ptr<Isolator> isolator) {
    if (auto brought = isolator->launcher()) launchers_.push_back(std::move(brought));
    isolators_.push_back(std::move(isolator));
    return *this;
  }
  std::span<const std::shared_ptr<Isolator>> isolators() const noexcept { return isolators_; }
  // None: this agent runs function tasks only; commands and custom executors fail with a clear reason.
  std::span<const std::shared_ptr<Launcher>> launchers() const noexcept { return launchers_; }
  // Null: none of them handles it.
  const std::shared_ptr<Launcher>& launcher(ContainerInfo::Type type) const noexcept {
    static const std::shared_ptr<Launcher> none;
    for (auto launcher = launchers_.rbegin(); launcher != launchers_.rend(); ++launcher) {
      if ((*launcher)->handles(type)) return *launcher;
    }
    return none;
  }

 private:
  std::vector<std::shared_ptr<Isolator>> isolators_;
  std::vector<std::shared_ptr<Launcher>> launchers_;
};

}  // namespace mesoscore
