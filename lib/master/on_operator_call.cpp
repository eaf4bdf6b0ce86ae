// Calls of operators. Each is answered: that of a change when its record is durable, what concerns an agent
// when that has answered.
#include "core/messages.hpp"
#include "master/state.hpp"

namespace mesoscore {
namespace {

using Answer = msg::OperatorAnswer;
using State = Master::State;

std::string number_of(std::size_t count, std::size_t shown, std::string_view what) {
  std::string text = cat(count, " ", what, count == 1 ? "" : "s");
  return shown < count ? cat(text, "; the first ", shown, " are listed") : text;
}

// ---- reads
// -----------------------------------------------------------------------------------------------------------

Status perform(State&, const std::monostate&, Answer&) {
  return fail(Errc::invalid_argument, "this master does not know the action");
}

// By its id, or by a name that no other has.
Result<std::uint32_t> framework_called(const State& s, const FrameworkId& called) {
  std::uint32_t found = s.find_framework(called);
  if (found != kNone) return found;
  for (std::uint32_t f = 0; f < s.frameworks.end_index(); ++f) {
    if (!s.frameworks.live(f) || s.frameworks[f].info->name != called.view()) continue;
    if (found != kNone) {
      return fail(Errc::invalid_argument,
                  cat("several frameworks are called \"", called, "\": ", s.frameworks[found].id(), ", ",
                      s.frameworks[f].id(), "; give the id"));
    }
    found = f;
  }
  if (found != kNone) return found;
  return fail(Errc::not_found, cat("no framework with the id or name \"", called, "\" is subscribed"));
}

Result<RoleName> role_meant(const FrameworkInfo& info, const RoleName& role) {
  if (!role.empty()) return role;
  if (info.roles.size() == 1) return info.roles.front();
  return fail(Errc::invalid_argument,
              cat("framework ", info.id, " has ", info.roles.size(), " roles: say which one is meant"));
}

Status perform(State& s, const ExplainOffers& call, Answer& answer) {
  const Result<std::uint32_t> f = framework_called(s, call.framework_id);
  if (!f) return fail(f.error());
  const Result<RoleName> role = role_meant(*s.frameworks[*f].info, call.role);
  if (!role) return fail(role.error());
  answer.text = cat("framework ", s.frameworks[*f].id(), " in role \"", *role, "\": ", s.held_back());
  if (call.agent_id.empty()) {
    answer.text += s.allocator.explain(framework_handle(*f), *role, s.now).sentence;
    return {};
  }
  const std::uint32_t a = s.find_agent(call.agent_id);
  if (a == kNone) {
    return fail(Errc::not_found, cat("no agent with the id \"", call.agent_id, "\" is registered"));
  }
  answer.text += s.allocator.explain(framework_handle(*f), *role, agent_handle(a), s.now).sentence;
  return {};
}

Status perform(State& s, const ListFrameworks&, Answer& answer) {
  const MasterView view = s.make_view();
  for (const MasterView::Framework& framework : view.frameworks) {
    if (answer.frameworks.size() == kMaxListedEntries) break;
    answer.frameworks.push_back({framework.info.id, framework.info.name, framework.info.roles,
                                 framework.connected, framework.tasks, framework.offers, framework.used,
                                 framework.offered, framework.dominant_share});
  }
  answer.text = number_of(view.frameworks.size(), answer.frameworks.size(), "framework");
  return {};
}

Status perform(State& s, const ListAgents&, Answer& answer) {
  const MasterView view = s.make_view();
  for (const MasterView::Agent& agent : view.agents) {
    if (answer.agents.size() == kMaxListedEntries) break;
    answer.agents.push_back({agent.info.id, agent.info.hostname, agent.connected, agent.deactivated,
                             agent.drain, agent.tasks, agent.info.resources, agent.used, agent.offered});
  }
  answer.text = number_of(view.agents.size(), answer.agents.size(), "agent");
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count > 0) answer.text += cat("; ", count, " ", what);
  };
  add(view.recovered_agents.size(), "not yet back");
  add(view.unreachable_agents.size(), "unreachable");
  add(view.gone_agents.size(), "gone");
  return {};
}

