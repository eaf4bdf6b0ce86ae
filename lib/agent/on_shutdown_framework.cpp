#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on(msg::ShutdownFramework& shutdown) {
  drop_operations(shutdown.framework_id);  // nobody is told of them any more
  if (FrameworkRecord* framework = find_framework(shutdown.framework_id))
    return shutdown_framework(*framework);
  note(LogLevel::info, "nothing to shut down of framework ", shutdown.framework_id);
}

void Agent::State::remember_completed(const FrameworkId& framework) {
  if (options.limits.max_completed_frameworks > 0) completed.push_back(framework);
  if (completed.size() > options.limits.max_completed_frameworks) completed.pop_front();
}

// Its containers end; nobody is told of the tasks any more.
void Agent::State::shutdown_framework(FrameworkRecord& framework) {
  if (framework.terminating) return;
  note(LogLevel::info, "shutting down framework ", framework.id);
  framework.terminating = framework.pinned = true;
  if (framework.kept) keep_framework(framework);
  remember_completed(framework.id);
  each(framework.tasks, tasks, [&](TaskRecord& task) {
    if (!task.live() || task.queued) return forget_task(task);
    drop_updates(task);
    timers.disarm(task.completion);
    if (task.executor == kNone) kill_contained(task, grace_of(task, std::nullopt));
  });
  each(framework.executors, executors, [&](ExecutorRecord& executor) { shutdown_executor(executor); });
  framework.pinned = false;
  release_framework(framework);
}

}  // namespace mesoscore
