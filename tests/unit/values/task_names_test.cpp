#include <set>

#include "mesoscore/log.hpp"
#include "mesoscore/task.hpp"
#include "support/catch.hpp"

using namespace mesoscore;

TEST_CASE("task states have the names of Mesos v1") {
  CHECK(to_string(TaskState::starting) == "TASK_STARTING");
  CHECK(to_string(TaskState::running) == "TASK_RUNNING");
  CHECK(to_string(TaskState::finished) == "TASK_FINISHED");
  CHECK(to_string(TaskState::failed) == "TASK_FAILED");
  CHECK(to_string(TaskState::killed) == "TASK_KILLED");
  CHECK(to_string(TaskState::lost) == "TASK_LOST");
  CHECK(to_string(TaskState::staging) == "TASK_STAGING");
  CHECK(to_string(TaskState::error) == "TASK_ERROR");
  CHECK(to_string(TaskState::killing) == "TASK_KILLING");
  CHECK(to_string(TaskState::dropped) == "TASK_DROPPED");
  CHECK(to_string(TaskState::unreachable) == "TASK_UNREACHABLE");
  CHECK(to_string(TaskState::gone) == "TASK_GONE");
  CHECK(to_string(TaskState::gone_by_operator) == "TASK_GONE_BY_OPERATOR");
  CHECK(to_string(TaskState::unknown) == "TASK_UNKNOWN");
  CHECK(to_string(static_cast<TaskState>(14)) == "TASK_?");
}

TEST_CASE("exactly eight task states are terminal") {
  std::set<TaskState> terminal;
  for (unsigned number = 0; number < 256; ++number) {
    const auto state = static_cast<TaskState>(number);
    if (is_terminal(state)) terminal.insert(state);
  }
  CHECK(terminal == std::set<TaskState>{TaskState::finished, TaskState::failed, TaskState::killed,
                                        TaskState::lost, TaskState::error, TaskState::dropped,
                                        TaskState::gone, TaskState::gone_by_operator});
}

TEST_CASE("sources and reasons have the names of Mesos v1") {
  CHECK(to_string(TaskSource::master) == "SOURCE_MASTER");
  CHECK(to_string(TaskSource::agent) == "SOURCE_AGENT");
  CHECK(to_string(TaskSource::executor) == "SOURCE_EXECUTOR");
  CHECK(to_string(static_cast<TaskSource>(3)) == "SOURCE_?");

  CHECK(to_string(TaskReason::command_executor_failed) == "REASON_COMMAND_EXECUTOR_FAILED");
  CHECK(to_string(TaskReason::reconciliation) == "REASON_RECONCILIATION");
  CHECK(to_string(TaskReason::task_invalid) == "REASON_TASK_INVALID");
  CHECK(to_string(TaskReason::resources_unknown) == "REASON_RESOURCES_UNKNOWN");
  CHECK(to_string(TaskReason::container_limitation_memory) == "REASON_CONTAINER_LIMITATION_MEMORY");
  CHECK(to_string(TaskReason::io_switchboard_exited) == "REASON_IO_SWITCHBOARD_EXITED");
  CHECK(to_string(TaskReason::max_completion_time_reached) == "REASON_MAX_COMPLETION_TIME_REACHED");
  CHECK(to_string(TaskReason::agent_draining) == "REASON_AGENT_DRAINING");
  CHECK(to_string(static_cast<TaskReason>(35)) == "REASON_?");
}

TEST_CASE("log levels have names") {
  CHECK(to_string(LogLevel::trace) == "trace");
  CHECK(to_string(LogLevel::warning) == "warning");
  CHECK(to_string(LogLevel::off) == "off");
}

TEST_CASE("a logger passes on what is at or above its level") {
  std::string lines;
  const auto write = [&](LogLevel, std::string_view line) { lines += line; };
  const Logger logger{LogLevel::info, write};
  logger(LogLevel::debug, "d");
  logger(LogLevel::info, "i");
  logger(LogLevel::error, "e");
  CHECK(lines == "ie");
  CHECK_FALSE(Logger{}.enabled(LogLevel::error));
  CHECK_FALSE((Logger{LogLevel::info, nullptr}.enabled(LogLevel::error)));
}
