// May this task be launched on these resources? The context-free rules are those of validate(TaskInfo).
#include <algorithm>

#include "core/messages.hpp"
#include "core/usable_resources.hpp"
#include "core/validate_group.hpp"
#include "core/validate_task.hpp"
#include "master/state.hpp"

namespace mesoscore {
namespace {

Status validate_but_agent_id(const TaskInfo& task) {
  MESOSCORE_TRY(validate_id(task.task_id, "task id"));
  MESOSCORE_TRY_IN("task " + in_quotes(task.task_id), validate_contents(task));
  return {};
}

Status check_id(const Master::State& s, std::uint32_t f, const TaskId& task) {
  if (s.find_task(f, task) != kNone) {
    return fail(Errc::already_exists,
                cat("task id \"", task, "\" is in use by another task of this framework"));
  }
  if (s.frameworks[f].unreachable.contains(task)) {
    return fail(Errc::already_exists,
                cat("task id \"", task, "\" belongs to a task on an unreachable agent"));
  }
  return {};
}

// True: it is to be started. An error when it does not fit the one that runs.
Result<bool> is_new_executor(Master::State& s, std::uint32_t f, std::uint32_t a, const ExecutorInfo& wanted) {
  if (!wanted.framework_id.empty() && wanted.framework_id != s.frameworks[f].id()) {
    return fail(Errc::invalid_argument, cat("executor \"", wanted.executor_id, "\" has the framework id ",
                                            wanted.framework_id, " instead of ", s.frameworks[f].id()));
  }
  const MasterExecutor* running = s.find_executor(a, f, wanted.executor_id);
  if (running == nullptr) return true;
  ExecutorInfo same = wanted;
  same.framework_id = s.frameworks[f].id();
  if (!(same == running->info)) {
    return fail(Errc::invalid_argument,
                cat("executor \"", wanted.executor_id,
                    "\" runs on that agent with another ExecutorInfo; use another executor id"));
  }
  return false;
}

// What the launch needs besides the task's own resources.
Result<Resources> executor_needs(Master::State& s, std::uint32_t f, std::uint32_t a, const TaskInfo& task) {
  if (!task.executor) return Resources{};
  const ExecutorInfo& wanted = *task.executor;
  const Result<bool> is_new = is_new_executor(s, f, a, wanted);
  if (!is_new) return fail(is_new.error());
  if (!*is_new) return Resources{};
  if (Status valid = validate_usable_together(task.resources, wanted.resources); !valid)
    return fail(valid.error());
  return wanted.resources;
}

Status check_agent(const Master::State& s, std::uint32_t a, const TaskInfo& task) {
  if (task.agent_id == s.agents[a].id()) return {};
  return fail(Errc::invalid_argument, cat("task \"", task.task_id, "\" names agent \"", task.agent_id,
                                          "\", but the offer is of agent ", s.agents[a].id()));
}

}  // namespace

Status Master::State::validate_launch(std::uint32_t f, std::uint32_t a, const TaskInfo& task,
                                      const Resources& remaining) {
  const bool of_offer = task.agent_id == agents[a].id();
  if (Status valid = of_offer ? validate_but_agent_id(task) : validate(task); !valid) return valid;
  if (Status valid = check_id(*this, f, task.task_id); !valid) return valid;
  if (!of_offer) return check_agent(*this, a, task);
  Result<Resources> extra = executor_needs(*this, f, a, task);
  if (!extra) return fail(std::move(extra.error()));
  const bool fits =
      extra->empty() ? remaining.contains(task.resources) : remaining.contains(task.resources + *extra);
  if (fits) return {};
  const Resources needed = task.resources + *extra;
  return fail(Errc::limit_exceeded,
              cat("task \"", task.task_id, "\" uses more than its offer has left: needs ", needed.str(),
                  ", left ", remaining.empty() ? "nothing" : remaining.str()));
}

// The executor of the group may name its framework, or not; so may the tasks their executor.
Status Master::State::validate_launch_group(std::uint32_t f, std::uint32_t a,
                                            const LaunchGroupOperation& group, const Resources& remaining) {
  MESOSCORE_TRY(validate_group(group.executor, group.tasks));
  for (const TaskInfo& task : group.tasks) {
    MESOSCORE_TRY(check_id(*this, f, task.task_id));
    MESOSCORE_TRY(check_agent(*this, a, task));
  }
  const Result<bool> is_new = is_new_executor(*this, f, a, group.executor);
  if (!is_new) return fail(is_new.error());
  const Resources needed = resources_of_group(*is_new ? group.executor.resources : Resources{}, group.tasks);
  if (remaining.contains(needed)) return {};
  return fail(Errc::limit_exceeded, cat("the group of executor \"", group.executor.executor_id,
                                        "\" uses more than its offer has left: ", group.tasks.size(),
                                        " tasks ", *is_new ? "and the executor need " : "need ", needed.str(),
                                        ", left ", remaining.empty() ? "nothing" : remaining.str()));
}

}  // namespace mesoscore
