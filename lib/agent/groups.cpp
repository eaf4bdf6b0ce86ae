#include "agent/groups.hpp"

#include <algorithm>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::agent_detail {
namespace {

void doom(Agent::State& s, GroupRecord& group, const TaskRecord& first, TaskState state) {
  group.doomed = true;
  group.first = first.info.task_id;
  group.first_state = state;
  s.note(LogLevel::info, "the group of task ", first.info.task_id, " is killed: it is in ", to_string(state));
}

void carry_out_fate(Agent::State& s, GroupRecord& group) {
  s.each(group.tasks, s.tasks, [&](TaskRecord& member) {
    if (member.live() && !member.kill_asked()) s.kill_task(member, std::nullopt);
  });
}

}  // namespace

// ---- groups

std::uint32_t add_group(Agent::State& s, std::uint32_t framework, const Uuid& uuid) {
  const std::uint32_t index = s.groups.acquire();
  GroupRecord& group = s.groups[index];
  group.framework = framework;
  group.executor = kNone;
  group.uuid = uuid;
  group.doomed = false;
  group.first = {};
  return index;
}

void join_group(Agent::State& s, TaskRecord& task, std::uint32_t group) {
  task.group = group;
  s.groups[group].tasks.push_back(s.tasks, task.self);
}

void leave_group(Agent::State& s, TaskRecord& task) {
  if (task.group == kNone) return;
  GroupRecord& group = s.groups[task.group];
  group.tasks.remove(s.tasks, task.self);
  if (group.tasks.empty()) s.groups.release(task.group);
  task.group = kNone;
}

void kill_group(Agent::State& s, const TaskRecord& task, const std::optional<KillPolicy>& policy) {
  GroupRecord& group = s.groups[task.group];
  if (!group.doomed) doom(s, group, task, TaskState::killing);
  s.each(group.tasks, s.tasks, [&](TaskRecord& member) {
    if (member.live()) s.kill_task(member, policy);
  });
}

void share_fate(Agent::State& s, const TaskRecord& ended) {
  if (ended.group == kNone || ended.info.state == TaskState::finished) return;
  GroupRecord& group = s.groups[ended.group];
  if (group.doomed) return;
  doom(s, group, ended, ended.info.state);
  if (!s.fates_wait) carry_out_fate(s, group);
}

void carry_out_fates(Agent::State& s) {
  for (std::uint32_t i = 0; i < s.groups.end_index(); ++i) {
    if (s.groups.live(i) && s.groups[i].doomed) carry_out_fate(s, s.groups[i]);
  }
}

std::string fate_of(const Agent::State& s, const TaskRecord& task) {
  if (task.group == kNone) return {};
  const GroupRecord& group = s.groups[task.group];
  if (!group.doomed || group.first == task.info.task_id) return {};
  if (group.first.empty()) return "another task of its group was killed or failed";
  if (group.first_state == TaskState::killing)
    return cat("its group is killed, with task ", in_quotes(group.first));
  return cat("task ", in_quotes(group.first), " of its group ended with ", to_string(group.first_state));
}

// ---- executors of type DEFAULT

ExecutorRecord& start_default_executor(Agent::State& s, FrameworkRecord& framework,
                                       const ExecutorInfo& info) {
  ExecutorRecord& executor = s.add_executor(framework, info);
  executor.state = ExecutorRecord::State::running;
  if (framework.kept) s.keep_executor(executor);
  return executor;
}

// The master hears first of the executor: who launches again at once gets a new one.
void leave_default_executor(Agent::State& s, const TaskRecord& task) {
  if (task.group == kNone || s.groups[task.group].executor == kNone) return;
  ExecutorRecord& executor = s.executors[s.groups[task.group].executor];
  if (--executor.live_tasks > 0) return;
  s.executor_exited(executor.info.framework_id, executor.info.executor_id, 0);
  s.forget_executor(executor);
}

// No task gets more time than the executor would.
void shutdown_default_executor(Agent::State& s, ExecutorRecord& executor) {
  s.set_terminating(executor);
  const Duration most = std::max(executor.info.shutdown_grace_period, Duration::zero());
  s.each(s.frameworks[executor.framework].tasks, s.tasks, [&](TaskRecord& task) {
    if (!task.live() || task.group == kNone || s.groups[task.group].executor != executor.self) return;
    s.kill_task(task, KillPolicy{std::min(most, s.grace_of(task, std::nullopt))});
  });
}

}  // namespace mesoscore::agent_detail
