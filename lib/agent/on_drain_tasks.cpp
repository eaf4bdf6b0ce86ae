// An agent that is drained kills its tasks and takes no new ones, until the master says that the drain is
// over. It remembers that across restarts.
#include <algorithm>

#include "agent/state.hpp"

namespace mesoscore {
namespace {

// No task gets more time than the drain allows, and those that say nothing get just that.
std::optional<KillPolicy> policy_of(const DrainConfig& drain, const agent_detail::TaskRecord& task) {
  if (!drain.max_grace_period) return std::nullopt;
  Duration grace = *drain.max_grace_period;
  if (task.kill_policy) grace = std::min(grace, task.kill_policy->grace_period);
  return KillPolicy{grace};
}

}  // namespace

void Agent::State::on(msg::DrainTasks& order) {
  const bool changed = drain != order.config;
  drain = order.config;
  drain_said = true;
  if (changed) {
    note(LogLevel::info, drain ? "draining: all tasks are killed" : "the drain is over");
    keep_self();
  }
  kill_for_drain();
}

// A master says with each registration that the agent is to drain. One that launches a task and has not said
// so has lost its registry and does not know; nobody could end the drain.
void Agent::State::end_forgotten_drain() {
  if (!drain || drain_said) return;
  note(LogLevel::warning, "the drain is over: this master does not know of it");
  drain.reset();
  keep_self();
}

void Agent::State::kill_for_drain() {
  if (!drain) return;
  each(framework_list, frameworks, [&](FrameworkRecord& framework) {
    framework.pinned = true;
    each(framework.tasks, tasks, [&](TaskRecord& task) { kill_for_drain(task); });
    framework.pinned = false;
    release_framework(framework);
  });
}

void Agent::State::kill_for_drain(TaskRecord& task) {
  if (task.live()) kill_task(task, policy_of(*drain, task));
}

void Agent::State::explain_by_drain(const TaskRecord& task, StatusRecord& status) const noexcept {
  if (!drain || (status.state != TaskState::killing && status.state != TaskState::killed)) return;
  status.reason = TaskReason::agent_draining;
  const bool knows_gone = frameworks[task.framework].has(FrameworkCapability::partition_aware);
  if (status.state == TaskState::killed && drain->mark_gone && knows_gone)
    status.state = TaskState::gone_by_operator;
}

DrainState Agent::State::drain_state() const noexcept {
  if (!drain) return DrainState::none;
  return tasks.live_count() + operations.live_count() == 0 ? DrainState::drained : DrainState::draining;
}

}  // namespace mesoscore
