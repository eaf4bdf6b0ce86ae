// An agent that has an id comes (back): after a break of its connection, after it was unreachable, or to a
// new master.
#include <set>
#include <string_view>

#include "master/state.hpp"

namespace mesoscore {
namespace {

void shut_down_completed(Master::State& s, PeerId peer, const msg::ReregisterAgent& call) {
  for (const msg::FrameworkPtr& info : call.frameworks) {
    if (info && s.is_completed(info->id)) s.send(peer, msg::ShutdownFramework{info->id});
  }
}

// Executors that the agent no longer has are given back.
void drop_missing_executors(Master::State& s, std::uint32_t a, const msg::ReregisterAgent& call) {
  if (s.agents[a].executors.empty()) return;
  std::set<std::pair<std::string_view, std::string_view>> reported;
  for (const msg::AgentExecutor& theirs : call.executors)
    reported.emplace(theirs.framework_id.view(), theirs.info.executor_id.view());
  std::vector<std::pair<std::uint32_t, ExecutorId>> missing;
  for (const MasterExecutor& mine : s.agents[a].executors) {
    const std::pair name(s.frameworks[mine.framework].id().view(), mine.info.executor_id.view());
    if (!reported.contains(name)) missing.emplace_back(mine.framework, mine.info.executor_id);
  }
  for (const auto& [f, executor] : missing) s.remove_executor(a, f, executor);
}

std::vector<msg::AgentReregistered::Missing> missing_tasks(const Master::State& s, std::uint32_t a) {
  std::vector<msg::AgentReregistered::Missing> missing;
  const auto& list = s.agents[a].tasks;
  for (std::uint32_t t = list.front(); t != kNone; t = list.next(s.tasks, t)) {
    const MasterTask& task = s.tasks[t];
    if (task.reported != s.reregistrations) missing.push_back({s.frameworks[task.framework].id(), task.id});
  }
  return missing;
}

void repeat_kills(Master::State& s, std::uint32_t a) {
  for (PendingKill& kill : s.agents[a].pending_kills) {
    s.send_to_agent(a, msg::KillTask{s.frameworks[kill.framework].id(), kill.task_id, kill.policy});
  }
  s.agents[a].pending_kills.clear();
}

// It has not yet had the answer. What it has said before is taken over, and what the master has sent since is
// on its way behind the answer, so that its list says nothing new.
void answer_again(Master::State& s, std::uint32_t a, PeerId peer, const msg::ReregisterAgent& call) {
  s.send(peer, msg::AgentReregistered{s.agents[a].id(), s.id, s.ping_timeout(), {}, {}});
  shut_down_completed(s, peer, call);
}

void take_info(Master::State& s, std::uint32_t a, const msg::AgentPtr& reported) {
  if (*s.agents[a].info == *reported) return;
  s.rescind_offers_of_agent(a);
  s.agents[a].info = reported;
  s.keep_agent(a);
  s.allocator.update_agent(agent_handle(a), reported);
}

// What follows the answer, whatever the agent was before.
void say_the_rest(Master::State& s, std::uint32_t a, PeerId peer, const msg::ReregisterAgent& call) {
  shut_down_completed(s, peer, call);
  repeat_kills(s, a);
  s.kill_doubled(a);
  s.repeat_drain(a);
}

// The agent is known here: compare notes.
void reregister_known(Master::State& s, std::uint32_t a, PeerId peer, const msg::ReregisterAgent& call) {
  const std::optional<PeerId> before = s.agents[a].peer;
  s.bind_agent(a, peer);
  if (before == peer) return answer_again(s, a, peer, call);
  s.rescind_offers_of_agent(a);
  take_info(s, a, call.agent);
  drop_missing_executors(s, a, call);
  s.drop_missing_doubled(a, call);
  for (const Holding& holding : s.adopt_all(a, call, true)) {
    s.allocator.allocate(holding.framework, agent_handle(a), holding.role, holding.resources);
  }
  if (!s.agents[a].standing.deactivated) s.allocator.activate_agent(agent_handle(a));
  msg::AgentReregistered answer{s.agents[a].id(), s.id, s.ping_timeout(), missing_tasks(s, a), {}};
  answer.missing_operations = s.compare_operations(a, call);
  s.adopt_operations(a, call);
  s.send(peer, std::move(answer));
  say_the_rest(s, a, peer, call);
}

void admit(Master::State& s, std::uint32_t a, PeerId peer, const msg::ReregisterAgent& call, bool announce) {
  s.send(peer, msg::AgentReregistered{s.agents[a].id(), s.id, s.ping_timeout(), {}, {}});
  s.allocator.add_agent(agent_handle(a), call.agent, s.adopt_all(a, call, announce));
  s.adopt_operations(a, call);
  say_the_rest(s, a, peer, call);
}

// Of the registry of an earlier master. Schedulers have not been told that its tasks were away.
void reregister_recovered(Master::State& s, PeerId peer, const msg::ReregisterAgent& call) {
  const auto found = s.recovery.agents.find(call.agent->id);
  RecoveredAgent recovered = std::move(found->second);
  s.recovery.agents.erase(found);
  ++s.recovery.back;
  const std::uint32_t a = s.add_agent(call.agent, peer);
  s.agents[a].standing = std::move(recovered.standing);
  if (!(*recovered.info == *call.agent)) s.keep_agent(a);
  admit(s, a, peer, call, false);
  s.update_gate();
}

// It was unreachable, or it is an agent of a master that kept nothing.
void reregister_returning(Master::State& s, PeerId peer, const msg::ReregisterAgent& call) {
  const std::uint32_t a = s.add_agent(call.agent, peer);
  const AgentId& id = call.agent->id;
  if (const UnreachableAgent* away = s.unreachable.find(id)) {
    s.agents[a].standing = away->standing;
    s.unreachable.erase(id);
    s.forget_record(unreachable_agent_key(id));
  }
  s.keep_agent(a);
  admit(s, a, peer, call, true);
}

void send_away(Master::State& s, PeerId peer, std::string why) {
  s.send(peer, msg::ShutdownAgent{why});
  s.out->closes.push_back({peer, std::move(why)});
}

// False: the agent may not come back as what it says that it is.
bool may_return(Master::State& s, PeerId peer, const AgentInfo& agent) {
  if (s.gone.contains(agent.id)) {
    send_away(s, peer, cat("agent ", agent.id, " has been marked as gone"));
    return false;
  }
  const AgentInfo* known = nullptr;
  if (const std::uint32_t a = s.find_agent(agent.id); a != kNone) known = s.agents[a].info.get();
  const auto recovered = s.recovery.agents.find(agent.id);
  if (recovered != s.recovery.agents.end()) known = recovered->second.info.get();
  if (known == nullptr || known->hostname == agent.hostname) return true;
  send_away(s, peer,
            cat("agent ", agent.id, " is registered with the hostname \"", known->hostname, "\", not \"",
                agent.hostname, "\""));
  return false;
}

}  // namespace

void Master::State::on_reregister_agent(PeerId peer, msg::ReregisterAgent& call) {
  if (!call.agent) return refuse(peer, "ReregisterAgent without an agent");
  MasterPeer* known = find_peer(peer);
  if (Status valid = validate(*call.agent); !valid) return refuse(peer, valid.error().message);
  if (Status valid = validate_id(call.agent->id, "agent id"); !valid)
    return refuse(peer, valid.error().message);
  const bool other =
      known->bound == MasterPeer::Bound::framework ||
      (known->bound == MasterPeer::Bound::agent && agents[known->index].id() != call.agent->id);
  if (other) return refuse(peer, "this connection belongs to another agent or framework");
  if (!may_return(*this, peer, *call.agent)) return;
  const std::uint32_t a = find_agent(call.agent->id);
  const UnreachableAgent* away = unreachable.find(call.agent->id);
  if (superseded(peer, a != kNone ? agents[a].connection : away != nullptr ? away->connection : 0)) return;

  if (a != kNone) {
    reregister_known(*this, a, peer, call);
  } else if (recovery.agents.contains(call.agent->id)) {
    reregister_recovered(*this, peer, call);
  } else {
    reregister_returning(*this, peer, call);
  }
  note(*out, LogLevel::info, "agent ", call.agent->id, " (", call.agent->hostname, ") re-registered with ",
       call.tasks.size(), " tasks");
}

}  // namespace mesoscore
