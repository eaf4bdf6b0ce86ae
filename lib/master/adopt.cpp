// What an agent that re-registers has, and what the master knows of it.
#include <map>

#include "master/state.hpp"

namespace mesoscore {
namespace {

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
  record.reported = s.reregistrations;
  s.frameworks[f].unreachable.erase(task.task_id);
}

void announce_return(Master::State& s, std::uint32_t f, std::uint32_t a, const Task& task) {
  TaskStatus status = s.own_status(task.task_id, task.state, TaskReason::agent_reregistered,
                                   "The agent of the task has re-registered");
  status.agent_id = s.agents[a].id();
  status.executor_id = task.executor_id;
  s.send_status(f, std::move(status));
}

// The agent may know more of it than the master.
void refresh(Master::State& s, std::uint32_t t, const Task& reported) {
  MasterTask& task = s.tasks[t];
  task.reported = s.reregistrations;
  if (is_terminal(task.state)) return;
  task.state = reported.state;
  if (is_terminal(task.state)) s.release_resources(t);
}

// Tasks of one framework and role come in a row: the allocator gets one sum for them.
class Sums {
 public:
  void add(std::uint32_t f, const RoleName& role, const Resources& resources) {
    const FrameworkHandle framework = framework_handle(f);
    if (holdings_.empty() || holdings_.back().framework != framework || holdings_.back().role != role) {
      holdings_.push_back({framework, role, resources});
    } else {
      holdings_.back().resources += resources;
    }
  }
  std::vector<Holding> take() { return std::move(holdings_); }

 private:
  std::vector<Holding> holdings_;
};

using ExecutorName = std::pair<std::string_view, std::string_view>;  // framework, executor

// An executor counts for the role of its tasks.
void adopt_executors(Master::State& s, std::uint32_t a, const msg::ReregisterAgent& call, Sums& sums) {
  if (call.executors.empty()) return;
  std::map<ExecutorName, const RoleName*> roles;
  for (const Task& task : call.tasks) {
    if (!task.executor_id.empty()) roles[{task.framework_id.view(), task.executor_id.view()}] = &task.role;
  }
  for (const msg::AgentExecutor& executor : call.executors) {
    const std::uint32_t f = s.framework_of(executor.framework_id, call.frameworks);
    if (f == kNone || s.find_executor(a, f, executor.info.executor_id) != nullptr) continue;
    const auto found = roles.find({executor.framework_id.view(), executor.info.executor_id.view()});
    const RoleName role = found == roles.end() ? s.frameworks[f].info->roles.front() : *found->second;
    s.agents[a].executors.push_back({f, role, executor.info});
    sums.add(f, role, executor.info.resources);
  }
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

std::vector<Holding> Master::State::adopt_all(std::uint32_t a, const msg::ReregisterAgent& call,
                                              bool announce) {
  ++reregistrations;
  Sums sums;
  for (const Task& task : call.tasks) {
    const std::uint32_t f = framework_of(task.framework_id, call.frameworks);
    if (f == kNone) continue;
    const std::uint32_t t = find_task(f, task.task_id);
    const bool live = !is_terminal(task.state);
    if (t != kNone && tasks[t].agent == a) {
      refresh(*this, t, task);
    } else if (find_doubled(a, f, task.task_id) != nullptr) {
      continue;  // it is accounted for
    } else if (t == kNone) {
      adopt_task(*this, f, a, task);
      if (announce) announce_return(*this, f, a, task);
      if (live) sums.add(f, task.role, task.resources);
    } else if (live) {
      agents[a].doubled.push_back({f, task.task_id, task.role, task.resources});
      sums.add(f, task.role, task.resources);
    }
  }
  adopt_executors(*this, a, call, sums);
  return sums.take();
}

}  // namespace mesoscore
