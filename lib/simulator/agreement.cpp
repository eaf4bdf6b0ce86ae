#include "simulator/agreement.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "core/text_cat.hpp"
#include "simulator/nodes.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {
namespace {

using Names = std::set<std::string>;

std::string name_of(const FrameworkId& framework, const TaskId& task) { return cat(framework, "/", task); }

std::string difference(const Names& these, const Names& those) {
  std::string text;
  for (const std::string& name : these) {
    if (!those.contains(name)) text += " " + name;
  }
  return text;
}

Names live_tasks(const std::vector<Task>& tasks) {
  Names names;
  for (const Task& task : tasks) {
    if (!is_terminal(task.state)) names.insert(name_of(task.framework_id, task.task_id));
  }
  return names;
}

Names running_on(const AgentNode& agent) {
  Names names;
  agent.host().each_live([&](const LaunchContainer& launch) {
    if (launch.kind != ContainerKind::executor) {
      names.insert(name_of(launch.framework->id, launch.task.task_id));
    } else if (const ExecutorNode* executor = agent.host().executor_in(launch.container_id)) {
      executor->each_running([&](const TaskId& task) { names.insert(name_of(launch.framework->id, task)); });
    }
  });
  return names;
}

// What the master holds for each agent.
std::map<AgentId, Names> by_agent(const Master& master, const MasterView& view) {
  std::map<AgentId, Names> all;
  for (const auto& framework : view.frameworks) {
    for (const Task& task : master.tasks(framework.info.id)) {
      if (!is_terminal(task.state)) all[task.agent_id].insert(name_of(task.framework_id, task.task_id));
    }
  }
  return all;
}

void same(World& world, const AgentNode& agent, std::string_view who, const Names& a, std::string_view whom,
          const Names& b) {
  if (a == b) return;
  world.violation("no agreement", agent.name(),
                  cat(who, " has", difference(a, b), ", ", whom, " has", difference(b, a)));
}

void check_agent(World& world, const AgentNode& agent, const MasterView& view,
                 std::map<AgentId, Names>& held) {
  if (!agent.up()) return world.violation("no convergence", agent.name(), "it is down");
  const auto mine = agent.machine()->view();
  if (!mine->registered) return world.violation("no convergence", agent.name(), "it is not registered");
  const auto found = std::find_if(view.agents.begin(), view.agents.end(),
                                  [&](const MasterView::Agent& a) { return a.info.id == mine->info.id; });
  if (found == view.agents.end() || !found->connected) {
    return world.violation("no convergence", agent.name(), cat("the master does not have ", mine->info.id));
  }
  const Names tasks = live_tasks(agent.machine()->tasks());
  same(world, agent, "the agent", tasks, "its machine", running_on(agent));
  same(world, agent, "the agent", tasks, "the master", held[mine->info.id]);
  held.erase(mine->info.id);
  if (!(found->used == mine->used)) {
    world.violation("no agreement", agent.name(),
                    cat("the agent uses ", mine->used.str(), ", the master has ", found->used.str()));
  }
  if (!(found->info.resources == mine->info.resources)) {
    world.violation(
        "no agreement", agent.name(),
        cat("the agent has ", mine->info.resources.str(), ", the master ", found->info.resources.str()));
  }
}

}  // namespace

void check_agreement(World& world) {
  if (!world.master->up()) return world.violation("no convergence", "master", "it is down");
  const Master& master = *world.master->machine();
  const auto view = master.view();
  std::map<AgentId, Names> held = by_agent(master, *view);
  for (const NodeId id : world.agents)
    check_agent(world, static_cast<AgentNode&>(world.node(id)), *view, held);
  world.fates.check_settled();
  for (const auto& [agent, names] : held) {
    world.violation("no agreement", "master",
                    cat("it holds", difference(names, {}), " on ", agent, ", which is not there"));
  }
}

}  // namespace mesoscore::simulator_detail
