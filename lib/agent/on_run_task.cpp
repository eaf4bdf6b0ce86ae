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
  info.executor ? run_in_executor(task, run) : run_in_container(task, run.task, run.framework);
}

// The master has charged the framework for a new executor that will not be.
void Agent::State::unused_launch(const msg::RunTask& run) {
  if (run.task.executor) unused_executor(run.framework->id, *run.task.executor, run.launch_executor);
}

void Agent::State::unused_executor(const FrameworkId& framework, const ExecutorInfo& executor,
                                   bool launch_executor) {
  const ExecutorId& id = executor.executor_id;
  if (launch_executor && validate_id(id, "executor id") && find_executor(framework, id) == nullptr) {
    executor_exited(framework, id, 0);
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

void Agent::State::run_in_container(TaskRecord& task, TaskInfo& info, const msg::FrameworkPtr& framework) {
  LaunchContainer& launch =
      std::get<LaunchContainer>(out->containers.emplace_back(std::in_place_type<LaunchContainer>));
  launch.container_id = new_container({task.self, kNone}, task.container_id);
  launch.kind = info.command ? ContainerKind::command : ContainerKind::function;
  launch.framework = framework;
  launch.agent_id = agent->id;
  launch.durable = task.kept;
  task.container_type = info.container ? info.container->type : ContainerInfo::Type::mesos;
  if (task.kept) keep_task(task, info);
  launch.resources = info.resources;
  launch.task = std::move(info);
}

// Empty: it is to be used. Resources that the master does not know to be used must not be used.
std::string_view Agent::State::why_not_in(const ExecutorRecord* executor, const ExecutorInfo& wanted,
                                          bool launch_executor) const noexcept {
  if (executor == nullptr) return launch_executor ? "" : "' has ended";
  if (executor->state == ExecutorRecord::State::terminating) return "' is terminating";
  if (launch_executor) return "' is running already, and the master does not know it";
  const bool wants_default = wanted.type == ExecutorInfo::Type::default_;
  return executor->is_default() == wants_default ? "" : "' is of another type";
}

void Agent::State::run_in_executor(TaskRecord& task, msg::RunTask& run) {
  FrameworkRecord& framework = frameworks[task.framework];
  const ExecutorInfo& wanted = *run.task.executor;
  task.info.executor_id = wanted.executor_id;
  if (task.kept) keep_task(task, run.task);
  ExecutorRecord* executor = find_executor(framework.id, task.info.executor_id);
  if (const std::string_view why = why_not_in(executor, wanted, run.launch_executor); !why.empty()) {
    return decline_task(task, dropped_or_lost(framework), TaskReason::executor_terminated,
                        cat("executor '", task.info.executor_id, why));
  }
  if (executor == nullptr) executor = &launch_executor(framework, wanted);
  queue_task(task, *executor, std::move(run.task));
  deliver_queue(*executor);
}

void Agent::State::queue_task(TaskRecord& task, ExecutorRecord& executor, TaskInfo&& info) {
  task.executor = executor.self;
  task.queued = true;
  task.undelivered = std::move(info);
  task.checks.reset();  // they are for the executor to make
  executor.queue.push_back(tasks, task.self);
}

}  // namespace mesoscore
