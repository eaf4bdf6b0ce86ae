// Tasks: what a framework launches, and what it is told about them. Names and numbers are those of Mesos v1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesoscore/box.hpp"
#include "mesoscore/check.hpp"
#include "mesoscore/command.hpp"
#include "mesoscore/container_info.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/labels.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

enum class TaskState : std::uint8_t {
  starting = 0,
  running = 1,
  finished = 2,
  failed = 3,
  killed = 4,
  lost = 5,
  staging = 6,
  error = 7,
  killing = 8,
  dropped = 9,
  unreachable = 10,
  gone = 11,
  gone_by_operator = 12,
  unknown = 13,
};

// FINISHED, FAILED, KILLED, LOST, ERROR, DROPPED, GONE, GONE_BY_OPERATOR. UNREACHABLE is not: the task may
// come back.
bool is_terminal(TaskState state) noexcept;
// "TASK_RUNNING"
std::string_view to_string(TaskState state) noexcept;

enum class TaskSource : std::uint8_t { master = 0, agent = 1, executor = 2 };
std::string_view to_string(TaskSource source) noexcept;  // "SOURCE_MASTER"

enum class TaskReason : std::uint8_t {
  command_executor_failed = 0,
  executor_terminated = 1,
  executor_unregistered = 2,
  framework_removed = 3,
  gc_error = 4,
  invalid_frameworkid = 5,
  invalid_offers = 6,
  master_disconnected = 7,
  container_limitation_memory = 8,
  reconciliation = 9,
  agent_disconnected = 10,
  agent_removed = 11,
  agent_restarted = 12,
  agent_unknown = 13,
  task_invalid = 14,
  task_unauthorized = 15,
  task_unknown = 16,
  container_preempted = 17,
  resources_unknown = 18,
  container_limitation = 19,
  container_limitation_disk = 20,
  container_launch_failed = 21,
  container_update_failed = 22,
  executor_registration_timeout = 23,
  executor_reregistration_timeout = 24,
  task_group_invalid = 25,
  task_group_unauthorized = 26,
  io_switchboard_exited = 27,
  task_check_status_updated = 28,
  task_health_check_status_updated = 29,
  task_killed_during_launch = 30,
  agent_removed_by_operator = 31,
  agent_reregistered = 32,
  max_completion_time_reached = 33,
  agent_draining = 34,
};
std::string_view to_string(TaskReason reason) noexcept;  // "REASON_RECONCILIATION"

struct KillPolicy {
  Duration grace_period = std::chrono::seconds(3);  // from SIGTERM to SIGKILL
  friend bool operator==(const KillPolicy&, const KillPolicy&) = default;
};

// Carried along for service discovery; never interpreted.
struct DiscoveryInfo {
  enum class Visibility : std::uint8_t { framework = 0, cluster = 1, external = 2 };
  struct Port {
    std::uint32_t number = 0;
    std::string name{}, protocol{};
    friend bool operator==(const Port&, const Port&) = default;
  };
  Visibility visibility = Visibility::framework;
  std::string name{}, environment{}, location{}, version{};
  std::vector<Port> ports{};
  Labels labels{};
  friend bool operator==(const DiscoveryInfo&, const DiscoveryInfo&) = default;
};

// What runs tasks of a framework on one agent. CUSTOM: a process of the framework that connects back to the
// agent and runs many tasks (see executor_driver.hpp). DEFAULT: the agent itself, for the tasks of
// launch_group(); it has no command.
struct ExecutorInfo {
  enum class Type : std::uint8_t { unknown = 0, default_ = 1, custom = 2 };
  ExecutorId executor_id{};
  Type type = Type::unknown;   // unknown: custom
  FrameworkId framework_id{};  // filled in by the master when empty
  std::string name{};
  CommandInfo command{};
  Resources resources{};  // used as long as the executor lives, besides those of its tasks
  Box<ContainerInfo> container{};
  std::string data{};
  Duration shutdown_grace_period = std::chrono::seconds(5);
  Labels labels{};
  friend bool operator==(const ExecutorInfo&, const ExecutorInfo&) = default;
};

// How much more than its resources a task may use for a while, when the machine has it (burst). Not less than
// the resources; infinity: no limit. Absent: the task's cpus are no limit for it when others leave cpu time
// unused (unless the agent limits all tasks), its mem is.
struct TaskLimits {
  std::optional<double> cpus{};
  std::optional<double> mem{};  // MiB
  friend bool operator==(const TaskLimits&, const TaskLimits&) = default;
};

// What to run. Exactly one of `command` (a process of its own), `executor` (a custom executor, started when
// it is not yet running on that agent) and `function` (a C++ callable that the agent's embedder registered
// under that name).
struct TaskInfo {
  TaskId task_id{};
  AgentId agent_id{};  // the agent of the offer
  std::string name{};
  Resources resources{};
  Box<CommandInfo> command{};
  Box<ExecutorInfo> executor{};
  std::string function{};
  std::string data{};  // opaque bytes for the executor or the function
  std::optional<KillPolicy> kill_policy{};
  std::optional<Duration> max_completion_time{};
  Labels labels{};
  Box<DiscoveryInfo> discovery{};
  // For commands only:
  Box<ContainerInfo> container{};
  std::vector<HealthCheck> health_checks{};
  std::vector<CheckInfo> checks{};
  Box<TaskLimits> limits{};
  friend bool operator==(const TaskInfo&, const TaskInfo&) = default;
};

// One fact about a task. Acknowledge it exactly when `uuid` is set (the drivers do it for their users).
struct TaskStatus {
  TaskId task_id{};
  TaskState state = TaskState::staging;
  TaskSource source = TaskSource::master;
  std::optional<TaskReason> reason{};
  AgentId agent_id{};        // empty = not known
  ExecutorId executor_id{};  // empty = none
  std::optional<Uuid> uuid{};
  double timestamp = 0;  // seconds since the Unix epoch
  std::optional<bool> healthy{};
  double unreachable_time = 0;  // seconds since the Unix epoch; 0 = not set
  std::string message{};        // for people
  std::string data{};           // opaque bytes of the executor
  Labels labels{};
  std::vector<CheckStatus> check_status{};  // one for each of the task's `checks`, in their order
  Resources limitation{};                   // what it had used when it crossed a limit
  Box<ContainerStatus> container_status{};
  friend bool operator==(const TaskStatus&, const TaskStatus&) = default;
};

// The public record of a task, as master and agent report it (Task of Mesos v1).
struct Task {
  TaskId task_id{};
  FrameworkId framework_id{};
  AgentId agent_id{};
  ExecutorId executor_id{};  // empty for command and function tasks
  std::string name{};
  RoleName role{};            // the role whose offer it was launched from
  std::int32_t priority = 0;  // of the demand that its offer was made for
  Resources resources{};
  TaskState state = TaskState::staging;            // latest known
  std::optional<TaskState> status_update_state{};  // last one forwarded to the scheduler
  std::optional<Uuid> status_update_uuid{};
  std::vector<TaskStatus> statuses{};  // without `data`, bounded
  Labels labels{};
  friend bool operator==(const Task&, const Task&) = default;
};

// The rules that need no context: ids, durations, exactly one of command, executor and function, resources.
Status validate(const TaskInfo& task);

}  // namespace mesoscore
