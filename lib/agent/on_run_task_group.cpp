// All of a group, or none of it.
#include <algorithm>

#include "agent/groups.hpp"
#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "core/validate_group.hpp"

namespace mesoscore {
namespace {

using agent_detail::ExecutorRecord, agent_detail::FrameworkRecord, agent_detail::TaskRecord;
using Members = std::vector<TaskRecord*>;

// Only what has its ids can be answered.
bool has_ids(const msg::RunTaskGroup& run) {
  return run.framework && validate_id(run.framework->id, "framework id") &&
         validate_id(run.executor.executor_id, "executor id") && !run.tasks.empty() &&
         std::all_of(run.tasks.begin(), run.tasks.end(),
                     [](const TaskInfo& task) { return validate_id(task.task_id, "task id").has_value(); });
}

// Those whose id is free: any answer would be taken for the end of the task that has it.
Members add_tasks(Agent::State& s, FrameworkRecord& framework, const msg::RunTaskGroup& run) {
  Members members;
  for (const TaskInfo& info : run.tasks) {
    if (s.find_task(framework.id, info.task_id) != nullptr) {
      s.note(LogLevel::warning, "ignored task ", info.task_id, " of a group: there is a task with this id");
      continue;
    }
    TaskRecord& task = s.add_task(framework, info);
    task.info.role = run.role;
    task.info.priority = run.priority;
    task.info.executor_id = run.executor.executor_id;
    members.push_back(&task);
  }
  return members;
}

void decline_all(Agent::State& s, const Members& members, TaskState state, TaskReason reason,
                 const std::string& why) {
  for (TaskRecord* task : members) {
    if (task->kept) s.keep_task(*task, {});
    s.decline_task(*task, state, reason, why);
  }
}

void run_here(Agent::State& s, std::uint32_t group, const Members& members, ExecutorRecord& executor,
              msg::RunTaskGroup& run) {
  s.groups[group].executor = executor.self;
  executor.live_tasks += static_cast<std::uint32_t>(members.size());
  for (std::size_t i = 0; i < members.size(); ++i)
    s.run_in_container(*members[i], run.tasks[i], run.framework);
}

void run_in(Agent::State& s, const Members& members, ExecutorRecord& executor, msg::RunTaskGroup& run) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    run.tasks[i].executor = executor.info;
    if (members[i]->kept) s.keep_task(*members[i], run.tasks[i]);
    s.queue_task(*members[i], executor, std::move(run.tasks[i]));
  }
  s.deliver_queue(executor);
}

void run_group(Agent::State& s, FrameworkRecord& framework, const Members& members, msg::RunTaskGroup& run) {
  ExecutorRecord* executor = s.find_executor(framework.id, run.executor.executor_id);
  if (const std::string_view why = s.why_not_in(executor, run.executor, run.launch_executor); !why.empty()) {
    return decline_all(s, members, s.dropped_or_lost(framework), TaskReason::executor_terminated,
                       cat("executor '", run.executor.executor_id, why));
  }
  const std::uint64_t high = s.rng.next();
  const std::uint32_t group =
      agent_detail::add_group(s, framework.self, Uuid::from_random(high, s.rng.next()));
  for (TaskRecord* task : members) agent_detail::join_group(s, *task, group);
  if (run.executor.type == ExecutorInfo::Type::default_) {
    if (executor == nullptr) executor = &agent_detail::start_default_executor(s, framework, run.executor);
    return run_here(s, group, members, *executor, run);
  }
  if (executor == nullptr) executor = &s.launch_executor(framework, run.executor);
  run_in(s, members, *executor, run);
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
  const Members members = add_tasks(*this, framework, run);
  const auto refuse_all = [&](TaskState state, TaskReason reason, const std::string& why) {
    if (members.empty()) return;
    unused_executor(run.framework->id, run.executor, run.launch_executor);
    decline_all(*this, members, state, reason, why);
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
  run_group(*this, framework, members, run);
}

}  // namespace mesoscore
