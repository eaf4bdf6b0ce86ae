#include "core/status_history.hpp"

#include <utility>

namespace mesoscore {
namespace {

// What has no memory of its own.
template <class From, class To>
void copy_plain(const From& from, To& to) {
  to.state = from.state;
  to.source = from.source;
  to.reason = from.reason;
  to.healthy = from.healthy;
  to.uuid = from.uuid;
  to.timestamp = from.timestamp;
  to.unreachable_time = from.unreachable_time;
}

// Most are empty: then nothing is called.
template <class T>
void assign(const T& from, T& to) {
  if (!from.empty() || !to.empty()) to = from;
}

template <class From, class To>
void copy_without_data(const From& from, To& to) {
  copy_plain(from, to);
  assign(from.message, to.message);
  assign(from.labels, to.labels);
}

}  // namespace

StatusRecord record_of(TaskStatus&& status) {
  StatusRecord record;
  copy_plain(status, record);
  record.message = std::move(status.message);
  record.data = std::move(status.data);
  record.labels = std::move(status.labels);
  return record;
}

void restore(const StatusRecord& record, TaskStatus& status) {
  copy_without_data(record, status);
  assign(record.data, status.data);
}

StatusRecord* StatusHistory::place_for(TaskState state, std::size_t limit) {
  if (limit == 0) return nullptr;
  if (records_.empty() || records_.back().state != state) {
    if (records_.size() >= limit) records_.erase(records_.begin());
    records_.emplace_back();
  }
  return &records_.back();
}

void StatusHistory::add(const StatusRecord& record, std::size_t limit) {
  if (StatusRecord* place = place_for(record.state, limit)) copy_without_data(record, *place);
}

void StatusHistory::add(const TaskStatus& status, std::size_t limit) {
  if (StatusRecord* place = place_for(status.state, limit)) copy_without_data(status, *place);
}

std::vector<TaskStatus> StatusHistory::of(const TaskId& task, const AgentId& agent,
                                          const ExecutorId& executor) const {
  std::vector<TaskStatus> statuses;
  statuses.reserve(records_.size());
  for (const StatusRecord& record : records_) {
    TaskStatus& status = statuses.emplace_back();
    status.task_id = task;
    status.agent_id = agent;
    status.executor_id = executor;
    restore(record, status);
  }
  return statuses;
}

}  // namespace mesoscore
