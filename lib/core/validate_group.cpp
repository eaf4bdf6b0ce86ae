#include "core/validate_group.hpp"

#include <algorithm>
#include <vector>

#include "core/messages.hpp"
#include "core/usable_resources.hpp"
#include "core/validate_command.hpp"
#include "core/validate_task.hpp"
#include "mesoscore/offer.hpp"

namespace mesoscore {
namespace {

Status check_least(const Resources& resources) {
  if (resources.get("cpus") >= 0.01 && resources.get("mem") >= 32 && resources.get("disk") > 0) return {};
  return fail(Errc::invalid_argument,
              "resources are " + resources.str() +
                  ": the executor of a group needs at least cpus:0.01;mem:32 and some "
                  "disk of its own");
}

Status check_no_docker(const Box<ContainerInfo>& container) {
  if (!container || (container->type != ContainerInfo::Type::docker && !container->docker)) return {};
  return fail(
      Errc::invalid_argument,
      "container is of type DOCKER: tasks of a group and their executor run in containers of type MESOS");
}

Status check_command_of(const ExecutorInfo& executor) {
  switch (executor.type) {
    case ExecutorInfo::Type::custom:
      return validate_command(executor.command);
    case ExecutorInfo::Type::default_:
      if (executor.container && !(*executor.container == ContainerInfo{})) {
        return fail(
            Errc::invalid_argument,
            "it has a container: one of type DEFAULT has no process, give the container to the tasks");
      }
      if (executor.command == CommandInfo{}) return {};
      return fail(Errc::invalid_argument,
                  "command " + in_quotes(executor.command.value) +
                      ": an executor of type DEFAULT has none, the agent runs the tasks");
    case ExecutorInfo::Type::unknown:
      break;
  }
  return fail(Errc::invalid_argument, "type " + std::to_string(static_cast<int>(executor.type)) +
                                          " is neither DEFAULT nor CUSTOM: say which of the two");
}

// As that of a single task, whose executor it could be.
Status check_executor(const ExecutorInfo& executor, const TaskInfo& task) {
  MESOSCORE_TRY(check_no_docker(executor.container));
  MESOSCORE_TRY(check_command_of(executor));
  TaskInfo single;
  single.resources = task.resources;
  single.executor = executor;
  single.executor->type = ExecutorInfo::Type::custom;
  single.executor->command.value = "executor";
  MESOSCORE_TRY(validate_contents(single));
  return check_least(executor.resources);
}

Status check_way_to_run(const ExecutorInfo& executor, const TaskInfo& task) {
  if (!task.function.empty()) {
    return fail(Errc::invalid_argument,
                "function " + in_quotes(task.function) + ": functions cannot be in a group, use a command");
  }
  if (executor.type == ExecutorInfo::Type::custom || task.command) return {};
  return fail(Errc::invalid_argument, "there is no command: an executor of type DEFAULT runs commands only");
}

Status check_member(const ExecutorInfo& executor, const TaskInfo& task) {
  if (task.executor && !(*task.executor == executor)) {
    return fail(Errc::invalid_argument, "it has another executor, " + in_quotes(task.executor->executor_id) +
                                            ", than its group, " + in_quotes(executor.executor_id));
  }
  MESOSCORE_TRY(check_way_to_run(executor, task));
  MESOSCORE_TRY(check_no_docker(task.container));
  TaskInfo alone = task;
  alone.executor.reset();
  if (alone.command) return validate_contents(alone);
  alone.executor = executor;  // exactly one of the two
  return validate_contents(alone);
}

Status check_unique_ids(std::span<const TaskInfo> tasks) {
  std::vector<std::string_view> ids;
  for (const TaskInfo& task : tasks) ids.push_back(task.task_id);
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice == ids.end()) return {};
  return fail(Errc::invalid_argument, "task id " + in_quotes(*twice) + " is in the group twice");
}

// Of a shared volume one copy is enough for all.
void add_to_group(const Resources& resources, Resources& sum) {
  for (const Resource& resource : resources) {
    if (!resource.shared() || !sum.contains(resource)) sum.add(resource);
  }
}

Status check_together(const ExecutorInfo& executor, std::span<const TaskInfo> tasks) {
  Resources others = executor.resources;
  for (const TaskInfo& task : tasks) {
    Resources own;
    for (const Resource& resource : task.resources) {
      if (!resource.shared()) own.add(resource);
    }
    MESOSCORE_TRY_IN("task " + in_quotes(task.task_id),
                     validate_usable_together(own, others, "the rest of its group"));
    add_to_group(task.resources, others);
  }
  return {};
}

}  // namespace

Resources resources_of_group(const Resources& executor, std::span<const TaskInfo> tasks) {
  Resources sum = executor;
  for (const TaskInfo& task : tasks) add_to_group(task.resources, sum);
  return sum;
}

Status validate_group(const ExecutorInfo& executor, std::span<const TaskInfo> tasks) {
  if (tasks.empty()) return fail(Errc::invalid_argument, "the group has no tasks: give one or more");
  MESOSCORE_TRY(validate_id(executor.executor_id, "executor id"));
  MESOSCORE_TRY_IN("executor " + in_quotes(executor.executor_id), check_executor(executor, tasks.front()));
  for (const TaskInfo& task : tasks) {
    MESOSCORE_TRY(validate_id(task.task_id, "task id"));
    MESOSCORE_TRY_IN("task " + in_quotes(task.task_id), check_member(executor, task));
  }
  MESOSCORE_TRY(check_unique_ids(tasks));
  return check_together(executor, tasks);
}

ExecutorInfo default_executor(ExecutorId id, Resources resources) {
  ExecutorInfo executor;
  executor.executor_id = std::move(id);
  executor.type = ExecutorInfo::Type::default_;
  executor.resources = std::move(resources);
  if (!executor.resources.empty()) return executor;
  executor.resources.add(Resource(Name("cpus"), Scalar::from_double(0.01)));
  executor.resources.add(Resource(Name("mem"), Scalar::from_double(32)));
  executor.resources.add(Resource(Name("disk"), Scalar::from_double(1)));
  return executor;
}

}  // namespace mesoscore
