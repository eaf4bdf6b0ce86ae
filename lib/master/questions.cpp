// Questions of operators that are passed on to agents. Who asks is answered in any case: by the agent, or
// with an error when the agent goes away.
#include <utility>

#include "core/messages.hpp"
#include "master/state.hpp"

namespace mesoscore {

// With success the answer comes later.
Status Master::State::ask_agent(PeerId asker, std::uint64_t call, const AskAgent& action) {
  if (std::holds_alternative<std::monostate>(action.query)) {
    return fail(Errc::invalid_argument, "this master does not know the question");
  }
  const std::uint32_t a = find_agent(action.agent_id);
  if (a == kNone) {
    return fail(Errc::not_found, cat("no agent with the id \"", action.agent_id, "\" is registered"));
  }
  MasterAgent& agent = agents[a];
  if (!agent.peer) return fail(Errc::not_connected, cat("agent ", agent.id(), " is disconnected"));
  if (agent.questions >= options.limits.max_questions_per_agent) {
    return fail(Errc::limit_exceeded,
                cat(agent.questions, " questions wait for agent ", agent.id(), " already: ask again later"));
  }
  ++agent.questions;
  const std::uint64_t number = ++question_counter;
  questions.emplace(number, MasterQuestion{asker, call, a});
  send(*agent.peer, msg::AgentCall{number, action.query});
  return {};
}

void Master::State::on_agent_answer(std::uint32_t a, msg::AgentAnswer& answer) {
  const auto found = questions.find(answer.id);
  if (found == questions.end() || found->second.agent != a) {
    return note(*out, LogLevel::debug, "ignored an answer of agent ", agents[a].id(), ": nobody asked");
  }
  const MasterQuestion question = found->second;
  questions.erase(found);
  --agents[a].questions;
  if (find_peer(question.asker) == nullptr) return;
  msg::OperatorAnswer told;
  told.id = question.call;
  told.error = answer.error;
  told.text = std::move(answer.text);
  told.report = std::move(answer.report);
  send(question.asker, std::move(told));
}

// Whatever it still answers comes too late.
void Master::State::fail_questions(std::uint32_t a, std::string_view why) {
  for (auto next = questions.begin(); next != questions.end() && agents[a].questions > 0;) {
    const auto one = next++;
    if (one->second.agent != a) continue;
    const MasterQuestion question = one->second;
    questions.erase(one);
    --agents[a].questions;
    if (find_peer(question.asker) == nullptr) continue;
    msg::OperatorAnswer answer;
    answer.id = question.call;
    answer.error = static_cast<std::uint32_t>(Errc::not_connected);
    answer.text = cat("agent ", agents[a].id(), " ", why, " before it had answered");
    send(question.asker, std::move(answer));
  }
}

}  // namespace mesoscore
