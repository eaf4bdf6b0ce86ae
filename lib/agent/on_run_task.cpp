#include "agent/state.hpp"
#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "core/validate_task.hpp"

namespace mesoscore {

void Agent::State::on(msg::RunTask& run) {
  const TaskInfo& info = run.task;
  const FrameworkRecord* known = run.framework ? find_framework(run.framework->id) : nullptr;
  if (!run.framework || (known == nullptr && !validate_id(run.framework->id, "framework id")) ||
      !validate_id(info.task_id, "task id")) {
    return refuse(master, "a task to run needs a framework with an id, and an id");
  }
  if (info.agent_id != agent->id) {
    return note(LogLevel::warning, "ignored task ", info.task_id, ": it is for agent ", info.agent_id);
  }
  if (stopping || (known != nullptr && known->terminating)) {
    note(LogLevel::warning, "ignored task ", info.task_id, ": ", stopping ? "the agent" : "its framework",
         " is shutting down");
    return unused_launch(run);
  }
  // Any answer would be taken for the end of the task that has the id.
  if (find_task(run.framework->id, info.task_id) != nullptr) {
    return note(LogLevel::warning, "ignored task ", info.task_id, ": there is a task with this id");
  }
  FrameworkRecord& framework = add_framework(run.framework->id);
  know(framework, run.framework);
  TaskRecord& task = add_task(framework, info);
  task.info.role = run.role;
  task.info.priority = run.priority;
  if (auto valid = validate_contents(info); !valid) {  // its ids have been looked at
    return refuse_task(task, run, TaskState::error, TaskReason::task_invalid,
                       cat("task ", in_quotes(info.task_id), ": ", valid.error().message));
  }
  end_forgotten_drain();
  if (drain) {
    return refuse_task(task, run, dropped_or_lost(framework), TaskReason::agent_draining,
                       "the agent is draining");
  }
  info.executor ? run_in_executor(task, run) : run_in_container(task, run);
}

// The master has charged the framework for a new executor that will not be.
void Agent::State::unused_launch(const msg::RunTask& run) {
  if (!run.launch_executor || !run.task.executor) return;
  const ExecutorId& id = run.task.executor->executor_id;
  if (validate_id(id, "executor id") && find_executor(run.framework->id, id) == nullptr) {
    executor_exited(run.framework->id, id, 0);
  }
}

// It never runs.
void Agent::State::refuse_task(TaskRecord& task, const msg::RunTask& run, TaskState state, TaskReason reason,
                               std::string message) {
  unused_launch(run);
  if (task.kept) keep_task(task, {});
  decline_task(task, state, reason, std::move(message));
}

void Agent::State::decline_task(TaskRecord& task, TaskState state, TaskReason reason, std::string message) {
  StatusRecord status = new_status(state, TaskSource::agent);
  status.reason = reason;
  status.set_message(std::move(message));
  end_task(task, std::move(status));
}

void Agent::State::run_in_container(TaskRecord& task, msg::RunTask& run) {
  LaunchContainer& launch =
      std::get<LaunchContainer>(out->containers.emplace_back(std::in_place_type<LaunchContainer>));
  launch.container_id = new_container({task.self, kNone}, task.container_id);
  launch.kind = run.task.command ? ContainerKind::command : ContainerKind::function;
  launch.framework = std::move(run.framework);
  launch.agent_id = agent->id;
  launch.durable = task.kept;
  task.container_type = run.task.container ? run.task.container->type : ContainerInfo::Type::mesos;
  if (task.kept) keep_task(task, run.task);
  launch.resources = run.task.resources;
  launch.task = std::move(run.task);
}

void Agent::State::run_in_executor(TaskRecord& task, msg::RunTask& run) {
  FrameworkRecord& framework = frameworks[task.framework];
  task.info.executor_id = run.task.executor->executor_id;
  if (task.kept) keep_task(task, run.task);
  ExecutorRecord* executor = find_executor(framework.id, task.info.executor_id);
  // Resources that the master does not know to be used must not be used.
  std::string_view why;
  if (executor == nullptr && !run.launch_executor) why = "' has ended";
  if (executor != nullptr && run.launch_executor)
    why = "' is running already, and the master does not know it";
  if (executor != nullptr && executor->state == ExecutorRecord::State::terminating) why = "' is terminating";
  if (!why.empty()) {
    return decline_task(task, dropped_or_lost(framework), TaskReason::executor_terminated,
                        cat("executor '", task.info.executor_id, why));
  }
  if (executor == nullptr) executor = &launch_executor(framework, *run.task.executor);
  task.executor = executor->self;
  task.queued = true;
  task.undelivered = std::move(run.task);
  executor->queue.push_back(tasks, task.self);
  deliver_queue(*executor);
}

}  // namespace mesoscore
