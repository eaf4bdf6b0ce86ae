// What an agent asks of the containers below it, and what they report. A container is one command task, one
// custom executor or one function task.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mesoscore/framework.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/task.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

enum class ContainerKind : std::uint8_t { command = 0, executor = 1, function = 2 };

// Start it. Answered by `started` or `launch_failed`; every container that started ends with exactly one
// `exited`.
struct LaunchContainer {
  ContainerId container_id{};
  ContainerKind kind = ContainerKind::command;
  std::shared_ptr<const FrameworkInfo> framework{};
  AgentId agent_id{};
  // What is kept for a restart stays until ForgetContainer.
  bool durable = false;
  TaskInfo task{};        // command and function; for an executor only `task.executor` is set
  Resources resources{};  // what the container may use
};
// End it: SIGTERM to all of its processes now, SIGKILL after `grace`. A later call may shorten the grace,
// never lengthen it.
struct KillContainer {
  ContainerId container_id{};
  Duration grace{0};
};
// The amount that the container may use has changed (a custom executor got or ended a task).
struct UpdateContainer {
  ContainerId container_id{};
  Resources resources{};
};
// After a restart of the agent, before any other call: these containers it knows of. Each is answered by one
// of `recovered` (it lives), `exited` (with the true status, if that can be known) and `launch_failed` with
// REASON_AGENT_RESTARTED (it was never started and never will be); a `recovered` without an id is the end.
// Containers that are not named here have no owner: they are killed and forgotten.
struct RecoverContainers {
  struct Known {
    ContainerId container_id{};
    ContainerKind kind = ContainerKind::command;
    Resources resources{};  // what it may use
  };
  std::vector<Known> known{};
};
// The end of this container is kept durably elsewhere: what is remembered of it for a restart may go. Only
// agents that are durable say so; without it the end is forgotten when it is reported.
struct ForgetContainer {
  ContainerId container_id{};
};
using ContainerCall =
    std::variant<LaunchContainer, KillContainer, UpdateContainer, RecoverContainers, ForgetContainer>;

struct ContainerEvent {
  enum class Kind : std::uint8_t {
    started,
    launch_failed,  // `message` says why: missing program, no permission, unknown user, ...; the container is
                    // gone
    exited,         // no process of the container is left
    progress,       // function tasks only: a non-terminal update that carries `data` and `message`
    recovered,      // see RecoverContainers
  };
  ContainerId container_id{};
  Kind kind = Kind::started;
  int wait_status = 0;               // exited: as from waitpid(2); 0 for functions that finished
  std::optional<TaskState> state{};  // exited: overrides the reading of wait_status (functions, limitations)
  std::optional<TaskReason> reason{};
  std::string message{};
  std::string data{};
};

}  // namespace mesoscore
