// The life of an agent: admitted, connected, disconnected, lost.
#include "master/state.hpp"

namespace mesoscore {

std::uint32_t Master::State::find_agent(const AgentId& agent) const {
  const auto found = agent_by_id.find(agent);
  return found == agent_by_id.end() ? kNone : found->second;
}

Duration Master::State::ping_timeout() const noexcept { return options.ping_interval * options.ping_misses; }

std::uint32_t Master::State::add_agent(msg::AgentPtr info, PeerId peer) {
  const std::uint32_t a = agents.acquire();
  MasterAgent& agent = agents[a];
  agent = MasterAgent{};
  agent.info = std::move(info);
  agent.order = order_counter++;
  agent_by_id[agent.id()] = a;
  bind_agent(a, peer);
  return a;
}

void Master::State::bind_agent(std::uint32_t a, PeerId peer) {
  MasterAgent& agent = agents[a];
  if (agent.peer && *agent.peer != peer) {  // a half-open connection of before
    out->closes.push_back({*agent.peer, "the agent has connected again"});
    peers.erase(static_cast<std::uint64_t>(*agent.peer));
    fail_questions(a, "has connected again");
  }
  MasterPeer* known = find_peer(peer);
  known->bound = MasterPeer::Bound::agent;
  known->index = a;
  agent.peer = peer;
  agent.newest_connection = known->number;
  agent.missed_pings = 0;
  agent.ping_at = after(now, options.ping_interval);
  agent.unreachable_at = kNever;
  removals.erase(agent.id());
  arm_agent(a);
}

void Master::State::on_pong(std::uint32_t a) {
  agents[a].missed_pings = 0;
  if (!removals.empty()) removals.erase(agents[a].id());
}

namespace {

// Frameworks that do not checkpoint lose their tasks as soon as the agent's connection breaks.
void lose_uncheckpointed(Master::State& s, std::uint32_t a) {
  auto& list = s.agents[a].tasks;
  for (std::uint32_t t = list.front(); t != kNone;) {
    const std::uint32_t next = list.next(s.tasks, t);
    const MasterTask& task = s.tasks[t];
    if (!s.frameworks[task.framework].info->checkpoint && !is_terminal(task.state)) {
      TaskStatus status =
          s.own_status(task.id, TaskState::lost, TaskReason::agent_disconnected, "Agent disconnected");
      status.agent_id = s.agents[a].id();
      s.send_status(task.framework, std::move(status));
      s.remove_task(t);
    }
    t = next;
  }
}

}  // namespace

void Master::State::disconnect_agent(std::uint32_t a, std::string_view why) {
  MasterAgent& agent = agents[a];
  agent.peer.reset();
  agent.ping_at = kNever;
  agent.unreachable_at = after(now, options.agent_reregister_timeout);
  arm_agent(a);
  allocator.deactivate_agent(agent_handle(a));
  rescind_offers_of_agent(a);
  lose_uncheckpointed(*this, a);
  fail_questions(a, "disconnected");
  note(*out, LogLevel::warning, "agent ", agent.id(), " (", agent.info->hostname, ") disconnected: ", why);
}

void Master::State::mark_unreachable(std::uint32_t a) {
  const AgentId id_of_agent = agents[a].id();
  AgentStanding standing = agents[a].standing;
  const std::uint64_t newest_connection = agents[a].newest_connection;
  lose_agent(a, LossReason::unreachable);
  remember_unreachable(id_of_agent, std::move(standing), newest_connection);
}

void Master::State::on_unregister_agent(std::uint32_t a) {
  forget_record(admitted_agent_key(agents[a].id()));
  lose_agent(a, LossReason::unregistered);
}

namespace {

using LossReason = Master::State::LossReason;

std::string_view what_happened(LossReason reason) noexcept {
  if (reason == LossReason::unreachable) return " is unreachable";
  return reason == LossReason::gone ? " is marked as gone" : " has unregistered";
}

void lose_task(Master::State& s, std::uint32_t t, LossReason reason) {
  const MasterTask& task = s.tasks[t];
  MasterFramework& framework = s.frameworks[task.framework];
  const bool unreachable = reason == LossReason::unreachable;
  if (!is_terminal(task.state)) {
    const TaskState state = unreachable ? s.lost_or(framework, TaskState::unreachable) : TaskState::lost;
    TaskStatus status = reason == LossReason::gone ? s.gone_status(framework, task.id)
                                                   : s.own_status(task.id, state, TaskReason::agent_removed,
                                                                  unreachable ? "The agent is unreachable"
                                                                              : "The agent has unregistered");
    status.agent_id = s.agents[task.agent].id();
    status.executor_id = task.executor_id;
    if (unreachable) {
      status.unreachable_time = to_unix_seconds(s.now);
      framework.unreachable.add(task.id, {status.agent_id, status.unreachable_time});
      if (framework.unreachable.size() > s.options.limits.max_unreachable_tasks_per_framework) {
        framework.unreachable.erase(TaskId(framework.unreachable.oldest().first));
      }
    }
    s.send_status(task.framework, std::move(status));
  }
  s.tasks[t].holds_resources = false;  // the allocator forgets the whole agent
  s.remove_task(t);
}

}  // namespace

void Master::State::lose_agent(std::uint32_t a, LossReason reason) {
  MasterAgent& agent = agents[a];
  const AgentId lost = agent.id();
  rescind_offers_of_agent(a);
  while (!agent.tasks.empty()) lose_task(*this, agent.tasks.front(), reason);
  lose_operations(a, reason);
  fail_questions(a, "was removed");
  allocator.remove_agent(agent_handle(a));
  if (agent.peer) {
    out->closes.push_back({*agent.peer, "the agent is no longer registered"});
    peers.erase(static_cast<std::uint64_t>(*agent.peer));
  }
  agent_by_id.erase(lost);
  removals.erase(lost);
  agents[a] = MasterAgent{};
  agents.release(a);
  tell_frameworks_of_failure(lost);
  note(*out, LogLevel::warning, "agent ", lost, what_happened(reason));
}

void Master::State::tell_frameworks_of_failure(const AgentId& agent) {
  for (std::uint32_t f = 0; f < frameworks.end_index(); ++f) {
    if (frameworks.live(f)) send_to_framework(f, msg::Failure{agent, ExecutorId{}, std::nullopt});
  }
}

}  // namespace mesoscore
