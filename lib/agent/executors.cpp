// The life of custom executors.
#include <utility>

#include "agent/exit_text.hpp"
#include "agent/groups.hpp"
#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore {

Agent::State::ExecutorRecord& Agent::State::launch_executor(FrameworkRecord& framework,
                                                            const ExecutorInfo& info) {
  ExecutorRecord& executor = add_executor(framework, info);
  LaunchContainer& launch = std::get<LaunchContainer>(out->containers.emplace_back(LaunchContainer{}));
  launch.container_id = new_container({kNone, executor.self}, executor.container_id);
  launch.kind = ContainerKind::executor;
  launch.durable = framework.kept;
  if (framework.kept) keep_executor(executor);
  launch.framework = framework.info;
  launch.agent_id = agent->id;
  launch.task.executor = executor.info;
  launch.resources = executor.contained;
  timers.arm(executor.timer, after(now, options.executor_registration_timeout));
  return executor;
}

// First room for the tasks, then the tasks; those of a group in one message.
void Agent::State::deliver_queue(ExecutorRecord& executor) {
  if (!executor.peer || executor.state != ExecutorRecord::State::running || executor.queue.empty()) return;
  each(executor.queue, tasks, [&](TaskRecord& task) { executor.contained += task.info.resources; });
  update_container(executor);
  while (!executor.queue.empty()) {
    TaskRecord& next = tasks[executor.queue.front()];
    if (next.group == kNone) {
      send<msg::LaunchTask>(*executor.peer).task = take_queued(next);
      continue;
    }
    auto& group = send<msg::LaunchTaskGroup>(*executor.peer);
    each(groups[next.group].tasks, tasks, [&](TaskRecord& task) {
      if (task.queued) group.tasks.push_back(take_queued(task));
    });
  }
}

TaskInfo Agent::State::take_queued(TaskRecord& task) {
  ExecutorRecord& executor = executors[task.executor];
  executor.queue.remove(tasks, task.self);
  executor.tasks.push_back(tasks, task.self);
  task.queued = false;
  return std::move(task.undelivered);
}

void Agent::State::update_container(const ExecutorRecord& executor) {
  if (executor.state == ExecutorRecord::State::terminating) return;
  out->containers.push_back(UpdateContainer{executor.container_id, executor.contained});
}

void Agent::State::set_terminating(ExecutorRecord& executor) {
  if (executor.state == ExecutorRecord::State::terminating) return;
  executor.state = ExecutorRecord::State::terminating;
  if (frameworks[executor.framework].kept) keep_executor(executor);
}

// With a connection it is asked to end and given time; without one it is killed, which gives it the same
// time.
void Agent::State::shutdown_executor(ExecutorRecord& executor) {
  if (executor.state == ExecutorRecord::State::terminating) return;
  if (executor.is_default()) return agent_detail::shutdown_default_executor(*this, executor);
  set_terminating(executor);
  const Duration grace = std::max(executor.info.shutdown_grace_period, Duration::zero());
  if (executor.peer) {
    send<msg::ExecutorShutdown>(*executor.peer);
    return timers.arm(executor.timer, after(now, grace));
  }
  timers.disarm(executor.timer);
  kill_container(executor.container_id, grace);
}

void Agent::State::shutdown_if_useless(ExecutorRecord& executor) {
  if (executor.got_task || !executor.queue.empty()) return;
  bool waits = false;  // for a sign of a task that was sent to it
  each(executor.tasks, tasks, [&](TaskRecord& task) { waits = waits || task.live(); });
  if (!waits) shutdown_executor(executor);
}

// It has not subscribed in time, or not ended in time.
void Agent::State::executor_overdue(ExecutorRecord& executor) {
  if (executor.state == ExecutorRecord::State::registering) executor.registration_timed_out = true;
  set_terminating(executor);
  kill_container(executor.container_id, Duration::zero());
}

void Agent::State::executor_ended(ExecutorRecord& executor, ContainerEvent& event) {
  if (executor.peer) {
    const PeerId peer = *executor.peer;
    close(peer, "the executor has ended");
    forget_peer(peer);
  }
  agent_detail::before_fates(*this, [&] {
    each(executor.tasks, tasks, [&](TaskRecord& task) {
      executor.tasks.remove(tasks, task.self);
      task_of_ended(task, executor, event);
    });
    each(executor.queue, tasks, [&](TaskRecord& task) {
      executor.queue.remove(tasks, task.self);
      task_of_ended(task, executor, event);
    });
  });
  if (frameworks[executor.framework].kept) out->containers.push_back(ForgetContainer{executor.container_id});
  executor_exited(executor.info.framework_id, executor.info.executor_id, event.wait_status);
  forget_executor(executor);
}

// What the container says of the end counts, then why the agent has ended it, then how it ended.
void Agent::State::task_of_ended(TaskRecord& task, const ExecutorRecord& executor,
                                 const ContainerEvent& event) {
  const FrameworkRecord& framework = frameworks[task.framework];
  const bool staging = task.info.state == TaskState::staging;
  task.executor = kNone;
  task.undelivered = {};
  task.queued = task.uncertain = false;
  if (!task.live()) return;
  const bool launched = event.kind == ContainerEvent::Kind::exited;
  TaskState state = event.state && is_terminal(*event.state) ? *event.state : TaskState::failed;
  TaskReason reason = launched ? TaskReason::executor_terminated : TaskReason::container_launch_failed;
  std::string message = event.message;
  if (executor.registration_timed_out && executor.recovered) {
    state = framework.has(FrameworkCapability::partition_aware) ? TaskState::gone : TaskState::lost;
    reason = TaskReason::executor_reregistration_timeout;
    message = cat("the executor did not subscribe within ",
                  in_seconds(options.executor_reregistration_timeout), " after a restart of the agent");
  } else if (executor.registration_timed_out) {
    reason = TaskReason::executor_registration_timeout;
    message =
        cat("the executor did not subscribe within ", in_seconds(options.executor_registration_timeout));
  } else if (!launched && event.reason == TaskReason::agent_restarted) {
    state = staging ? dropped_or_lost(framework) : TaskState::failed;
    if (message.empty()) message = "the executor was not started before the agent was restarted";
  } else if (message.empty()) {
    message = launched ? "the executor has ended: " + agent_detail::exit_text(event.wait_status)
                       : "the executor could not be started";
  }
  decline_task(task, state, event.reason.value_or(reason), std::move(message));
}

void Agent::State::executor_exited(const FrameworkId& framework, const ExecutorId& executor,
                                   int wait_status) {
  msg::ExecutorExited exit{framework, executor, wait_status};
  if (phase == Phase::registering) return unsent_exits.push_back(std::move(exit));
  if (phase == Phase::registered) send<msg::ExecutorExited>(master) = std::move(exit);
}

}  // namespace mesoscore
