// MARK_AGENT_GONE: the agent never comes back, and if it does, it is sent away.
#include "master/state.hpp"

namespace mesoscore {
namespace {

// Of an agent that is unreachable already: what became of its tasks is known now.
void give_up_unreachable_tasks(Master::State& s, std::uint32_t f, const AgentId& agent) {
  MasterFramework& framework = s.frameworks[f];
  std::vector<TaskId> given_up;
  for (const auto& [number, entry] : framework.unreachable.entries()) {
    if (entry.second.agent_id == agent) given_up.push_back(entry.first);
  }
  for (const TaskId& task : given_up) {
    framework.unreachable.erase(task);
    TaskStatus status = s.gone_status(framework, task);
    status.agent_id = agent;
    s.send_status(f, std::move(status));
  }
}

}  // namespace

TaskStatus Master::State::gone_status(const MasterFramework& framework, const TaskId& task) const {
  const bool aware = framework.partition_aware();
  return own_status(task, aware ? TaskState::gone_by_operator : TaskState::lost,
                    aware ? TaskReason::agent_removed_by_operator : TaskReason::agent_removed,
                    "The agent is gone for ever, as its operator says");
}

Status Master::State::carry_out(const MarkAgentGone& action) {
  const AgentId agent = action.agent_id;
  if (gone.contains(agent)) return {};
  const std::uint32_t a = find_agent(agent);
  if (a != kNone) {
    remember_gone(agent);
    send_to_agent(a, msg::ShutdownAgent{"the operator has marked this agent as gone"});
    lose_agent(a, LossReason::gone);
    return {};
  }
  if (recovery.agents.erase(agent) > 0) {
    removals.erase(agent);
    --recovery.known;
    remember_gone(agent);
    tell_frameworks_of_failure(agent);
    update_gate();
  } else if (unreachable.erase(agent)) {
    forget_record(unreachable_agent_key(agent));
    remember_gone(agent);
    for (std::uint32_t f = 0; f < frameworks.end_index(); ++f) {
      if (frameworks.live(f)) give_up_unreachable_tasks(*this, f, agent);
    }
  } else {
    return fail(Errc::not_found, cat("no agent with the id \"", agent, "\" is known"));
  }
  note(*out, LogLevel::info, "agent ", agent, " is marked as gone");
  return {};
}

}  // namespace mesoscore
