// The names that Mesos v1 gives to states, sources and reasons, in the order of their numbers.
#include <array>

#include "mesoscore/task.hpp"

namespace mesoscore {
namespace {

constexpr std::array<std::string_view, 14> kStates = {
    "TASK_STARTING",         "TASK_RUNNING", "TASK_FINISHED", "TASK_FAILED",  "TASK_KILLED",      "TASK_LOST",
    "TASK_STAGING",          "TASK_ERROR",   "TASK_KILLING",  "TASK_DROPPED", "TASK_UNREACHABLE", "TASK_GONE",
    "TASK_GONE_BY_OPERATOR", "TASK_UNKNOWN",
};

constexpr std::array<std::string_view, 3> kSources = {"SOURCE_MASTER", "SOURCE_AGENT", "SOURCE_EXECUTOR"};

constexpr std::array<std::string_view, 35> kReasons = {
    "REASON_COMMAND_EXECUTOR_FAILED",
    "REASON_EXECUTOR_TERMINATED",
    "REASON_EXECUTOR_UNREGISTERED",
    "REASON_FRAMEWORK_REMOVED",
    "REASON_GC_ERROR",
    "REASON_INVALID_FRAMEWORKID",
    "REASON_INVALID_OFFERS",
    "REASON_MASTER_DISCONNECTED",
    "REASON_CONTAINER_LIMITATION_MEMORY",
    "REASON_RECONCILIATION",
    "REASON_AGENT_DISCONNECTED",
    "REASON_AGENT_REMOVED",
    "REASON_AGENT_RESTARTED",
    "REASON_AGENT_UNKNOWN",
    "REASON_TASK_INVALID",
    "REASON_TASK_UNAUTHORIZED",
    "REASON_TASK_UNKNOWN",
    "REASON_CONTAINER_PREEMPTED",
    "REASON_RESOURCES_UNKNOWN",
    "REASON_CONTAINER_LIMITATION",
    "REASON_CONTAINER_LIMITATION_DISK",
    "REASON_CONTAINER_LAUNCH_FAILED",
    "REASON_CONTAINER_UPDATE_FAILED",
    "REASON_EXECUTOR_REGISTRATION_TIMEOUT",
    "REASON_EXECUTOR_REREGISTRATION_TIMEOUT",
    "REASON_TASK_GROUP_INVALID",
    "REASON_TASK_GROUP_UNAUTHORIZED",
    "REASON_IO_SWITCHBOARD_EXITED",
    "REASON_TASK_CHECK_STATUS_UPDATED",
    "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED",
    "REASON_TASK_KILLED_DURING_LAUNCH",
    "REASON_AGENT_REMOVED_BY_OPERATOR",
    "REASON_AGENT_REREGISTERED",
    "REASON_MAX_COMPLETION_TIME_REACHED",
    "REASON_AGENT_DRAINING",
};

// An enum may hold a number that has no name; that must not read past the table.
template <std::size_t N, class Enum>
std::string_view name_of(const std::array<std::string_view, N>& names, Enum value,
                         std::string_view otherwise) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : otherwise;
}

}  // namespace

bool is_terminal(TaskState state) noexcept {
  switch (state) {
    case TaskState::finished:
    case TaskState::failed:
    case TaskState::killed:
    case TaskState::lost:
    case TaskState::error:
    case TaskState::dropped:
    case TaskState::gone:
    case TaskState::gone_by_operator:
      return true;
    case TaskState::starting:
    case TaskState::running:
    case TaskState::staging:
    case TaskState::killing:
    case TaskState::unreachable:
    case TaskState::unknown:
      return false;
  }
  return false;
}

std::string_view to_string(TaskState state) noexcept { return name_of(kStates, state, "TASK_?"); }
std::string_view to_string(TaskSource source) noexcept { return name_of(kSources, source, "SOURCE_?"); }
std::string_view to_string(TaskReason reason) noexcept { return name_of(kReasons, reason, "REASON_?"); }

}  // namespace mesoscore
