#include "scheduler/task_table.hpp"

namespace mesoscore::scheduler_detail {

LiveTask* TaskTable::find(const TaskId& id) noexcept {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &tasks_[found->second];
}

LiveTask& TaskTable::add(const TaskId& id) {
  const auto [place, added] = index_.try_emplace(id, static_cast<std::uint32_t>(tasks_.size()));
  if (!added) return tasks_[place->second];
  LiveTask& task = tasks_.emplace_back();
  task.id = id;
  return task;
}

void TaskTable::remove(const TaskId& id) {
  const auto found = index_.find(id);
  if (found == index_.end()) return;
  const std::uint32_t at = found->second;
  index_.erase(found);
  if (at + 1 != tasks_.size()) {
    tasks_[at] = std::move(tasks_.back());
    index_[tasks_[at].id] = at;
  }
  tasks_.pop_back();
}

void TaskTable::clear() noexcept {
  tasks_.clear();
  index_.clear();
}

}  // namespace mesoscore::scheduler_detail
