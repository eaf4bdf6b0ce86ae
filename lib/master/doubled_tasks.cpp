// A task is not doubled: when an agent returns with one whose id its framework has used again elsewhere in
// the meantime, the one that came back ends, and the scheduler hears of the other one only.
#include <algorithm>

#include "master/state.hpp"

namespace mesoscore {

DoubledTask* Master::State::find_doubled(std::uint32_t a, std::uint32_t f, const TaskId& task) {
  for (DoubledTask& doubled : agents[a].doubled) {
    if (doubled.framework == f && doubled.id == task) return &doubled;
  }
  return nullptr;
}

// Nobody waits for it: the master acknowledges.
void Master::State::on_doubled_update(std::uint32_t a, std::uint32_t f, const msg::AgentUpdate& call) {
  if (call.status.uuid) {
    send_to_agent(a, msg::UpdateAcknowledged{frameworks[f].id(), call.status.task_id, *call.status.uuid});
  }
  const DoubledTask* doubled = find_doubled(a, f, call.status.task_id);
  if (doubled == nullptr || !is_terminal(call.latest_state)) return;
  allocator.recover(framework_handle(f), agent_handle(a), doubled->role, doubled->resources, nullptr, now);
  agents[a].doubled.erase(agents[a].doubled.begin() + (doubled - agents[a].doubled.data()));
}

void Master::State::kill_doubled(std::uint32_t a) {
  for (const DoubledTask& doubled : agents[a].doubled) {
    note(*out, LogLevel::warning, "task ", doubled.id, " of framework ", frameworks[doubled.framework].id(),
         " runs on agent ", agents[a].id(), ", which came back, and elsewhere: it is killed on that agent");
    send_to_agent(a, msg::KillTask{frameworks[doubled.framework].id(), doubled.id, std::nullopt});
  }
}

void Master::State::drop_missing_doubled(std::uint32_t a, const msg::ReregisterAgent& call) {
  std::erase_if(agents[a].doubled, [&](const DoubledTask& doubled) {
    const bool reported = std::any_of(call.tasks.begin(), call.tasks.end(), [&](const Task& task) {
      return task.task_id == doubled.id && task.framework_id == frameworks[doubled.framework].id();
    });
    if (!reported) {
      allocator.recover(framework_handle(doubled.framework), agent_handle(a), doubled.role, doubled.resources,
                        nullptr, now);
    }
    return !reported;
  });
}

}  // namespace mesoscore
