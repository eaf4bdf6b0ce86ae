// After a restart: what has become of the containers that were there? Until all have been heard of, nothing
// is said to anybody. Executors that come meanwhile wait.
#include <algorithm>

#include "agent/checks.hpp"
#include "agent/groups.hpp"
#include "agent/state.hpp"
#include "agent/volumes.hpp"
#include "core/text_cat.hpp"

namespace mesoscore {

using agent_detail::ContainerOwner;
using agent_detail::IdKey;

namespace {

// Each is to be answered. One that is not cannot be waited for.
void fail_unheard(Agent::State& s) {
  const auto forgotten = [&](const ContainerId& id) {
    const auto found = s.container_by_id.find(IdKey{&id});
    return found != s.container_by_id.end() && found->second.awaited;
  };
  std::vector<ContainerId> unheard;
  s.each(s.framework_list, s.frameworks, [&](agent_detail::FrameworkRecord& framework) {
    s.each(framework.executors, s.executors, [&](agent_detail::ExecutorRecord& executor) {
      if (forgotten(executor.container_id)) unheard.push_back(executor.container_id);
    });
    s.each(framework.tasks, s.tasks, [&](agent_detail::TaskRecord& task) {
      if (forgotten(task.container_id)) unheard.push_back(task.container_id);
    });
  });
  for (const ContainerId& id : unheard) {
    s.note(LogLevel::error, "nothing was said of container ", id);
    s.kill_container(id, Duration::zero());
    ContainerEvent lost;
    lost.container_id = id;
    lost.kind = ContainerEvent::Kind::exited;
    lost.state = TaskState::failed;
    lost.reason = TaskReason::executor_terminated;
    lost.message = "nothing is known of its container after a restart of the agent";
    s.on(lost);
  }
}

}  // namespace

void Agent::State::ask_for_containers() {
  recovery = Recovery::asked;
  if (!recovery_note.empty()) note(LogLevel::warning, recovery_note);
  RecoverContainers call;
  call.agent_id = agent->id;
  each(framework_list, frameworks, [&](FrameworkRecord& framework) {
    each(framework.executors, executors, [&](ExecutorRecord& executor) {
      if (executor.is_default()) return;
      const ExecutorInfo& info = executor.info;
      call.known.push_back({.container_id = executor.container_id,
                            .kind = ContainerKind::executor,
                            .type = info.container ? info.container->type : ContainerInfo::Type::mesos,
                            .framework_id = framework.id,
                            .directory = info.executor_id.str(),
                            .resources = executor.contained});
    });
    each(framework.tasks, tasks, [&](TaskRecord& task) {
      if (task.container_id.empty()) return;
      const ContainerKind kind = task.function ? ContainerKind::function : ContainerKind::command;
      call.known.push_back({.container_id = task.container_id,
                            .kind = kind,
                            .type = task.container_type,
                            .framework_id = framework.id,
                            .directory = task.info.task_id.str(),
                            .resources = task.info.resources});
    });
  });
  note(LogLevel::info, "recovering as ", agent->id.empty() ? "a new agent" : agent->id.view(), ": ",
       call.known.size(), " containers");
  out->containers.push_back(std::move(call));
  each(operation_list, operations,
       [&](OperationRecord& operation) { agent_detail::erase_volumes(*this, operation); });
}

// The first that is heard of a container of before. True: the event is to be handled as any other.
bool Agent::State::hear_of(const ContainerOwner& owner, ContainerEvent& event) {
  const bool over =
      event.kind == ContainerEvent::Kind::launch_failed || event.kind == ContainerEvent::Kind::exited;
  if (owner.executor != kNone) {
    if (!over) executor_recovered(executors[owner.executor]);
    return over;
  }
  TaskRecord& task = tasks[owner.task];
  if (!task.live()) {  // what has been recorded is true
    if (!over) kill_container(task.container_id, Duration::zero());
    drop_container(task);
    return false;
  }
  if (!over && !task.function) {
    task_recovered(task, event);
    return false;
  }
  explain_end(task, event);
  return true;
}

void Agent::State::task_recovered(TaskRecord& task, ContainerEvent& event) {
  if (task.kill.wanted) {
    task.started = true;
    return kill_container(task.container_id,
                          std::max(Duration::zero(), after(task.kill.first, task.kill.grace) - now));
  }
  if (!task.started) return contained_started(task, event);
  if (task.max_completion_time)
    timers.arm(task.completion, after(task.running_since, *task.max_completion_time));
  if (!task.checks) return;
  task.checks->container_status = std::move(event.status);
  agent_detail::start_checks(*this, task, task.running_since);
}

// What the containers cannot know.
void Agent::State::explain_end(TaskRecord& task, ContainerEvent& event) {
  const bool ran = task.started;
  task.started = ran || event.kind == ContainerEvent::Kind::exited;
  const bool lost_track = ran && event.kind == ContainerEvent::Kind::launch_failed;
  if (!task.function && !lost_track) return;
  event.kind = ContainerEvent::Kind::exited;
  event.state = TaskState::failed;
  event.reason = TaskReason::executor_terminated;
  event.message = task.function ? "the function ended with the process of its agent"
                                : "the task ended while the agent was away, and nothing is left of it";
}

void Agent::State::executor_recovered(ExecutorRecord& executor) {
  if (executor.state == ExecutorRecord::State::terminating) {
    return kill_container(executor.container_id,
                          std::max(executor.info.shutdown_grace_period, Duration::zero()));
  }
  timers.arm(executor.timer, after(now, options.executor_reregistration_timeout));
}

// All containers have been heard of.
void Agent::State::end_recovery() {
  if (recovery != Recovery::asked) return note(LogLevel::warning, "ignored the end of a recovery");
  fail_unheard(*this);
  recovery = Recovery::none;
  begin();
  fates_wait = false;
  agent_detail::carry_out_fates(*this);
  kill_for_drain();
  if (options.recovery == AgentRecovery::cleanup && !stop_wanted) cleanup = true;
  if (cleanup || stop_wanted) {
    Stop stop;
    on(stop);
  }
  for (auto& [peer, subscribe] : std::exchange(early_subscriptions, {})) {
    if (peers.contains(static_cast<std::uint64_t>(peer))) on(peer, subscribe);
  }
}

}  // namespace mesoscore
