// What a probe has found, and what follows from it.
#include <algorithm>

#include "agent/check_text.hpp"
#include "agent/checks.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::agent_detail {
namespace {

// What is told of a result: the member of the check's type and nothing else.
CheckStatus status_of(const Checker& checker, const ProbeResult* result) {
  CheckStatus status;
  status.type = checker.status.type;
  status.name = checker.status.name;
  if (result == nullptr) return status;
  if (status.type == CheckType::command) status.exit_code = result->status.exit_code;
  if (status.type == CheckType::http) status.status_code = result->status.status_code;
  if (status.type == CheckType::tcp) status.succeeded = result->status.succeeded;
  return status;
}

void update_checked(Agent::State& s, TaskRecord& task, TaskReason reason, std::string message) {
  StatusRecord status = s.new_status(TaskState::running, TaskSource::executor);
  status.reason = reason;
  status.set_message(std::move(message));
  s.update(task, std::move(status));
}

void note_result(Agent::State& s, TaskRecord& task, Checker& checker, const ProbeResult* result,
                 const std::string& message) {
  CheckStatus status = status_of(checker, result);
  if (status == checker.status) return;
  checker.status = std::move(status);
  update_checked(s, task, TaskReason::task_check_status_updated,
                 cat(name_of(checker), ": ", finding(result, message)));
}

void note_success(Agent::State& s, TaskRecord& task, Checker& checker) {
  const bool before = checker.healthy.value_or(false);
  checker.failures = 0;
  checker.graced = false;
  checker.healthy = true;
  if (before) return;
  update_checked(s, task, TaskReason::task_health_check_status_updated, cat(name_of(checker), " succeeded"));
}

void note_failure(Agent::State& s, TaskRecord& task, Checker& checker, const std::string& why) {
  if (checker.graced && s.now <= checker.grace_ends) {
    return s.note(LogLevel::debug, name_of(checker), " of task ", task.info.task_id,
                  " failed in its grace period: ", why);
  }
  ++checker.failures;
  checker.healthy = false;
  const std::string times = checker.failures == 1 ? "once" : cat(checker.failures, " times in a row");
  std::string text = cat(name_of(checker), " failed ", times, ": ", why);
  update_checked(s, task, TaskReason::task_health_check_status_updated, text);
  if (checker.failures < checker.most_failures) return;
  s.note(LogLevel::info, "killing task ", task.info.task_id, ": ", text);
  task.checks->why_killed = std::move(text);
  s.timers.disarm(task.completion);
  s.announce_killing(task, std::nullopt);
  s.kill_contained(task, s.grace_of(task, std::nullopt));
}

}  // namespace

// An answer that nobody waits for (any more) is of no interest: a task that is being killed is not checked.
void on_probed(Agent::State& s, ContainerEvent& event) {
  const auto found = s.container_by_id.find(IdKey{&event.container_id});
  TaskRecord* task = found == s.container_by_id.end() || found->second.task == kNone
                         ? nullptr
                         : &s.tasks[found->second.task];
  if (task != nullptr && task->checks && event.number != 0) {
    for (Checker& checker : task->checks->checkers) {
      if (checker.awaited != event.number) continue;
      checker.awaited = 0;
      return conclude(s, *task, checker, event.probe ? &*event.probe : nullptr, event.message);
    }
  }
  s.note(LogLevel::debug, "ignored probe ", event.number, " of container ", event.container_id,
         ": nobody waits for it");
}

void conclude(Agent::State& s, TaskRecord& task, Checker& checker, const ProbeResult* result,
              const std::string& message) {
  s.timers.arm(checker.timer, after(s.now, checker.interval));
  if (!checker.health) return note_result(s, task, checker, result, message);
  if (result != nullptr && result->success) return note_success(s, task, checker);
  note_failure(s, task, checker, finding(result, message));
}

}  // namespace mesoscore::agent_detail
