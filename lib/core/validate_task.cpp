#include "core/validate_task.hpp"

#include <cstdio>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "core/usable_resources.hpp"
#include "core/validate_check.hpp"
#include "core/validate_command.hpp"
#include "core/validate_container.hpp"
#include "mesoscore/limits.hpp"
#include "mesoscore/task.hpp"

namespace mesoscore {
namespace {

Status check_not_negative(Duration duration, const char* what) {
  if (duration >= Duration::zero()) return {};
  return fail(Errc::invalid_argument,
              std::string(what) + " is " + in_seconds(duration) + ": give zero or more");
}

Status check_data(const std::string& data, const char* what) {
  if (data.size() <= kMaxMessageDataBytes) return {};
  return fail(Errc::limit_exceeded, std::string(what) + " has " + std::to_string(data.size()) +
                                        " bytes: at most " + std::to_string(kMaxMessageDataBytes) +
                                        " are carried");
}

Status check_durations(const TaskInfo& task) {
  if (task.kill_policy)
    MESOSCORE_TRY(check_not_negative(task.kill_policy->grace_period, "kill_policy.grace_period"));
  if (task.max_completion_time)
    MESOSCORE_TRY(check_not_negative(*task.max_completion_time, "max_completion_time"));
  return {};
}

Status check_one_way_to_run(const TaskInfo& task) {
  const int ways = (task.command ? 1 : 0) + (task.executor ? 1 : 0) + (task.function.empty() ? 0 : 1);
  if (ways == 1) return {};
  return fail(Errc::invalid_argument, std::string(ways == 0 ? "none" : "more than one") +
                                          " of command, executor and function is set: set exactly one");
}

Status check_executor_resources(const Resources& resources) {
  MESOSCORE_TRY(validate_usable(resources));
  for (const Resource& resource : resources) {
    if (!resource.shared()) continue;
    return fail(Errc::invalid_argument, "shared resource " + in_quotes(resource.name()) +
                                            " in an executor: only tasks may use shared volumes");
  }
  return {};
}

Status check_executor(const ExecutorInfo& executor) {
  MESOSCORE_TRY(validate_id(executor.executor_id, "executor id"));
  if (!executor.framework_id.empty()) MESOSCORE_TRY(validate_id(executor.framework_id, "framework id"));
  if (executor.type == ExecutorInfo::Type::default_) {
    return fail(Errc::invalid_argument, "it is of type DEFAULT: only groups have one, use launch_group");
  }
  MESOSCORE_TRY(validate_command(executor.command));
  if (executor.container) MESOSCORE_TRY_IN("container", validate_container(*executor.container));
  MESOSCORE_TRY(check_not_negative(executor.shutdown_grace_period, "shutdown_grace_period"));
  MESOSCORE_TRY(check_data(executor.data, "data"));
  return check_executor_resources(executor.resources);
}

// ---- what only commands have

std::string in_digits(double amount) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", amount);
  return text;
}

Status check_one_limit(const std::optional<double>& limit, const Resources& resources,
                       std::string_view name) {
  if (!limit) return {};
  const Scalar request = resources.scalar(name);
  if (request.milli == 0) {
    return fail(Errc::invalid_argument, cat("limits.", name, " is ", in_digits(*limit), ", but there are no ",
                                            name, " among the resources: ask for some"));
  }
  if (*limit >= request.to_double()) return {};
  return fail(Errc::invalid_argument,
              cat("limits.", name, " is ", in_digits(*limit), ": give at least the ",
                  in_digits(request.to_double()), " of the resources, or infinity for no limit"));
}

Status check_commands_only(const TaskInfo& task) {
  if (task.command) return {};
  const std::string_view what = task.container                ? "container"
                                : !task.health_checks.empty() ? "health_checks"
                                : !task.checks.empty()        ? "checks"
                                : task.limits                 ? "limits"
                                                              : "";
  if (what.empty()) return {};
  return fail(Errc::invalid_argument,
              cat("it has ", what, ", but no command: only tasks with a command of their own have them"));
}

template <class Check>
Status check_all(const std::vector<Check>& checks, std::string_view what) {
  for (std::size_t i = 0; i < checks.size(); ++i) {
    MESOSCORE_TRY_IN(cat(what, "[", i, "]"), validate_check(checks[i]));
  }
  return {};
}

Status check_wishes(const TaskInfo& task) {
  MESOSCORE_TRY(check_commands_only(task));
  MESOSCORE_TRY(check_all(task.checks, "checks"));
  MESOSCORE_TRY(check_all(task.health_checks, "health_checks"));
  if (task.container) MESOSCORE_TRY_IN("container", validate_container(*task.container));
  if (!task.limits) return {};
  MESOSCORE_TRY(check_one_limit(task.limits->cpus, task.resources, "cpus"));
  return check_one_limit(task.limits->mem, task.resources, "mem");
}

}  // namespace

Status validate_contents(const TaskInfo& task) {
  MESOSCORE_TRY(check_durations(task));
  if (task.resources.empty()) {
    return fail(Errc::invalid_argument, "resources are empty: name at least one resource of the offer");
  }
  MESOSCORE_TRY(validate_usable(task.resources));
  MESOSCORE_TRY(check_data(task.data, "data"));
  MESOSCORE_TRY(check_one_way_to_run(task));
  if (task.command) MESOSCORE_TRY(validate_command(*task.command));
  MESOSCORE_TRY(check_wishes(task));
  if (task.executor) {
    MESOSCORE_TRY_IN("executor " + in_quotes(task.executor->executor_id), check_executor(*task.executor));
    MESOSCORE_TRY(validate_usable_together(task.resources, task.executor->resources));
  }
  return {};
}

Status validate(const TaskInfo& task) {
  MESOSCORE_TRY(validate_id(task.task_id, "task id"));
  MESOSCORE_TRY_IN("task " + in_quotes(task.task_id), validate_id(task.agent_id, "agent id"));
  MESOSCORE_TRY_IN("task " + in_quotes(task.task_id), validate_contents(task));
  return {};
}

}  // namespace mesoscore
