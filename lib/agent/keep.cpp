// What a durable agent keeps, as changes of the step that is going on; see record.hpp. Whether a task, an
// executor or a framework is kept is settled when it comes: those of frameworks that checkpoint are.
#include "agent/state.hpp"

namespace mesoscore {

using agent_detail::UpdateRecord;

void Agent::State::keep(Record record) { changes.push_back(put(std::move(record))); }

void Agent::State::keep_self() {
  if (!options.durable || agent->id.empty()) return;
  self_kept = true;
  keep(record::Self{*agent, configured, options.boot_id, drain});
}

void Agent::State::know(FrameworkRecord& framework, const msg::FrameworkPtr& info) {
  if (framework.info == info) return;
  const bool first = framework.info == nullptr;
  const bool changed = first || (framework.kept && *framework.info != *info);
  framework.info = info;
  if (first) framework.kept = options.durable && info->checkpoint;
  if (framework.kept && changed) keep_framework(framework);
}

void Agent::State::keep_framework(const FrameworkRecord& framework) {
  keep(record::Framework{*framework.info, framework.terminating});
}

void Agent::State::keep_executor(const ExecutorRecord& executor) {
  const bool terminating = executor.state == ExecutorRecord::State::terminating;
  keep(record::Executor{executor.info.framework_id, executor.info, executor.container_id, terminating});
}

// An executor may have to be given the task again. Of the others it is enough to know what they are; and what
// is in an environment may be a secret.
void Agent::State::keep_task(const TaskRecord& task, const TaskInfo& info) {
  TaskInfo kept;
  if (info.executor) {
    kept = info;
  } else {
    kept.task_id = task.info.task_id;
    kept.agent_id = agent->id;
    kept.name = task.info.name;
    kept.resources = task.info.resources;
    kept.labels = task.info.labels;
    kept.kill_policy = task.kill_policy;
    kept.max_completion_time = task.max_completion_time;
    kept.function = info.function;
    kept.container = info.container;
    kept.health_checks = info.health_checks;
    kept.checks = info.checks;
    if (info.command) {
      kept.command = info.command;
      kept.command->environment.clear();
    }
  }
  record::Task record{frameworks[task.framework].id,
                      std::move(kept),
                      task.info.role,
                      task.info.priority,
                      task.container_id,
                      {},
                      {}};
  if (!info.executor) record.executor_id = task.info.executor_id;
  if (task.group != kNone) record.group = groups[task.group].uuid;
  keep(std::move(record));
}

void Agent::State::keep_kill(TaskRecord& task) {
  task.kill.kept = true;
  keep(record::Kill{frameworks[task.framework].id, task.info.task_id, task.kill.first, task.kill.grace,
                    task.kill.policy});
}

void Agent::State::keep_update(const TaskRecord& task, const UpdateRecord& update, bool acknowledged) {
  record::Update kept{frameworks[task.framework].id, update.number, acknowledged, {}};
  kept.status.task_id = task.info.task_id;
  kept.status.agent_id = agent->id;
  kept.status.executor_id = task.info.executor_id;
  restore(update.status, kept.status);
  keep(std::move(kept));
}

// The head, in the place of the one that was acknowledged before it. Of a task that says RUNNING again and
// again the first of these stays: it says since when.
void Agent::State::keep_acknowledged(TaskRecord& task) {
  const UpdateRecord& head = updates[task.updates.head];
  if (!task.checks || task.checks->running_number != task.updates.acknowledged)
    erase_update(task, task.updates.acknowledged);
  task.updates.acknowledged = head.number;
  keep_update(task, head, true);
}

void Agent::State::erase_update(const TaskRecord& task, std::uint64_t number) {
  if (number == 0) return;
  changes.push_back(erase(update_key(frameworks[task.framework].id, task.info.task_id, number)));
}

void Agent::State::erase_updates(TaskRecord& task) {
  if (task.checks && task.checks->running_number < task.updates.acknowledged)
    erase_update(task, task.checks->running_number);
  erase_update(task, std::exchange(task.updates.acknowledged, 0));
  for (std::uint32_t i = task.updates.head; i != kNone; i = updates[i].next)
    erase_update(task, updates[i].number);
}

void Agent::State::erase_task(TaskRecord& task) {
  const FrameworkId& framework = frameworks[task.framework].id;
  if (std::exchange(task.kill.kept, false)) changes.push_back(erase(kill_key(framework, task.info.task_id)));
  changes.push_back(erase(task_key(framework, task.info.task_id)));
}

void Agent::State::keep_operation(const OperationRecord& operation) {
  if (options.durable) keep(record::Operation{operation.info, operation.framework});
}

// The agent is no more.
void Agent::State::erase_all() {
  if (!options.durable) return;
  each(framework_list, frameworks, [&](FrameworkRecord& framework) {
    each(framework.tasks, tasks, [&](TaskRecord& task) {
      if (!task.kept) return;
      erase_updates(task);
      erase_task(task);
    });
    if (!framework.kept) return;
    each(framework.executors, executors, [&](ExecutorRecord& executor) {
      changes.push_back(erase(executor_key(framework.id, executor.info.executor_id)));
    });
    changes.push_back(erase(framework_key(framework.id)));
  });
  each(operation_list, operations,
       [&](OperationRecord& operation) { changes.push_back(erase(operation_key(operation.info.uuid))); });
  if (std::exchange(self_kept, false)) changes.push_back(erase(self_key()));
}

}  // namespace mesoscore
