// What an agent asks of the containers below it, and what they report. A container is one command task, one
// custom executor or one function task.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mesoscore/agent_query.hpp"
#include "mesoscore/check.hpp"
#include "mesoscore/container_info.hpp"
#include "mesoscore/framework.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/task.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

enum class ContainerKind : std::uint8_t { command = 0, executor = 1, function = 2 };
std::string_view to_string(ContainerKind kind) noexcept;  // "command"

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
    ContainerInfo::Type type = ContainerInfo::Type::mesos;
    FrameworkId framework_id{};
    std::string directory{};  // task or executor id: names its directory in the sandboxes
    Resources resources{};    // what it may use
  };
  AgentId agent_id{};
  std::vector<Known> known{};
};
// What it asks for: its executor, or its task. Empty if that asks for nothing.
const ContainerInfo& container_info_of(const LaunchContainer& call) noexcept;
const LinuxInfo& linux_info_of(const LaunchContainer& call) noexcept;
ContainerInfo::Type type_of(const LaunchContainer& call) noexcept;
// The end of this container is kept durably elsewhere: what is remembered of it for a restart may go. Only
// agents that are durable say so; without it the end is forgotten when it is reported.
struct ForgetContainer {
  ContainerId container_id{};
};
// Probe it once. Answered by `probed` with the same number, or not at all if the container ends before.
struct ProbeContainer {
  ContainerId container_id{};
  std::uint64_t number = 0;
  Probe probe{};
  Duration timeout{0};  // zero: none
};
// Answer a question (agent_query.hpp) by `answered` with the same number.
struct AskContainers {
  std::uint64_t number = 0;
  AgentQuery query{};
};
// These persistent volumes are no more: their data is deleted, and one of the same name that is used next is
// empty. No container has them. The same may be said twice.
struct EraseVolumes {
  Resources volumes{};
};
using ContainerCall = std::variant<LaunchContainer, KillContainer, UpdateContainer, RecoverContainers,
                                   ForgetContainer, ProbeContainer, AskContainers, EraseVolumes>;

// What a probe has found. Without a result: it could not be made, or took too long; `message` says which.
struct ProbeResult {
  bool success = false;
  CheckStatus status{};  // its name is empty
  friend bool operator==(const ProbeResult&, const ProbeResult&) = default;
};

struct ContainerEvent {
  enum class Kind : std::uint8_t {
    started,
    launch_failed,  // `message` says why: missing program, no permission, unknown user, ...; the container is
                    // gone
    exited,         // no process of the container is left
    progress,       // function tasks only: a non-terminal update that carries `data` and `message`
    recovered,      // see RecoverContainers
    probed,         // see ProbeContainer
    answered,       // see AskContainers; `error` of Errc, and `message`, if it could not be
  };
  ContainerId container_id{};
  Kind kind = Kind::started;
  int wait_status = 0;               // exited: as from waitpid(2); 0 for functions that finished
  std::optional<TaskState> state{};  // exited: overrides the reading of wait_status (functions, limitations)
  std::optional<TaskReason> reason{};
  std::string message{};
  std::string data{};
  Resources limitation{};    // exited by a limitation: what it had used
  std::uint64_t number = 0;  // probed, answered: of the call
  Box<ProbeResult> probe{};  // probed
  std::uint32_t error = 0;   // answered
  Box<AgentReport> report{};
  Box<ContainerStatus> status{};  // started and recovered: if it is known
};
std::string_view to_string(ContainerEvent::Kind kind) noexcept;  // "launch_failed"

}  // namespace mesoscore
