// What a machine remembers of the statuses of a task: all but the ids, which are those of the task. A fifth
// of a TaskStatus in size, one cache line, and copied for every update.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mesoscore/task.hpp"

namespace mesoscore {

struct StatusRecord {
  TaskState state = TaskState::staging;
  TaskSource source = TaskSource::master;
  std::optional<TaskReason> reason;
  std::optional<bool> healthy;
  std::optional<Uuid> uuid;
  double timestamp = 0;
  struct Rest {
    double unreachable_time = 0;
    std::string message;
    std::string data;  // empty in a history
    Labels labels;
    std::vector<CheckStatus> check_status;
    Resources limitation;
    Box<ContainerStatus> container_status;
  };
  Box<Rest> rest;  // most have none of that

  void set_message(std::string text) {
    if (!text.empty()) more().message = std::move(text);
  }
  void set_data(std::string bytes) {
    if (!bytes.empty()) more().data = std::move(bytes);
  }

  Rest& more() { return rest ? *rest : rest.emplace(); }
};

StatusRecord record_of(TaskStatus&& status);
// All but the ids.
void restore(const StatusRecord& record, TaskStatus& status);

// The last statuses of one task, without data: a new one replaces the last of the same state.
class StatusHistory {
 public:
  void add(const StatusRecord& record, std::size_t limit);
  void add(const TaskStatus& status, std::size_t limit);
  void clear() noexcept { records_.clear(); }
  const StatusRecord* last() const noexcept { return records_.empty() ? nullptr : &records_.back(); }
  std::vector<TaskStatus> of(const TaskId& task, const AgentId& agent, const ExecutorId& executor) const;

 private:
  StatusRecord* place_for(TaskState state, std::size_t limit);

  std::vector<StatusRecord> records_;
};

}  // namespace mesoscore
