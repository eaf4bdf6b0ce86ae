// Finding, making and forgetting what the agent remembers.
#include "agent/checks.hpp"
#include "agent/groups.hpp"
#include "agent/state.hpp"

namespace mesoscore {

using agent_detail::IdKey;
using agent_detail::OwnedKey;

namespace {

// Instead of what a task of before has left in the record. What owns memory is assigned to, not cleared: it
// is reused.
void reset(Agent::State::TaskRecord& task, const TaskInfo& from) {
  Task& info = task.info;
  info.task_id = from.task_id;
  if (!info.executor_id.empty()) info.executor_id = {};
  info.name = from.name;
  info.resources = from.resources;
  info.labels = from.labels;
  info.role = {};
  info.priority = 0;
  info.state = TaskState::staging;
  info.status_update_state.reset();
  info.status_update_uuid.reset();
  task.history.clear();
  task.executor = task.group = kNone;
  task.container_id = {};
  task.started = task.queued = task.over_time = task.uncertain = task.function = false;
  task.kill = {};
  task.kill_policy = from.kill_policy;
  task.max_completion_time = from.max_completion_time;
  task.updates.last_number = task.updates.acknowledged = 0;
  task.updates.seen.clear();
  task.updates.oldest_seen = 0;
}

// As Uuid::str(), without its allocation.
ContainerId text_of(const Uuid& uuid) {
  constexpr char kHex[] = "0123456789abcdef";
  char text[48];  // 36 are used; gcc 12 believes that Id would read more
  const std::uint8_t* byte = uuid.bytes.data();
  char* at = text;
  for (const int bytes : {4, 2, 2, 2, 6}) {
    if (at != text) *at++ = '-';
    for (const std::uint8_t* const end = byte + bytes; byte != end; ++byte) {
      *at++ = kHex[*byte >> 4];
      *at++ = kHex[*byte & 15];
    }
  }
  return ContainerId(std::string_view(text, static_cast<std::size_t>(at - text)));
}

template <class Map, class Records>
auto find_in(const Map& map, Records& records, std::uint32_t framework, const BasicText<48>& id) noexcept {
  const auto found = map.find(OwnedKey{framework, &id});
  return found == map.end() ? nullptr : &records[found->second];
}

}  // namespace

Agent::State::FrameworkRecord* Agent::State::find_framework(const FrameworkId& id) noexcept {
  // Messages of one framework come in a row.
  if (frameworks.live(last_framework) && frameworks[last_framework].id == id)
    return &frameworks[last_framework];
  const auto found = framework_by_id.find(IdKey{&id});
  if (found == framework_by_id.end()) return nullptr;
  last_framework = found->second;
  return &frameworks[last_framework];
}

Agent::State::TaskRecord* Agent::State::find_task(const FrameworkId& framework, const TaskId& task) noexcept {
  const FrameworkRecord* owner = find_framework(framework);
  return owner == nullptr ? nullptr : find_in(task_by_id, tasks, owner->self, task);
}

Agent::State::ExecutorRecord* Agent::State::find_executor(const FrameworkId& framework,
                                                          const ExecutorId& executor) noexcept {
  const FrameworkRecord* owner = find_framework(framework);
  return owner == nullptr ? nullptr : find_in(executor_by_id, executors, owner->self, executor);
}

Agent::State::FrameworkRecord& Agent::State::add_framework(const FrameworkId& id) {
  if (FrameworkRecord* known = find_framework(id)) return *known;
  const std::uint32_t index = frameworks.acquire();
  FrameworkRecord& framework = frameworks[index];
  framework.id = id;
  framework.info = nullptr;
  framework.self = index;
  framework.terminating = framework.pinned = framework.kept = false;
  framework_list.push_back(frameworks, index);
  framework_by_id.emplace(IdKey{&framework.id}, index);
  return framework;
}

Agent::State::TaskRecord& Agent::State::add_task(FrameworkRecord& framework, const TaskInfo& info) {
  const std::uint32_t index = tasks.acquire();
  TaskRecord& task = tasks[index];
  reset(task, info);
  task.self = task.updates.timer.owner = task.completion.owner = index;
  task.framework = framework.self;
  agent_detail::add_checks(task, info);
  task.kept = framework.kept;
  framework.tasks.push_back(tasks, index);
  task_by_id.emplace(OwnedKey{framework.self, &task.info.task_id}, index);
  return task;
}

Agent::State::ExecutorRecord& Agent::State::add_executor(FrameworkRecord& framework,
                                                         const ExecutorInfo& info) {
  const std::uint32_t index = executors.acquire();
  ExecutorRecord& executor = executors[index];
  executor.info = info;
  executor.info.framework_id = framework.id;
  executor.self = executor.timer.owner = index;
  executor.framework = framework.self;
  executor.state = ExecutorRecord::State::registering;
  executor.got_task = executor.registration_timed_out = executor.recovered = false;
  executor.peer.reset();
  executor.contained = info.resources;
  executor.live_tasks = 0;
  framework.executors.push_back(executors, index);
  executor_by_id.emplace(OwnedKey{framework.self, &executor.info.executor_id}, index);
  return executor;
}

void Agent::State::forget_task(TaskRecord& task) {
  drop_updates(task);
  if (task.kept) erase_task(task);
  timers.disarm(task.completion);
  if (task.checks) {
    agent_detail::stop_checks(*this, task);
    task.checks.reset();
  }
  if (task.executor != kNone) {
    ExecutorRecord& executor = executors[task.executor];
    (task.queued ? executor.queue : executor.tasks).remove(tasks, task.self);
  }
  if (task.queued || task.uncertain) task.undelivered = {};
  agent_detail::leave_group(*this, task);
  FrameworkRecord& framework = frameworks[task.framework];
  framework.tasks.remove(tasks, task.self);
  task_by_id.erase(OwnedKey{framework.self, &task.info.task_id});
  tasks.release(task.self);
  release_framework(framework);
}

void Agent::State::forget_executor(ExecutorRecord& executor) {
  timers.disarm(executor.timer);
  container_by_id.erase(IdKey{&executor.container_id});
  FrameworkRecord& framework = frameworks[executor.framework];
  if (framework.kept) changes.push_back(erase(executor_key(framework.id, executor.info.executor_id)));
  framework.executors.remove(executors, executor.self);
  executor_by_id.erase(OwnedKey{framework.self, &executor.info.executor_id});
  executor.info = {};
  executors.release(executor.self);
  release_framework(framework);
}

void Agent::State::release_framework(FrameworkRecord& framework) {
  if (framework.pinned || !framework.tasks.empty() || !framework.executors.empty()) return;
  if (framework.kept) changes.push_back(erase(framework_key(framework.id)));
  framework_list.remove(frameworks, framework.self);
  framework_by_id.erase(IdKey{&framework.id});
  framework.info = nullptr;
  frameworks.release(framework.self);
}

ContainerId Agent::State::new_container(ContainerOwner owner, ContainerId& id) {
  const std::uint64_t high = rng.next();
  id = text_of(Uuid::from_random(high, rng.next()));
  container_by_id.emplace(IdKey{&id}, owner);
  return id;
}

Task Agent::State::describe(const TaskRecord& task) const {
  Task described = task.info;
  described.framework_id = frameworks[task.framework].id;
  described.agent_id = agent->id;
  described.statuses = task.history.of(described.task_id, described.agent_id, described.executor_id);
  return described;
}

Resources Agent::State::used() const {
  Resources sum;
  for (std::uint32_t i = framework_list.front(); i != kNone; i = frameworks[i].in_agent.next) {
    const FrameworkRecord& framework = frameworks[i];
    for (std::uint32_t e = framework.executors.front(); e != kNone; e = executors[e].in_framework.next) {
      sum += executors[e].info.resources;
    }
    for (std::uint32_t t = framework.tasks.front(); t != kNone; t = tasks[t].in_framework.next) {
      if (tasks[t].live()) sum += tasks[t].info.resources;
    }
  }
  return sum;
}

}  // namespace mesoscore
