#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on(msg::AgentRegistered& answer) {
  if (auto valid = validate_id(answer.agent_id, "agent id"); !valid)
    return refuse(master, valid.error().message);
  const bool another = answer.agent_id != agent->id;
  if (!agent->id.empty() && another) {
    return refuse(master, "this agent has an id already: it is to be re-registered under that one");
  }
  if (phase == Phase::registered) return;  // the answer to a registration that was repeated
  if (another) {
    auto named = std::make_shared<AgentInfo>(*agent);
    named->id = answer.agent_id;
    agent = std::move(named);
  }
  note(LogLevel::info, "registered as ", agent->id, " with master ", answer.master_id);
  registered(answer.ping_timeout);
}

}  // namespace mesoscore
