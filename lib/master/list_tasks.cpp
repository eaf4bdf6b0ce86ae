// The tasks that operators see: those that live, then those that have ended lately, the latest first.
#include <algorithm>

#include "master/state.hpp"

namespace mesoscore {
namespace {

using State = Master::State;

class TaskList {
 public:
  TaskList(const State& state, const AgentId& agent, std::vector<TaskSummary>& listed)
      : state_(state), agent_(agent), listed_(listed) {}

  void add_live(std::uint32_t f) {
    const auto& list = state_.frameworks[f].tasks;
    for (std::uint32_t t = list.front(); t != kNone; t = list.next(state_.tasks, t)) {
      const MasterTask& task = state_.tasks[t];
      add(task, state_.agents[task.agent].id());
    }
  }
  void add_ended(std::uint32_t f) {
    const MasterFramework& framework = state_.frameworks[f];
    const std::size_t count = framework.completed.size();
    for (std::size_t back = 1; back <= count; ++back) {
      const std::size_t place = (framework.completed_next + count - back) % count;
      const MasterTask& task = state_.tasks[framework.completed[place]];
      add(task, task.ended_on);
    }
  }
  std::size_t count() const noexcept { return count_; }

 private:
  void add(const MasterTask& task, const AgentId& on) {
    if (!agent_.empty() && on != agent_) return;
    if (++count_ > kMaxListedEntries) return;
    TaskSummary& summary = listed_.emplace_back();
    summary.id = task.id;
    summary.framework_id = state_.frameworks[task.framework].id();
    summary.agent_id = on;
    summary.executor_id = task.executor_id;
    summary.name = task.name;
    summary.state = task.state;
    if (const StatusRecord* last = task.history.last()) summary.healthy = last->healthy;
    summary.resources = task.resources;
  }

  const State& state_;
  const AgentId& agent_;
  std::vector<TaskSummary>& listed_;
  std::size_t count_ = 0;
};

bool is_known(const State& s, const AgentId& agent) {
  return s.find_agent(agent) != kNone || s.unreachable.contains(agent) || s.gone.contains(agent) ||
         s.recovery.agents.contains(agent);
}

}  // namespace

Result<std::size_t> Master::State::list_tasks(std::uint32_t f, const AgentId& agent,
                                              std::vector<TaskSummary>& to) const {
  if (!agent.empty() && !is_known(*this, agent)) {
    return fail(Errc::not_found, cat("no agent with the id \"", agent, "\" is known"));
  }
  const std::vector<std::uint32_t> whose = f == kNone ? in_order(frameworks) : std::vector<std::uint32_t>{f};
  TaskList list(*this, agent, to);
  for (const std::uint32_t each : whose) list.add_live(each);
  for (const std::uint32_t each : whose) list.add_ended(each);
  return list.count();
}

}  // namespace mesoscore
