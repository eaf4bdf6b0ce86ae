// Tasks that share one fate, and executors of type DEFAULT: those are the agent itself and have no process.
#include <algorithm>

#include "agent/state.hpp"
#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore {

// ---- groups

Agent::State::GroupRecord& Agent::State::add_group(FrameworkRecord& framework, const Uuid& uuid,
                                                   std::uint32_t& index) {
  index = groups.acquire();
  GroupRecord& group = groups[index];
  group.framework = framework.self;
  group.executor = kNone;
  group.uuid = uuid;
  group.doomed = false;
  group.first = {};
  return group;
}

void Agent::State::join_group(TaskRecord& task, std::uint32_t group) {
  task.group = group;
  groups[group].tasks.push_back(tasks, task.self);
}

void Agent::State::leave_group(TaskRecord& task) {
  if (task.group == kNone) return;
  GroupRecord& group = groups[task.group];
  group.tasks.remove(tasks, task.self);
  if (group.tasks.empty()) groups.release(task.group);
  task.group = kNone;
}

void Agent::State::doom(GroupRecord& group, const TaskRecord& first, TaskState state) {
  group.doomed = true;
  group.first = first.info.task_id;
  group.first_state = state;
  note(LogLevel::info, "task ", first.info.task_id, " is in ", to_string(state), ": so its group of ",
       group.tasks.size(), " is killed");
}

// Whoever wants one of them killed wants all of them killed, and by the same policy.
void Agent::State::kill_group(TaskRecord& task, const std::optional<KillPolicy>& policy) {
  GroupRecord& group = groups[task.group];
  if (!group.doomed) doom(group, task, TaskState::killing);
  each(group.tasks, tasks, [&](TaskRecord& member) {
    if (member.live()) kill_task(member, policy);
  });
}

void Agent::State::share_fate(const TaskRecord& ended) {
  if (ended.group == kNone || ended.info.state == TaskState::finished) return;
  GroupRecord& group = groups[ended.group];
  if (group.doomed) return;
  doom(group, ended, ended.info.state);
  if (!fates_wait) carry_out_fate(group);
}

void Agent::State::carry_out_fate(GroupRecord& group) {
  each(group.tasks, tasks, [&](TaskRecord& member) {
    if (member.live() && !member.kill_asked()) kill_task(member, std::nullopt);
  });
}

void Agent::State::carry_out_fates() {
  for (std::uint32_t i = 0; i < groups.end_index(); ++i) {
    if (groups.live(i) && groups[i].doomed) carry_out_fate(groups[i]);
  }
}

// Why this task is killed; empty: not because of another one.
std::string Agent::State::fate_of(const TaskRecord& task) const {
  if (task.group == kNone) return {};
  const GroupRecord& group = groups[task.group];
  if (!group.doomed || group.first == task.info.task_id) return {};
  if (group.first.empty()) return "another task of its group was killed or failed";
  if (group.first_state == TaskState::killing)
    return cat("its group is killed, with task ", in_quotes(group.first));
  return cat("task ", in_quotes(group.first), " of its group ended with ", to_string(group.first_state));
}

// ---- executors of type DEFAULT

// From the first of its tasks to the end of the last one.
Agent::State::ExecutorRecord& Agent::State::start_default_executor(FrameworkRecord& framework,
                                                                   const ExecutorInfo& info) {
  ExecutorRecord& executor = add_executor(framework, info);
  executor.state = ExecutorRecord::State::running;
  if (framework.kept) keep_executor(executor);
  return executor;
}

// The task has ended. The master hears first of the executor: who launches again at once gets a new one.
void Agent::State::leave_default_executor(const TaskRecord& task) {
  if (task.group == kNone || groups[task.group].executor == kNone) return;
  ExecutorRecord& executor = executors[groups[task.group].executor];
  if (--executor.live_tasks > 0) return;
  executor_exited(executor.info.framework_id, executor.info.executor_id, 0);
  forget_executor(executor);
}

// No task gets more time than the executor would.
void Agent::State::shutdown_default_executor(ExecutorRecord& executor) {
  set_terminating(executor);
  const Duration most = std::max(executor.info.shutdown_grace_period, Duration::zero());
  each(frameworks[executor.framework].tasks, tasks, [&](TaskRecord& task) {
    if (!task.live() || task.group == kNone || groups[task.group].executor != executor.self) return;
    kill_task(task, KillPolicy{std::min(most, grace_of(task, std::nullopt))});
  });
}

}  // namespace mesoscore
