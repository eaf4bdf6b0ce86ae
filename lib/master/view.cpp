#include "master/state.hpp"

namespace mesoscore {
namespace {

MasterView::Framework view_of(const Master::State& s, std::uint32_t f) {
  const MasterFramework& framework = s.frameworks[f];
  MasterView::Framework view;
  view.info = *framework.info;
  view.connected = framework.peer.has_value();
  view.tasks = framework.tasks.size();
  view.offers = framework.offers.size();
  for (std::uint32_t t = framework.tasks.front(); t != kNone; t = framework.tasks.next(s.tasks, t)) {
    if (s.tasks[t].holds_resources) view.used += s.tasks[t].resources;
  }
  for (std::uint32_t o = framework.offers.front(); o != kNone; o = framework.offers.next(s.offers, o)) {
    view.offered += s.offers[o].resources;
  }
  for (const auto& [role, demands] : framework.stated) {
    view.wanted.push_back({role, s.allocator.open_units(framework_handle(f), role)});
  }
  view.dominant_share = s.allocator.dominant_share(framework_handle(f));
  return view;
}

MasterView::Agent view_of_agent(const Master::State& s, std::uint32_t a) {
  const MasterAgent& agent = s.agents[a];
  MasterView::Agent view;
  view.info = *agent.info;
  view.connected = agent.peer.has_value();
  view.deactivated = agent.standing.deactivated;
  view.drain = agent.standing.drain_state();
  view.tasks = agent.tasks.size();
  for (std::uint32_t t = agent.tasks.front(); t != kNone; t = agent.tasks.next(s.tasks, t)) {
    if (s.tasks[t].holds_resources) view.used += s.tasks[t].resources;
  }
  for (const MasterExecutor& executor : agent.executors) view.used += executor.info.resources;
  for (const DoubledTask& task : agent.doubled) view.used += task.resources;
  for (std::uint32_t o = agent.offers.front(); o != kNone; o = agent.offers.next(s.offers, o)) {
    view.offered += s.offers[o].resources;
  }
  return view;
}

MasterView::Operation view_of_operation(const Master::State& s, const MasterOperation& operation) {
  MasterView::Operation view;
  if (operation.framework != kNone) view.framework_id = s.frameworks[operation.framework].id();
  view.agent_id = s.agents[operation.agent].id();
  view.uuid = operation.uuid;
  view.operation = operation.operation;
  view.state = operation.latest.state;
  return view;
}

std::vector<RoleSummary> view_of_roles(const Master::State& s, const std::vector<std::uint32_t>& frameworks) {
  std::map<RoleName, std::uint32_t> members;
  for (const RoleName& role : s.configured_roles) members[role];
  for (const std::uint32_t f : frameworks) {
    for (const RoleName& role : s.frameworks[f].info->roles) ++members[role];
  }
  std::vector<RoleSummary> views;
  for (const auto& [role, count] : members) {
    views.push_back(
        {role, s.allocator.weight(role), s.allocator.quota(role), s.allocator.consumed(role), count});
  }
  return views;
}

}  // namespace

MasterView Master::State::make_view() const {
  MasterView view;
  view.id = id;
  view.at = now;
  const std::vector<std::uint32_t> subscribed = in_order(frameworks);
  for (const std::uint32_t f : subscribed) {
    view.frameworks.push_back(view_of(*this, f));
    view.tasks += view.frameworks.back().tasks;
  }
  view.roles = view_of_roles(*this, subscribed);
  for (const std::uint32_t a : in_order(agents)) {
    view.agents.push_back(view_of_agent(*this, a));
    for (const MasterExecutor& executor : agents[a].executors) {
      for (MasterView::Framework& framework : view.frameworks) {
        if (framework.info.id == frameworks[executor.framework].id())
          framework.used += executor.info.resources;
      }
    }
  }
  for (const std::uint32_t a : in_order(agents)) {
    const auto& list = agents[a].operations;
    for (std::uint32_t o = list.front(); o != kNone; o = list.next(operations, o))
      view.operations.push_back(view_of_operation(*this, operations[o]));
  }
  for (const auto& [number, entry] : completed.entries()) view.completed_frameworks.push_back(entry.first);
  for (const auto& [number, entry] : unreachable.entries()) view.unreachable_agents.push_back(entry.first);
  for (const auto& [number, entry] : gone.entries()) view.gone_agents.push_back(entry.first);
  for (const auto& [agent, record] : recovery.agents) view.recovered_agents.push_back(agent);
  view.offers_made = offers_made;
  view.offers_rescinded = offers_rescinded;
  view.tasks_launched = tasks_launched;
  view.updates_forwarded = updates_forwarded;
  view.messages_refused = refused;
  return view;
}

}  // namespace mesoscore
