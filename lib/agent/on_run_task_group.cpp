// All of a group, or none of it.
#include <algorithm>

#include "agent/state.hpp"
#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "core/validate_group.hpp"

namespace mesoscore {
namespace {

// Only what has its ids can be answered.
bool has_ids(const msg::RunTaskGroup& run) {
  return run.framework && validate_id(run.framework->id, "framework id") &&
         validate_id(run.executor.executor_id, "executor id") && !run.tasks.empty() &&
         std::all_of(run.tasks.begin(), run.tasks.end(),
                     [](const TaskInfo& task) { return validate_id(task.task_id, "task id").has_value(); });
}

}  // namespace

void Agent::State::on(msg::RunTaskGroup& run) {
  if (!has_ids(run)) {
    return refuse(master, "a group to run needs a framework, an executor and tasks, each with an id");
  }
  const FrameworkRecord* known = find_framework(run.framework->id);
  for (const TaskInfo& task : run.tasks) {
    if (task.agent_id == agent->id) continue;
    return note(LogLevel::warning, "ignored a group: its task ", task.task_id, " is for agent ",
                task.agent_id);
  }
  if (stopping || (known != nullptr && known->terminating)) {
    note(LogLevel::warning, "ignored the group of task ", run.tasks.front().task_id, ": ",
         stopping ? "the agent" : "its framework", " is shutting down");
    return unused_executor(run.framework->id, run.executor, run.launch_executor);
  }
  FrameworkRecord& framework = add_framework(run.framework->id);
  know(framework, run.framework);
  const std::vector<std::uint32_t> members = add_tasks(framework, run);
  const auto refuse_all = [&](TaskState state, TaskReason reason, const std::string& why) {
    if (!members.empty()) refuse_group(members, run, state, reason, why);
  };
  if (members.size() < run.tasks.size()) {
    return refuse_all(dropped_or_lost(framework), TaskReason::task_group_invalid,
                      "there is a task with the id of one of the group");
  }
  if (auto valid = validate_group(run.executor, run.tasks); !valid)
    return refuse_all(TaskState::error, TaskReason::task_group_invalid, valid.error().message);
  end_forgotten_drain();
  if (drain)
    return refuse_all(dropped_or_lost(framework), TaskReason::agent_draining, "the agent is draining");
  run_group(framework, members, run);
}

// Those whose id is free: any answer would be taken for the end of the task that has it.
std::vector<std::uint32_t> Agent::State::add_tasks(FrameworkRecord& framework, const msg::RunTaskGroup& run) {
  std::vector<std::uint32_t> members;
  for (const TaskInfo& info : run.tasks) {
    if (find_task(framework.id, info.task_id) != nullptr) {
      note(LogLevel::warning, "ignored task ", info.task_id, " of a group: there is a task with this id");
      continue;
    }
    TaskRecord& task = add_task(framework, info);
    task.info.role = run.role;
    task.info.priority = run.priority;
    task.info.executor_id = run.executor.executor_id;
    members.push_back(task.self);
  }
  return members;
}

void Agent::State::refuse_group(const std::vector<std::uint32_t>& members, const msg::RunTaskGroup& run,
                                TaskState state, TaskReason reason, const std::string& message) {
  unused_executor(run.framework->id, run.executor, run.launch_executor);
  decline_group(members, state, reason, message);
}

void Agent::State::decline_group(const std::vector<std::uint32_t>& members, TaskState state,
                                 TaskReason reason, const std::string& message) {
  for (const std::uint32_t member : members) {
    TaskRecord& task = tasks[member];
    if (task.kept) keep_task(task, {});
    decline_task(task, state, reason, message);
  }
}

void Agent::State::run_group(FrameworkRecord& framework, const std::vector<std::uint32_t>& members,
                             msg::RunTaskGroup& run) {
  ExecutorRecord* executor = find_executor(framework.id, run.executor.executor_id);
  if (const std::string_view why = why_not_in(executor, run.executor, run.launch_executor); !why.empty()) {
    return decline_group(members, dropped_or_lost(framework), TaskReason::executor_terminated,
                         cat("executor '", run.executor.executor_id, why));
  }
  std::uint32_t group = kNone;
  const std::uint64_t high = rng.next();
  add_group(framework, Uuid::from_random(high, rng.next()), group);
  for (const std::uint32_t member : members) join_group(tasks[member], group);
  if (run.executor.type == ExecutorInfo::Type::default_) {
    if (executor == nullptr) executor = &start_default_executor(framework, run.executor);
    groups[group].executor = executor->self;
    executor->live_tasks += static_cast<std::uint32_t>(members.size());
    for (std::size_t i = 0; i < members.size(); ++i)
      run_in_container(tasks[members[i]], run.tasks[i], run.framework);
    return;
  }
  if (executor == nullptr) executor = &launch_executor(framework, run.executor);
  for (std::size_t i = 0; i < members.size(); ++i) {
    run.tasks[i].executor = run.executor;
    run.tasks[i].executor->framework_id = framework.id;
    if (tasks[members[i]].kept) keep_task(tasks[members[i]], run.tasks[i]);
    queue_task(tasks[members[i]], *executor, std::move(run.tasks[i]));
  }
  deliver_queue(*executor);
}

}  // namespace mesoscore
