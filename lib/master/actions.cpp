// What operators may do, besides quota. Each change has its record, which is durable before anybody is told.
#include "master/state.hpp"

namespace mesoscore {

Status Master::State::carry_out(const SetWeight& action) {
  if (Status set = allocator.set_weight(action.role, action.weight); !set) return set;
  configured_roles.insert(action.role);
  keep(record::Weight{action.role, action.weight});
  return {};
}

Status Master::State::carry_out(const TeardownFramework& action) {
  const std::uint32_t f = find_framework(action.framework_id);
  if (f == kNone) {
    return fail(Errc::not_found, cat("no framework with the id \"", action.framework_id, "\" is subscribed"));
  }
  remove_framework(f);
  return {};
}

namespace {

tl::unexpected<Error> no_such_agent(const AgentId& agent) {
  return fail(Errc::not_found, cat("no agent with the id \"", agent, "\" is registered"));
}

}  // namespace

Status Master::State::carry_out(const DeactivateAgent& action) {
  const std::uint32_t a = find_agent(action.agent_id);
  if (a == kNone) return no_such_agent(action.agent_id);
  if (!deactivated.insert(action.agent_id).second) {
    return fail(Errc::already_exists, cat("agent ", action.agent_id, " is deactivated already"));
  }
  allocator.deactivate_agent(agent_handle(a));
  rescind_offers_of_agent(a);
  note(*out, LogLevel::info, "agent ", action.agent_id, " is deactivated");
  keep_agent(a);
  return {};
}

Status Master::State::carry_out(const ReactivateAgent& action) {
  const std::uint32_t a = find_agent(action.agent_id);
  if (a == kNone) return no_such_agent(action.agent_id);
  if (deactivated.erase(action.agent_id) == 0) {
    return fail(Errc::not_found, cat("agent ", action.agent_id, " is not deactivated"));
  }
  if (agents[a].peer) allocator.activate_agent(agent_handle(a));
  note(*out, LogLevel::info, "agent ", action.agent_id, " is active again");
  keep_agent(a);
  return {};
}

Status Master::State::carry_out(const DrainAgent& action) { return no_such_agent(action.agent_id); }
Status Master::State::carry_out(const MarkAgentGone& action) { return no_such_agent(action.agent_id); }

Status Master::State::carry_out(const OperateOnAgent& action) {
  const Result<std::uint32_t> started = operate(action);
  return started ? Status() : fail(started.error());
}

}  // namespace mesoscore
