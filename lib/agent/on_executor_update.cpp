#include "agent/state.hpp"
#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "mesoscore/limits.hpp"

namespace mesoscore {
namespace {

// STAGING, UNREACHABLE, GONE_BY_OPERATOR and UNKNOWN are the master's to say.
bool executors_say(TaskState state) noexcept {
  switch (state) {
    case TaskState::starting:
    case TaskState::running:
    case TaskState::killing:
    case TaskState::finished:
    case TaskState::failed:
    case TaskState::killed:
    case TaskState::lost:
    case TaskState::error:
    case TaskState::dropped:
    case TaskState::gone:
      return true;
    case TaskState::staging:
    case TaskState::unreachable:
    case TaskState::gone_by_operator:
    case TaskState::unknown:
      return false;
  }
  return false;
}

}  // namespace

void Agent::State::on(PeerId peer, msg::ExecutorUpdate& update) {
  ExecutorRecord* executor = executor_of(peer);
  if (executor == nullptr) return refuse(peer, "an executor subscribes before it sends anything else");
  if (auto valid = check_update(*executor, update.status); !valid) return refuse(peer, valid.error().message);
  take_update(*executor, update.status);
}

Status Agent::State::check_update(const ExecutorRecord& executor, const TaskStatus& status) {
  const auto bad = [&](std::string_view what) {
    return fail(Errc::protocol_error, cat("update of task ", in_quotes(status.task_id), ": ", what));
  };
  if (!status.uuid) return bad("it has no uuid, so it could not be acknowledged");
  if (!executors_say(status.state)) return bad(cat(to_string(status.state), " is not for executors to say"));
  if (!status.agent_id.empty() && status.agent_id != agent->id) return bad("it names another agent");
  if (status.data.size() + status.message.size() > kMaxMessageDataBytes) return bad("it is too large");
  const TaskRecord* task = find_task(executor.info.framework_id, status.task_id);
  if (task != nullptr && task->executor != executor.self) return bad("the task is not of this executor");
  return {};
}

// The executor is acknowledged whatever becomes of the update: it shall not send it again.
void Agent::State::take_update(ExecutorRecord& executor, TaskStatus& status) {
  auto& taken = send<msg::ExecutorAcknowledged>(*executor.peer);
  taken.task_id = status.task_id;
  taken.uuid = *status.uuid;
  executor.got_task = true;
  TaskRecord* task = find_task(executor.info.framework_id, status.task_id);
  if (task == nullptr)
    return note(LogLevel::info, "ignored an update of task ", status.task_id, ": it is forgotten");
  if (has_seen(*task, *status.uuid)) return;
  // The first terminal state wins, and what was not delivered cannot run.
  if (!task->live() || (task->queued && !is_terminal(status.state))) {
    return note(LogLevel::info, "ignored ", to_string(status.state), " of task ", status.task_id);
  }
  remember_seen(*task, *status.uuid);
  StatusRecord record = record_of(std::move(status));
  record.source = TaskSource::executor;
  if (!(record.timestamp > 0)) record.timestamp = to_unix_seconds(now);
  if (is_terminal(record.state)) {
    end_task(*task, std::move(record));
  } else {
    this->update(*task, std::move(record));
  }
}

}  // namespace mesoscore
