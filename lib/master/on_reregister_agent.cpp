// An agent that has an id comes (back): after a break of its connection, after it was unreachable, or to a
// new master.
#include <algorithm>

#include "master/state.hpp"

namespace mesoscore {
namespace {

void shut_down_completed(Master::State& s, PeerId peer, const msg::ReregisterAgent& call) {
  for (const msg::FrameworkPtr& info : call.frameworks) {
    if (info && s.is_completed(info->id)) s.send(peer, msg::ShutdownFramework{info->id});
  }
}

void adopt_task(Master::State& s, std::uint32_t f, std::uint32_t a, const Task& task) {
  const std::uint32_t t = s.add_task(f, a, task.task_id);
  MasterTask& record = s.tasks[t];
  record.executor_id = task.executor_id;
  record.name = task.name;
  record.role = task.role;
  record.priority = task.priority;
  record.resources = task.resources;
  record.labels = task.labels;
  record.state = task.state;
  record.forwarded_state = task.status_update_state;
  record.forwarded_uuid = task.status_update_uuid;
  for (const TaskStatus& status : task.statuses)
    record.history.add(status, s.options.limits.max_statuses_per_task);
  record.holds_resources = !is_terminal(task.state);
  s.forget_unreachable(s.frameworks[f], task.task_id);
}

void announce_return(Master::State& s, std::uint32_t f, std::uint32_t a, const Task& task) {
  TaskStatus status = s.own_status(task.task_id, task.state, TaskReason::agent_reregistered,
                                   "The agent of the task has re-registered");
  status.agent_id = s.agents[a].id();
  status.executor_id = task.executor_id;
  s.send_status(f, std::move(status));
}

// What the agent holds that the allocator has to learn.
std::vector<Holding> adopt_all(Master::State& s, std::uint32_t a, const msg::ReregisterAgent& call) {
  std::vector<Holding> holdings;
  for (const Task& task : call.tasks) {
    const std::uint32_t f = s.framework_of(task.framework_id, call.frameworks);
    if (f == kNone || s.find_task(f, task.task_id) != kNone) continue;
    adopt_task(s, f, a, task);
    announce_return(s, f, a, task);
    if (!is_terminal(task.state)) holdings.push_back({framework_handle(f), task.role, task.resources});
  }
  for (const msg::AgentExecutor& executor : call.executors) {
    const std::uint32_t f = s.framework_of(executor.framework_id, call.frameworks);
    if (f == kNone || s.find_executor(a, f, executor.info.executor_id) != nullptr) continue;
    RoleName role = s.frameworks[f].info->roles.front();
    for (const Task& task : call.tasks) {
      const bool its_task =
          task.framework_id == executor.framework_id && task.executor_id == executor.info.executor_id;
      if (its_task) role = task.role;
    }
    s.agents[a].executors.push_back({f, role, executor.info});
    holdings.push_back({framework_handle(f), role, executor.info.resources});
  }
  return holdings;
}

// Executors that the agent no longer has are given back.
void drop_missing_executors(Master::State& s, std::uint32_t a, const msg::ReregisterAgent& call) {
  std::vector<std::pair<std::uint32_t, ExecutorId>> gone;
  for (const MasterExecutor& mine : s.agents[a].executors) {
    const FrameworkId& framework = s.frameworks[mine.framework].id();
    const bool reported = std::any_of(call.executors.begin(), call.executors.end(), [&](const auto& theirs) {
      return theirs.framework_id == framework && theirs.info.executor_id == mine.info.executor_id;
    });
    if (!reported) gone.emplace_back(mine.framework, mine.info.executor_id);
  }
  for (const auto& [f, executor] : gone) s.remove_executor(a, f, executor);
}

// Updates that the agent reports as newer than what is known here.
void refresh_states(Master::State& s, std::uint32_t a, const msg::ReregisterAgent& call) {
  for (const Task& task : call.tasks) {
    const std::uint32_t f = s.find_framework(task.framework_id);
    const std::uint32_t t = f == kNone ? kNone : s.find_task(f, task.task_id);
    if (t == kNone || s.tasks[t].agent != a || is_terminal(s.tasks[t].state)) continue;
    s.tasks[t].state = task.state;
    if (is_terminal(task.state)) s.release_resources(t);
  }
}

std::vector<msg::AgentReregistered::Missing> missing_tasks(const Master::State& s, std::uint32_t a,
                                                           const msg::ReregisterAgent& call) {
  tsl::robin_map<std::string, bool> reported;
  for (const Task& task : call.tasks) reported[cat(task.framework_id, "/", task.task_id)] = true;
  std::vector<msg::AgentReregistered::Missing> missing;
  const auto& list = s.agents[a].tasks;
  for (std::uint32_t t = list.front(); t != kNone; t = list.next(s.tasks, t)) {
    const FrameworkId& framework = s.frameworks[s.tasks[t].framework].id();
    if (!reported.contains(cat(framework, "/", s.tasks[t].id))) missing.push_back({framework, s.tasks[t].id});
  }
  return missing;
}

void repeat_kills(Master::State& s, std::uint32_t a) {
  for (PendingKill& kill : s.agents[a].pending_kills) {
    s.send_to_agent(a, msg::KillTask{s.frameworks[kill.framework].id(), kill.task_id, kill.policy});
  }
  s.agents[a].pending_kills.clear();
}

// On one connection the master knows better than an earlier message what operations have made of the
// resources; on a new one the agent does.
void take_info(Master::State& s, std::uint32_t a, msg::AgentPtr reported, bool asks_again) {
  if (asks_again && !(reported->resources == s.agents[a].info->resources)) {
    auto current = std::make_shared<AgentInfo>(*reported);
    current->resources = s.agents[a].info->resources;
    reported = std::move(current);
  }
  if (*s.agents[a].info == *reported) return;
  s.rescind_offers_of_agent(a);
  s.agents[a].info = std::move(reported);
  s.allocator.update_agent(agent_handle(a), s.agents[a].info);
}

// The agent is known here: compare notes.
void reregister_known(Master::State& s, std::uint32_t a, PeerId peer, const msg::ReregisterAgent& call) {
  const std::optional<PeerId> before = s.agents[a].peer;
  const bool asks_again = before == peer;  // it has not yet had the answer
  if (before && !asks_again) s.rescind_offers_of_agent(a);
  s.bind_agent(a, peer);
  take_info(s, a, call.agent, asks_again);
  drop_missing_executors(s, a, call);
  refresh_states(s, a, call);
  for (const Holding& holding : adopt_all(s, a, call)) {
    s.allocator.allocate(holding.framework, agent_handle(a), holding.role, holding.resources);
  }
  if (!s.deactivated.contains(s.agents[a].id())) s.allocator.activate_agent(agent_handle(a));
  msg::AgentReregistered answer{s.agents[a].id(), s.id, s.ping_timeout(), missing_tasks(s, a, call), {}};
  if (!asks_again) answer.missing_operations = s.compare_operations(a, call);
  s.adopt_operations(a, call);
  s.send(peer, std::move(answer));
  shut_down_completed(s, peer, call);
  repeat_kills(s, a);
}

// It was unreachable, or it is an agent of an earlier master.
void reregister_returning(Master::State& s, PeerId peer, const msg::ReregisterAgent& call) {
  const std::uint32_t a = s.add_agent(call.agent, peer);
  const AgentId& id = s.agents[a].id();
  if (s.unreachable_since.erase(id) > 0) std::erase(s.unreachable_agents, id);
  s.forget_record(unreachable_agent_key(id));
  s.keep_agent(a);
  s.send(peer, msg::AgentReregistered{id, s.id, s.ping_timeout(), {}, {}});
  s.allocator.add_agent(agent_handle(a), call.agent, adopt_all(s, a, call));
  s.adopt_operations(a, call);
  if (s.deactivated.contains(id)) s.allocator.deactivate_agent(agent_handle(a));
  shut_down_completed(s, peer, call);
}

}  // namespace

// A framework that is known from agents only: it has no timer and lives until it subscribes or is torn down.
std::uint32_t Master::State::framework_of(const FrameworkId& framework,
                                          const std::vector<msg::FrameworkPtr>& reported) {
  const std::uint32_t known = find_framework(framework);
  if (known != kNone || is_completed(framework)) return known;
  for (const msg::FrameworkPtr& info : reported) {
    if (info && info->id == framework && validate(*info)) return add_framework(info, {});
  }
  return kNone;
}

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

  const std::uint32_t a = find_agent(call.agent->id);
  if (a != kNone && agents[a].info->hostname != call.agent->hostname) {
    send(peer, msg::ShutdownAgent{cat("agent ", call.agent->id, " is registered with the hostname \"",
                                      agents[a].info->hostname, "\", not \"", call.agent->hostname, "\"")});
    return out->closes.push_back({peer, "another hostname for this agent id"});
  }
  if (a != kNone) {
    reregister_known(*this, a, peer, call);
  } else {
    reregister_returning(*this, peer, call);
  }
  note(*out, LogLevel::info, "agent ", call.agent->id, " (", call.agent->hostname, ") re-registered with ",
       call.tasks.size(), " tasks");
}

}  // namespace mesoscore
