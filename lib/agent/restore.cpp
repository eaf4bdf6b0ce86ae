#include "agent/restore.hpp"

#include <algorithm>
#include <map>

#include "agent/checks.hpp"
#include "agent/compatibility.hpp"
#include "agent/groups.hpp"
#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::agent_detail {
namespace {

using TaskUpdate = std::pair<const RecordKey*, record::Update*>;

tl::unexpected<Error> corrupt(const RecordKey& key, std::string_view what) {
  return fail(Errc::data_corrupt, cat("record ", in_quotes(key), ": ", what));
}

// KILLED by its own time limit, or because somebody wanted it? A kill that somebody wanted takes the limit
// away.
bool ran_out_of_time(const TaskRecord& task) {
  constexpr Duration kRounding = std::chrono::milliseconds(1);  // times in statuses are doubles
  if (!task.kill.wanted || !task.max_completion_time) return false;
  const StatusRecord* last = task.history.last();
  if (last != nullptr && last->reason == TaskReason::max_completion_time_reached) return true;
  return task.running_since != TimePoint{} &&
         task.kill.first + kRounding >= after(task.running_since, *task.max_completion_time);
}

class Restoring {
 public:
  Restoring(Agent::State& state, std::vector<Record>& records) : state_(state) {
    sorted_.reserve(records.size());
    for (Record& record : records) sorted_.emplace_back(key_of(record), &record);
    std::sort(sorted_.begin(), sorted_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  Status run() {
    MESOSCORE_TRY(check_keys());
    if (sorted_.empty()) return {};
    MESOSCORE_TRY(each<record::Self>());
    if (anew_) return erase_everything();
    if (!self_) return corrupt(sorted_.front().first, "there is no record of the agent itself");
    MESOSCORE_TRY(each<record::Framework>());
    MESOSCORE_TRY(each<record::Executor>());
    MESOSCORE_TRY(each<record::Task>());
    MESOSCORE_TRY(each<record::Kill>());
    MESOSCORE_TRY(each<record::Update>());
    MESOSCORE_TRY(place_updates());
    MESOSCORE_TRY(each<record::Operation>());
    return place_tasks();
  }

 private:
  template <class R>
  Status each() {
    for (auto& [key, record] : sorted_) {
      if (R* wanted = std::get_if<R>(record)) MESOSCORE_TRY(take(key, *wanted));
    }
    return {};
  }

  Status check_keys() {
    for (std::size_t i = 0; i < sorted_.size(); ++i) {
      const auto& [key, record] = sorted_[i];
      if (i > 0 && sorted_[i - 1].first == key) return corrupt(key, "it is there twice");
      if (record->index() > Record(record::Operation{}).index())
        return corrupt(key, "it is a master's: this storage does not belong to an agent");
    }
    return {};
  }

  Status erase_everything() {
    for (const auto& at : sorted_) state_.changes.push_back(erase(at.first));
    return {};
  }

  Status take(const RecordKey& key, record::Self& self) {
    if (!validate_id(self.info.id, "agent id")) return corrupt(key, "the agent has no valid id");
    self_ = true;
    const std::string& boot = state_.options.boot_id;
    const bool rebooted = !boot.empty() && !self.boot_id.empty() && boot != self.boot_id;
    Result<AgentInfo> info = continued(self, *state_.agent);
    if (!info && rebooted) {
      anew_ = true;
      state_.recovery_note = cat("the machine was restarted and this is a new agent, no longer ",
                                 self.info.id, ": ", info.error().message);
      return {};
    }
    if (!info) return fail(std::move(info.error()));
    state_.agent = std::make_shared<const AgentInfo>(std::move(*info));
    state_.drain = self.drain;
    state_.self_kept = true;
    const bool same =
        *state_.agent == self.info && state_.configured == self.configured && boot == self.boot_id;
    if (!same) state_.keep_self();
    return {};
  }

  Status take(const RecordKey& key, record::Framework& kept) {
    if (!validate_id(kept.info.id, "framework id")) return corrupt(key, "its id is not valid");
    FrameworkRecord& framework = state_.add_framework(kept.info.id);
    framework.info = std::make_shared<const FrameworkInfo>(std::move(kept.info));
    framework.terminating = kept.terminating;
    framework.kept = true;
    if (framework.terminating) state_.remember_completed(framework.id);
    return {};
  }

  Status claim(const RecordKey& key, const ContainerId& id, ContainerOwner owner) {
    owner.awaited = true;
    if (!state_.container_by_id.emplace(IdKey{&id}, owner).second)
      return corrupt(key, cat("container ", in_quotes(id), " belongs to another record too"));
    return {};
  }

  Status take(const RecordKey& key, record::Executor& kept) {
    FrameworkRecord* framework = state_.find_framework(kept.framework_id);
    if (framework == nullptr) return corrupt(key, "there is no record of its framework");
    if (!validate_id(kept.info.executor_id, "executor id")) return corrupt(key, "its id is not valid");
    const bool has_container = kept.info.type != ExecutorInfo::Type::default_;
    if (has_container && kept.container_id.empty()) return corrupt(key, "it has no container");
    ExecutorRecord& executor = state_.add_executor(*framework, kept.info);
    executor.container_id = kept.container_id;
    executor.recovered = has_container;
    if (!has_container) executor.state = ExecutorRecord::State::running;
    if (kept.terminating) executor.state = ExecutorRecord::State::terminating;
    if (!has_container) return {};
    return claim(key, executor.container_id, {kNone, executor.self});
  }

  Status take(const RecordKey& key, record::Task& kept) {
    FrameworkRecord* framework = state_.find_framework(kept.framework_id);
    if (framework == nullptr) return corrupt(key, "there is no record of its framework");
    if (!validate_id(kept.info.task_id, "task id")) return corrupt(key, "its id is not valid");
    TaskRecord& task = state_.add_task(*framework, kept.info);
    task.info.role = kept.role;
    task.info.priority = kept.priority;
    task.function = !kept.info.function.empty();
    if (kept.info.container) task.container_type = kept.info.container->type;
    task.container_id = kept.container_id;
    task.info.executor_id = kept.executor_id;
    if (kept.group) MESOSCORE_TRY(join(key, task, *kept.group));
    if (kept.info.executor) {
      task.info.executor_id = kept.info.executor->executor_id;
      task.undelivered = std::move(kept.info);
    }
    if (task.container_id.empty()) return {};
    return claim(key, task.container_id, {task.self, kNone});
  }

  Status join(const RecordKey& key, TaskRecord& task, const Uuid& uuid) {
    const auto [found, added] = groups_.try_emplace(uuid, kNone);
    if (added) found->second = add_group(state_, task.framework, uuid);
    if (state_.groups[found->second].framework != task.framework)
      return corrupt(key, "its group is of another framework");
    join_group(state_, task, found->second);
    return {};
  }

  Status take(const RecordKey& key, record::Kill& kept) {
    TaskRecord* task = state_.find_task(kept.framework_id, kept.task_id);
    if (task == nullptr) return corrupt(key, "there is no record of its task");
    const bool contained = !task->container_id.empty();
    task->kill = {contained, !contained, true, kept.first, kept.grace, kept.policy};
    return {};
  }

  Status take(const RecordKey& key, record::Update& kept) {
    if (state_.find_task(kept.framework_id, kept.status.task_id) == nullptr)
      return corrupt(key, "there is no record of its task");
    if (!kept.status.uuid) return corrupt(key, "it has no uuid");
    if (kept.number == 0) return corrupt(key, "it has no number");
    updates_.emplace_back(&key, &kept);
    return {};
  }

  // Keys sort as text: 10 before 9.
  Status place_updates() {
    std::sort(updates_.begin(), updates_.end(),
              [](const TaskUpdate& a, const TaskUpdate& b) { return a.second->number < b.second->number; });
    for (const auto& [key, update] : updates_) MESOSCORE_TRY(place(*key, *update));
    return {};
  }

  Status place(const RecordKey& key, record::Update& kept) {
    TaskRecord& task = *state_.find_task(kept.framework_id, kept.status.task_id);
    UpdateStream& stream = task.updates;
    if (!task.live()) return corrupt(key, "it comes after the end of its task");
    const bool second =
        stream.acknowledged != 0 && !(task.checks && stream.acknowledged == task.checks->running_number);
    if (kept.acknowledged && (second || stream.head != kNone))
      return corrupt(key, "it is acknowledged, and one before it is not");
    if (kept.acknowledged && is_terminal(kept.status.state))
      return corrupt(key, "the end of its task is acknowledged, and the task is still there");
    StatusRecord status = record_of(std::move(kept.status));
    state_.remember_seen(task, *status.uuid);
    task.history.add(status, state_.options.limits.max_statuses_per_task);
    task.info.state = status.state;
    if (status.state == TaskState::running && !task.started) {
      task.started = true;
      task.running_since = TimePoint(from_seconds(status.timestamp));
      if (task.checks) task.checks->running_number = kept.number;
    }
    // The first that is not acknowledged may have been on its way: the scheduler is not to hear of an older
    // state.
    if (stream.head == kNone) {
      task.info.status_update_state = status.state;
      task.info.status_update_uuid = status.uuid;
    }
    if (kept.acknowledged) {
      stream.acknowledged = stream.last_number = kept.number;
    } else {
      state_.queue_update(stream, std::move(status), kept.number);
    }
    return {};
  }

  Status take(const RecordKey&, record::Operation& kept) {
    state_.restore_operation(std::move(kept));
    return {};
  }

  Status place_tasks() {
    for (std::uint32_t i = 0; i < state_.tasks.end_index(); ++i) {
      TaskRecord& task = state_.tasks[i];
      const bool in_executor = !task.info.executor_id.empty() && task.container_id.empty();
      MESOSCORE_TRY(in_executor ? place_in_executor(task) : place_contained(task));
      if (!task.uncertain) task.undelivered = {};
    }
    for (std::uint32_t i = 0; i < state_.executors.end_index(); ++i) {
      ExecutorRecord& executor = state_.executors[i];
      executor.got_task = executor.got_task || executor.tasks.empty();  // those it had are over
      if (executor.is_default() && executor.live_tasks == 0) state_.forget_executor(executor);
    }
    doom_groups();
    for (std::uint32_t i = 0; i < state_.frameworks.end_index(); ++i) {
      if (state_.frameworks.live(i)) state_.release_framework(state_.frameworks[i]);
    }
    return {};
  }

  // Before anything else is done the agent hears what has become of all their containers.
  void doom_groups() {
    state_.fates_wait = true;
    for (const auto& [uuid, index] : groups_) {
      GroupRecord& group = state_.groups[index];
      state_.each(group.tasks, state_.tasks, [&](TaskRecord& task) {
        const bool fell = !task.live() && task.info.state != TaskState::finished;
        if (fell && group.first.empty()) {
          group.first = task.info.task_id;
          group.first_state = task.info.state;
        }
        group.doomed = group.doomed || fell || task.kill_asked();
      });
    }
  }

  RecordKey key_of_task(const TaskRecord& task) const {
    return task_key(state_.frameworks[task.framework].id, task.info.task_id);
  }

  Status place_contained(TaskRecord& task) {
    if (task.live() && task.container_id.empty())
      return corrupt(key_of_task(task), "it lives and has no container");
    task.over_time = ran_out_of_time(task);
    if (task.checks) restore_checks(task);
    if (!task.live() || task.group == kNone) return {};
    ExecutorRecord* executor =
        state_.find_executor(state_.frameworks[task.framework].id, task.info.executor_id);
    if (executor == nullptr || !executor->is_default())
      return corrupt(key_of_task(task), "it lives and there is no record of its executor");
    state_.groups[task.group].executor = executor->self;
    ++executor->live_tasks;
    return {};
  }

  Status place_in_executor(TaskRecord& task) {
    ExecutorRecord* executor =
        state_.find_executor(state_.frameworks[task.framework].id, task.info.executor_id);
    if (executor == nullptr || executor->is_default()) {
      if (task.live()) return corrupt(key_of_task(task), "it lives and there is no record of its executor");
      return {};
    }
    task.executor = executor->self;
    executor->tasks.push_back(state_.tasks, task.self);
    if (task.live()) executor->contained += task.info.resources;
    task.uncertain = task.info.state == TaskState::staging;
    executor->got_task = executor->got_task || !task.uncertain;
    return {};
  }

  Agent::State& state_;
  std::vector<std::pair<RecordKey, Record*>> sorted_;
  std::vector<TaskUpdate> updates_;
  std::map<Uuid, std::uint32_t> groups_;
  bool self_ = false;
  bool anew_ = false;
};

}  // namespace

Status restore(Agent::State& state, std::vector<Record>& records) { return Restoring(state, records).run(); }

}  // namespace mesoscore::agent_detail