Status perform(State& s, const ListRoles&, Answer& answer) {
  answer.roles = s.make_view().roles;
  const std::size_t count = answer.roles.size();
  if (count > kMaxListedEntries) answer.roles.resize(kMaxListedEntries);
  answer.text = number_of(count, answer.roles.size(), "role");
  return {};
}

Status perform(State& s, const ListTasks& call, Answer& answer) {
  std::uint32_t f = kNone;
  if (!call.framework_id.empty()) {
    const Result<std::uint32_t> called = framework_called(s, call.framework_id);
    if (!called) return fail(called.error());
    f = *called;
  }
  const Result<std::size_t> count = s.list_tasks(f, call.agent_id, answer.tasks);
  if (!count) return fail(count.error());
  answer.text = number_of(*count, answer.tasks.size(), "task");
  return {};
}

// ---- changes
// ---------------------------------------------------------------------------------------------------------

std::string done(const SetWeight& action) { return cat("the weight of role \"", action.role, "\" is set"); }
std::string done(const SetQuota& action) {
  return cat("the quota of ", action.quotas.size(), action.quotas.size() == 1 ? " role" : " roles",
             " is set");
}
std::string done(const TeardownFramework& action) {
  return cat("framework ", action.framework_id, " is removed");
}
std::string done(const DeactivateAgent& action) { return cat("agent ", action.agent_id, " is deactivated"); }
std::string done(const DrainAgent& action) { return cat("agent ", action.agent_id, " is draining"); }
std::string done(const MarkAgentGone& action) { return cat("agent ", action.agent_id, " is gone"); }
std::string done(const ReactivateAgent& action) { return cat("agent ", action.agent_id, " is active again"); }

template <class Action>
Status perform(State& s, const Action& action, Answer& answer) {
  if (Status status = s.carry_out(action); !status) return status;
  answer.text = done(action);
  return {};
}

// What is done here and now. What an agent is to do is not: its answer waits.
template <class Action>
Status perform(State& s, PeerId, const Action& action, Answer& answer, bool& /*waits*/) {
  return perform(s, action, answer);
}
Status perform(State& s, PeerId peer, const OperateOnAgent& action, Answer& answer, bool& waits) {
  const Result<std::uint32_t> started = s.operate(action);
  if (!started) return fail(started.error());
  s.operations[*started].waits = {peer, answer.id};
  waits = true;
  return {};
}
Status perform(State& s, PeerId peer, const AskAgent& action, Answer& answer, bool& waits) {
  const Status asked = s.ask_agent(peer, answer.id, action);
  waits = asked.has_value();
  return asked;
}

void set_error(Answer& answer, const Error& error) {
  answer.error = static_cast<std::uint32_t>(error.code.value());
  answer.text = error.message;
}

}  // namespace

void Master::State::on_operator_call(PeerId peer, const msg::OperatorCall& call) {
  msg::OperatorAnswer answer;
  answer.id = call.id;
  bool waits = false;
  const Status status = std::visit(
      [&](const auto& action) { return perform(*this, peer, action, answer, waits); }, call.action);
  if (waits) return;
  if (!status) set_error(answer, status.error());
  send(peer, std::move(answer));
}

void Master::State::answer_operator(std::uint32_t o, const Status& became) {
  const MasterOperation& record = operations[o];
  if (!record.waits || find_peer(record.waits->peer) == nullptr) return;
  msg::OperatorAnswer answer;
  answer.id = record.waits->call;
  if (became) {
    answer.text = cat(operation_name(record.operation), " on agent ", agents[record.agent].id(), ": ",
                      record.change.consumed.str(), " is now ", record.change.converted.str());
  } else {
    set_error(answer, became.error());
  }
  send(record.waits->peer, std::move(answer));
}

}  // namespace mesoscore
