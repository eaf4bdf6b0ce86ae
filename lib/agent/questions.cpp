// Questions about containers: those that the master passes on for operators, and those of the program that
// the agent is part of. The containers answer them; whose a container is, is known here.
#include <algorithm>
#include <utility>

#include "agent/state.hpp"
#include "core/text_cat.hpp"

namespace mesoscore {
namespace {

msg::AgentAnswer refusal(std::uint64_t id, Errc code, std::string text) {
  msg::AgentAnswer answer;
  answer.id = id;
  answer.error = static_cast<std::uint32_t>(code);
  answer.text = std::move(text);
  return answer;
}

bool reads_files(const AgentQuery& query) noexcept {
  return std::holds_alternative<ListFiles>(query) || std::holds_alternative<ReadFile>(query);
}

bool runs_commands(const AgentQuery& query) noexcept {
  return std::holds_alternative<RunInContainer>(query) || std::holds_alternative<WaitContainer>(query) ||
         std::holds_alternative<KillNestedContainer>(query);
}

}  // namespace

// Of the master, for an operator.
void Agent::State::on(msg::AgentCall& call) {
  if (reads_files(call.query) && !options.operators_read_files) {
    return reply(refusal(call.id, Errc::permission_denied,
                         "this agent does not let operators read files of its sandboxes"),
                 false);
  }
  if (runs_commands(call.query) && !options.operators_run_commands) {
    return reply(refusal(call.id, Errc::permission_denied,
                         "this agent does not let operators run commands in its containers"),
                 false);
  }
  ask(call, false);
}

// Of the program.
void Agent::State::on(Submitted& event) {
  if (auto* call = std::get_if<msg::AgentCall>(&event.message)) return ask(*call, true);
  note(LogLevel::warning, "ignored ", message_name(event.message),
       ": not what a program submits to its agent");
}

void Agent::State::ask(msg::AgentCall& call, bool local) {
  if (stopped) return reply(refusal(call.id, Errc::stopped, "the agent has stopped"), local);
  if (questions.waiting.size() >= options.limits.max_questions) {
    return reply(
        refusal(call.id, Errc::limit_exceeded,
                cat(questions.waiting.size(), " questions wait for an answer already: ask again later")),
        local);
  }
  const std::uint64_t number = ++questions.last;
  questions.waiting.emplace(number, agent_detail::Question{call.id, local});
  out->containers.push_back(AskContainers{number, std::move(call.query)});
}

void Agent::State::answered(ContainerEvent& event) {
  const auto found = questions.waiting.find(event.number);
  if (found == questions.waiting.end()) {
    return note(LogLevel::debug, "ignored an answer: nobody waits for it any more");
  }
  const agent_detail::Question question = found->second;
  questions.waiting.erase(found);
  msg::AgentAnswer told;
  told.id = question.id;
  told.error = event.error;
  told.text = std::move(event.message);
  if (event.report) {
    told.report = std::move(*event.report);
    name_owners(told.report.containers);
  }
  reply(std::move(told), question.local);
}

// Those that have ended meanwhile, or are not ours, are left out.
void Agent::State::name_owners(std::vector<ContainerReport>& reports) {
  const auto nobodys = [this](ContainerReport& report) {
    const auto found = container_by_id.find(agent_detail::IdKey{&report.container_id});
    if (found == container_by_id.end()) return true;
    const ContainerOwner& owner = found->second;
    if (owner.executor != kNone) {
      report.framework_id = frameworks[executors[owner.executor].framework].id;
      report.executor_id = executors[owner.executor].info.executor_id;
    } else {
      report.framework_id = frameworks[tasks[owner.task].framework].id;
      report.task_id = tasks[owner.task].info.task_id;
    }
    return false;
  };
  reports.erase(std::remove_if(reports.begin(), reports.end(), nobodys), reports.end());
}

void Agent::State::reply(msg::AgentAnswer told, bool local) {
  if (local) {
    out->deliveries.emplace_back(std::move(told));
  } else if (phase == Phase::registering || phase == Phase::registered) {
    send<msg::AgentAnswer>(master) = std::move(told);
  }
}

// The master has answered for us by now.
void Agent::State::drop_questions_of_master() {
  std::erase_if(questions.waiting, [](const auto& entry) { return !entry.second.local; });
}

}  // namespace mesoscore
