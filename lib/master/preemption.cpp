// Tasks that are killed to make room for a demand that is more important. Which ones is the allocator's
// decision; here they are killed, once, and their frameworks are told why.
#include <algorithm>

#include "master/state.hpp"

namespace mesoscore {
namespace {

bool anything_wanted(const Master::State& s) {
  for (std::uint32_t f = 0; f < s.frameworks.end_index(); ++f) {
    if (!s.frameworks.live(f)) continue;
    for (const auto& [role, demands] : s.frameworks[f].stated) {
      if (s.allocator.open_units(framework_handle(f), role) > 0) return true;
    }
  }
  return false;
}

void evict(Master::State& s, const Eviction& eviction) {
  const auto t = static_cast<std::uint32_t>(eviction.tag);
  const auto winner = static_cast<std::uint32_t>(eviction.for_framework);
  MasterTask& task = s.tasks[t];
  if (!task.preempted.empty()) return;
  task.preempted = cat("preempted for demand ", eviction.for_demand, " of framework ",
                       s.frameworks[winner].id(), " in role ", eviction.for_role);
  note(*s.out, LogLevel::info, "task ", task.id, " of framework ", s.frameworks[task.framework].id(), " is ",
       task.preempted);
  s.kill_task(t, std::nullopt);
}

}  // namespace

void Master::State::preempt() {
  if (!anything_wanted(*this)) return;
  running.clear();
  for (std::uint32_t t = 0; t < tasks.end_index(); ++t) {
    if (!tasks.live(t) || !tasks[t].holds_resources) continue;
    const MasterTask& task = tasks[t];
    running.push_back({t, framework_handle(task.framework), agent_handle(task.agent), task.role,
                       &task.resources, task.priority});
  }
  for (const Eviction& eviction : allocator.preempt(running, now)) evict(*this, eviction);
}

void Master::State::explain_preemption(const MasterTask& task, TaskStatus& status) const {
  const bool of_the_kill = status.state == TaskState::killing || status.state == TaskState::killed;
  if (task.preempted.empty() || !of_the_kill) return;  // it ended by itself before the kill came
  status.reason = TaskReason::container_preempted;
  status.message = status.message.empty() ? task.preempted : cat(task.preempted, "; ", status.message);
}

}  // namespace mesoscore
