// RECONCILE: what does the master know of these tasks? Implicitly (no list): every task that it holds.
#include "master/state.hpp"

namespace mesoscore {
namespace {

void answer_known(Master::State& s, std::uint32_t f, const MasterTask& task) {
  TaskStatus status =
      s.own_status(task.id, task.forwarded_state.value_or(task.state), TaskReason::reconciliation, "");
  status.message = "Reconciliation: latest task state";
  status.agent_id = s.agents[task.agent].id();
  status.executor_id = task.executor_id;
  if (const StatusRecord* last = task.history.last()) {
    status.healthy = last->healthy;
    if (last->rest) {
      status.check_status = last->rest->check_status;
      status.container_status = last->rest->container_status;
    }
  }
  s.send_status(f, std::move(status));
}

// An agent that is not back yet may have the task: it is too early to tell.
bool is_too_early(const Master::State& s, const AgentId& agent) {
  return agent.empty() ? !s.recovery.agents.empty() : s.recovery.agents.contains(agent);
}

void answer_unknown(Master::State& s, std::uint32_t f, const msg::Reconcile::Item& item) {
  const MasterFramework& framework = s.frameworks[f];
  TaskStatus status = s.own_status(item.task_id, TaskState::unknown, TaskReason::reconciliation, "");
  status.agent_id = item.agent_id;
  const UnreachableAgent* lost = s.unreachable.find(item.agent_id);
  if (!item.agent_id.empty() && s.find_agent(item.agent_id) != kNone) {
    status.state = s.lost_or(framework, TaskState::gone);
    status.message = "Reconciliation: the task is unknown to its agent";
  } else if (lost != nullptr) {
    status.state = s.lost_or(framework, TaskState::unreachable);
    status.unreachable_time = to_unix_seconds(lost->since);
    status.message = "Reconciliation: the agent of the task is unreachable";
  } else if (s.gone.contains(item.agent_id)) {
    status.state = s.lost_or(framework, TaskState::gone_by_operator);
    status.message = "Reconciliation: the agent of the task is gone for ever";
  } else {
    status.state = s.lost_or(framework, TaskState::unknown);
    status.message = "Reconciliation: the task and its agent are unknown";
  }
  s.send_status(f, std::move(status));
}

// A task in the unreachable cache answers for its agent even if the request does not name it.
msg::Reconcile::Item with_agent(const MasterFramework& framework, const msg::Reconcile::Item& item) {
  const UnreachableTask* task = framework.unreachable.find(item.task_id);
  return task == nullptr ? item : msg::Reconcile::Item{item.task_id, task->agent_id};
}

}  // namespace

void Master::State::on_reconcile(std::uint32_t f, const msg::Reconcile& call) {
  if (call.tasks.empty()) {
    const auto& list = frameworks[f].tasks;
    for (std::uint32_t t = list.front(); t != kNone; t = list.next(tasks, t))
      answer_known(*this, f, tasks[t]);
    return;
  }
  for (const msg::Reconcile::Item& item : call.tasks) {
    const std::uint32_t t = find_task(f, item.task_id);
    if (t != kNone) {
      answer_known(*this, f, tasks[t]);
    } else if (!is_too_early(*this, item.agent_id)) {
      answer_unknown(*this, f, with_agent(frameworks[f], item));
    }
  }
}

}  // namespace mesoscore
