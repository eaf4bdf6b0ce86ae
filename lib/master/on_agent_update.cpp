// Status updates on their way from agents to schedulers, and the acknowledgements on their way back.
#include "master/state.hpp"

namespace mesoscore {

void Master::State::on_agent_update(std::uint32_t a, msg::AgentUpdate& call) {
  const std::uint32_t f = find_framework(call.framework_id);
  if (f == kNone) {
    // What the agent has said at its registration did not name it: of tasks that it never had it knows no
    // more.
    if (is_completed(call.framework_id)) send_to_agent(a, msg::ShutdownFramework{call.framework_id});
    return note(*out, LogLevel::warning, "update of task ", call.status.task_id, " dropped: framework \"",
                call.framework_id, "\" is unknown");
  }
  if (call.status.agent_id.empty()) call.status.agent_id = agents[a].id();
  const std::uint32_t t = find_task(f, call.status.task_id);
  const bool ours = t != kNone && tasks[t].agent == a;
  if (!ours && (t != kNone || find_doubled(a, f, call.status.task_id) != nullptr)) {
    return on_doubled_update(a, f, call);
  }
  if (ours) {
    MasterTask& task = tasks[t];
    // The newest state frees the resources although the scheduler may still be reading an older one.
    if (!is_terminal(task.state)) task.state = call.latest_state;
    if (is_terminal(task.state)) release_resources(t);
    explain_preemption(task, call.status);
    task.history.add(call.status, options.limits.max_statuses_per_task);
  }
  if (!frameworks[f].peer) return;  // the agent tries again
  if (ours) {
    tasks[t].forwarded_state = call.status.state;
    tasks[t].forwarded_uuid = call.status.uuid;
  }
  ++updates_forwarded;
  send<msg::Update>(*frameworks[f].peer).status = std::move(call.status);
}

void Master::State::on_acknowledge(std::uint32_t f, const msg::Acknowledge& call) {
  const std::uint32_t a = find_agent(call.agent_id);
  if (a == kNone || !agents[a].peer) {
    return note(*out, LogLevel::debug, "acknowledgement of task ", call.task_id, " dropped: agent \"",
                call.agent_id, "\" is not connected");
  }
  const std::uint32_t t = find_task(f, call.task_id);
  if (t != kNone && tasks[t].agent == a) {
    const MasterTask& task = tasks[t];
    if (!task.forwarded_uuid) {
      return note(*out, LogLevel::warning, "acknowledgement of task ", call.task_id,
                  " dropped: no update of it has been forwarded");
    }
    if (*task.forwarded_uuid == call.uuid && is_terminal(*task.forwarded_state)) remove_task(t);
  }
  auto& passed_on = send<msg::UpdateAcknowledged>(*agents[a].peer);
  passed_on.framework_id = frameworks[f].id();
  passed_on.task_id = call.task_id;
  passed_on.uuid = call.uuid;
}

}  // namespace mesoscore
