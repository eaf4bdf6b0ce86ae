#include "simulator/truth.hpp"

#include "core/text_cat.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {
namespace {

// Nothing may follow: the task has ended, or it never was.
// Of a framework that does not checkpoint the tasks count as lost when the connection of their agent breaks,
// and come back with it; what is not held by an agent that is away is said to be GONE.
bool is_the_end(const TaskTruth& task, TaskState state) noexcept {
  if (state == TaskState::gone && !task.checkpoints) return false;
  return is_terminal(state) && state != TaskState::lost && state != TaskState::gone_by_operator;
}

bool says_it_runs(TaskState state) noexcept {
  return state == TaskState::running || state == TaskState::starting;
}

}  // namespace

TaskTruth& Truth::task(const FrameworkId& framework, const TaskId& task) {
  key_.assign(framework.view());
  key_ += '/';
  key_ += task.view();
  const auto [found, added] = index_.try_emplace(key_, static_cast<std::uint32_t>(tasks_.size()));
  if (added) {
    tasks_.emplace_back();
    tasks_.back().framework = framework;
    tasks_.back().task = task;
  }
  return tasks_[found->second];
}

void Truth::launched(const FrameworkId& framework, const TaskInfo& info, bool checkpoints,
                     bool durable_agent) {
  TaskTruth& known = task(framework, info.task_id);
  known.agent_id = info.agent_id;
  known.in_process = info.executor || !info.function.empty();
  known.checks = info.command && !info.executor ? info.checks.size() : 0;
  known.checkpoints = checkpoints;
  known.kept = checkpoints && durable_agent && info.function.empty();
}

void Truth::started(const FrameworkId& framework, const TaskId& id, std::string_view where) {
  TaskTruth& known = task(framework, id);
  if (++known.starts > 1) {
    world_.violation("launched twice", where, cat("task ", id, " of ", framework, " was started again"));
  }
  if (known.never_again) {
    world_.violation("state not true", where,
                     cat("task ", id, " was told ", to_string(known.told_state), ", and starts"));
  }
  known.live = true;
}

void Truth::ended(const FrameworkId& framework, const TaskId& id, End end) {
  TaskTruth& known = task(framework, id);
  if (!known.live) return;
  known.live = false;
  known.end = end;
  if (known.group != UINT32_MAX && end != End::finished) world_.fates.fell(known.group);
}

void Truth::told(const FrameworkId& framework, const TaskStatus& status, std::string_view where) {
  TaskTruth& known = task(framework, status.task_id);
  check(known, status, where);
  known.told = true;
  known.told_state = status.state;
  known.told_reason = status.reason.value_or(TaskReason::command_executor_failed);
  known.told_end = known.told_end || (is_the_end(known, status.state) && status.uuid);
  known.never_again = known.never_again || is_the_end(known, status.state);
}

void Truth::check(const TaskTruth& task, const TaskStatus& status, std::string_view where) {
  const TaskState state = status.state;
  if (task.told_end && (says_it_runs(state) || state == TaskState::killing)) {
    return wrong(task, status, where, "it had been told that the task has ended");
  }
  if (says_it_runs(state) && task.starts == 0) return wrong(task, status, where, "it was never started");
  if (is_the_end(task, state) && task.live) return wrong(task, status, where, "it lives");
  if (state == TaskState::finished && task.end != End::finished) {
    return wrong(task, status, where, "it did not finish");
  }
  if (state == TaskState::failed && task.end == End::finished && !task.in_process) {
    return wrong(task, status, where, "it finished");
  }
  if (status.healthy && (*status.healthy ? task.good_probes : task.bad_probes) == 0)
    return wrong(task, status, where, *status.healthy ? "no probe has succeeded" : "no probe has failed");
  if (status.source == TaskSource::executor && !is_terminal(state) && !task.in_process &&
      status.check_status.size() != task.checks)
    return wrong(task, status, where, "it does not say how each of its checks stands");
  // A master that keeps nothing may have had a framework shut down, and its successor does not know that.
  const bool kept = task.kept && !world_.over.contains(task.framework);
  if ((state == TaskState::dropped || state == TaskState::error) && task.starts != 0 && kept) {
    return wrong(task, status, where, "it was started");
  }
}

void Truth::wrong(const TaskTruth& task, const TaskStatus& status, std::string_view where,
                  std::string_view why) {
  world_.violation("state not true", where,
                   cat("task ", task.task, " of ", task.framework, " was told ", to_string(status.state), " ",
                       status.reason ? to_string(*status.reason) : "", ", but ", why));
}

}  // namespace mesoscore::simulator_detail
