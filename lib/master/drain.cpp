// Operators take agents out of use and back: deactivated ones keep their tasks, drained ones lose them.
#include "master/state.hpp"

namespace mesoscore {
namespace {

tl::unexpected<Error> no_such_agent(const AgentId& agent) {
  return fail(Errc::not_found, cat("no agent with the id \"", agent, "\" is known"));
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return cat(count, " ", count == 1 ? one : many);
}

// What has to happen before a drain is over.
std::string waits_for(const Master::State& s, const AgentId& agent) {
  const std::uint32_t a = s.find_agent(agent);
  if (a == kNone || !s.agents[a].peer)
    return "it is away, and what runs there is not known before it is back";
  return cat(counted(s.agents[a].tasks.size(), "task", "tasks"), " and ",
             counted(s.agents[a].operations.size(), "operation", "operations"),
             " of it have not ended, or their last update is not acknowledged");
}

void take_out_of_use(Master::State& s, const AgentId& agent, bool draining) {
  const std::uint32_t a = s.find_agent(agent);
  if (a == kNone) return;
  s.allocator.deactivate_agent(agent_handle(a), draining);
  s.rescind_offers_of_agent(a);
}

}  // namespace

Status Master::State::carry_out(const DeactivateAgent& action) {
  AgentStanding* standing = find_standing(action.agent_id);
  if (standing == nullptr) return no_such_agent(action.agent_id);
  if (standing->deactivated) {
    return fail(Errc::already_exists, cat("agent ", action.agent_id, " is deactivated already"));
  }
  *standing = {true, std::nullopt, false};
  keep_standing(action.agent_id);
  take_out_of_use(*this, action.agent_id, false);
  note(*out, LogLevel::info, "agent ", action.agent_id, " is deactivated");
  return {};
}

Status Master::State::carry_out(const ReactivateAgent& action) {
  AgentStanding* standing = find_standing(action.agent_id);
  if (standing == nullptr) return no_such_agent(action.agent_id);
  if (!standing->deactivated) {
    return fail(Errc::not_found, cat("agent ", action.agent_id, " is not deactivated"));
  }
  if (standing->drain_state() == DrainState::draining) {
    return fail(Errc::invalid_argument,
                cat("agent ", action.agent_id,
                    " is draining and cannot be activated: ", waits_for(*this, action.agent_id)));
  }
  const std::uint32_t a = find_agent(action.agent_id);
  const bool away = a == kNone || !agents[a].peer;
  // Of one that is away it is not known what it has heard of earlier drains.
  if (away && !standing->drain) standing->drain = DrainConfig{};
  standing->deactivated = standing->drained = false;
  keep_standing(action.agent_id);
  if (!away) {
    if (standing->drain) send(*agents[a].peer, msg::DrainTasks{});
    allocator.activate_agent(agent_handle(a));
  }
  note(*out, LogLevel::info, "agent ", action.agent_id, " is active again");
  return {};
}

Status Master::State::carry_out(const DrainAgent& action) {
  AgentStanding* standing = find_standing(action.agent_id);
  if (standing == nullptr) return no_such_agent(action.agent_id);
  if (standing->drains()) {
    return fail(Errc::already_exists,
                cat("agent ", action.agent_id,
                    standing->drained ? " has been drained already" : " is draining already"));
  }
  if (action.config.max_grace_period && *action.config.max_grace_period < Duration::zero()) {
    return fail(Errc::invalid_argument,
                cat("max_grace_period is ", std::to_string(to_seconds(*action.config.max_grace_period)),
                    " s: give zero or more"));
  }
  *standing = {true, action.config, false};
  keep_standing(action.agent_id);
  take_out_of_use(*this, action.agent_id, true);
  note(*out, LogLevel::info, "agent ", action.agent_id, " is draining");
  if (const std::uint32_t a = find_agent(action.agent_id); a != kNone) {
    send_to_agent(a, msg::DrainTasks{action.config});
    emptied.push_back(a);
  }
  return {};
}

// Told after the answer to a re-registration, which comes first.
void Master::State::repeat_drain(std::uint32_t a) {
  const AgentStanding& standing = agents[a].standing;
  if (standing.deactivated) allocator.deactivate_agent(agent_handle(a), standing.drains());
  if (!standing.drain) return;
  send_to_agent(a, msg::DrainTasks{standing.deactivated ? standing.drain : std::nullopt});
  emptied.push_back(a);
}

void Master::State::settle_drains() {
  for (const std::uint32_t a : std::exchange(emptied, {})) {
    if (!agents.live(a) || !agents[a].peer) continue;
    MasterAgent& agent = agents[a];
    const bool over = agent.standing.drain_state() == DrainState::draining && agent.tasks.empty() &&
                      agent.operations.empty();
    if (!over) continue;
    note(*out, LogLevel::info, "agent ", agent.id(), " is drained");
    if (agent.standing.drain->mark_gone) {
      (void)carry_out(MarkAgentGone{agent.id()});  // it is registered, so that nothing can be in the way
      continue;
    }
    agent.standing.drained = true;
    keep_agent(a);
  }
}

}  // namespace mesoscore
