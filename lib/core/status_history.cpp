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
}

bool has_rest(const TaskStatus& status) {
  return status.unreachable_time != 0 || !status.message.empty() || !status.data.empty() ||
         !status.labels.empty() || !status.check_status.empty() || !status.limitation.empty() ||
         status.container_status;
}

}  // namespace

StatusRecord record_of(TaskStatus&& status) {
  StatusRecord record;
  copy_plain(status, record);
  if (!has_rest(status)) return record;
  record.rest = StatusRecord::Rest{
      status.unreachable_time,           std::move(status.message),      std::move(status.data),
      std::move(status.labels),          std::move(status.check_status), std::move(status.limitation),
      std::move(status.container_status)};
  return record;
}

void restore(const StatusRecord& record, TaskStatus& status) {
  copy_plain(record, status);
  if (!record.rest) return;
  status.unreachable_time = record.rest->unreachable_time;
  status.message = record.rest->message;
  status.data = record.rest->data;
  status.labels = record.rest->labels;
  status.check_status = record.rest->check_status;
  status.limitation = record.rest->limitation;
  status.container_status = record.rest->container_status;
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
  StatusRecord* const place = place_for(record.state, limit);
  if (!place) return;
  copy_plain(record, *place);
  place->rest = record.rest;
  if (place->rest) place->rest->data = {};
}

void StatusHistory::add(const TaskStatus& status, std::size_t limit) {
  StatusRecord* const place = place_for(status.state, limit);
  if (!place) return;
  copy_plain(status, *place);
  place->rest.reset();
  if (has_rest(status))
    place->rest = StatusRecord::Rest{status.unreachable_time, status.message,      {},
                                     status.labels,           status.check_status, status.limitation,
                                     status.container_status};
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
