// The life of the checks of a task: they run from TASK_RUNNING until the task is being killed or has ended.
// What a probe has found is in on_probed.cpp.
#include "agent/checks.hpp"

#include <algorithm>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore::agent_detail {
namespace {

// So much later than its timeout a probe is given up: whoever makes it ends it, and can be lost. It counts
// from when the timeout was noticed, so that a machine that slept in between, or was too busy, still hears of
// the answer.
constexpr Duration kLostAfter = std::chrono::seconds(5);
// Without a pause probes would follow each other without any time passing.
constexpr Duration kShortestInterval = std::chrono::milliseconds(1);
constexpr Duration kRounding = std::chrono::milliseconds(1);  // times in statuses are doubles

template <class Check>
Checker checker_of(const Check& check) {
  Checker checker;
  checker.probe = check.probe;
  checker.delay = std::max(check.delay, Duration::zero());
  checker.interval = std::max(check.interval, kShortestInterval);
  checker.timeout = std::max(check.timeout, Duration::zero());
  checker.name = check.name;
  return checker;
}

Checker make(const HealthCheck& check) {
  Checker checker = checker_of(check);
  checker.health = true;
  checker.grace = check.grace_period;
  checker.graced = check.grace_period > Duration::zero();
  checker.most_failures = check.consecutive_failures;
  return checker;
}

Checker make(const CheckInfo& check) {
  Checker checker = checker_of(check);
  checker.status.type = type_of(check.probe);
  checker.status.name = check.name;
  return checker;
}

// All of those that have a result are.
std::optional<bool> healthy(const TaskChecks& checks) {
  std::optional<bool> all;
  for (const Checker& checker : checks.checkers) {
    if (checker.healthy) all = all.value_or(true) && *checker.healthy;
  }
  return all;
}

void send_probe(Agent::State& s, const TaskRecord& task, Checker& checker) {
  checker.awaited = ++s.probes;
  s.out->containers.push_back(
      ProbeContainer{task.container_id, checker.awaited, checker.probe, checker.timeout});
  checker.overdue = false;
  if (checker.timeout > Duration::zero()) s.timers.arm(checker.timer, after(s.now, checker.timeout));
}

}  // namespace

void add_checks(TaskRecord& task, const TaskInfo& info) {
  if (!info.command || info.executor || (info.health_checks.empty() && info.checks.empty())) return;
  std::vector<Checker>& checkers = task.checks.emplace().checkers;
  checkers.reserve(info.health_checks.size() + info.checks.size());
  for (const HealthCheck& check : info.health_checks) checkers.push_back(make(check));
  for (const CheckInfo& check : info.checks) checkers.push_back(make(check));
  for (Checker& checker : checkers) checker.timer.owner = task.self;
}

void start_checks(Agent::State& s, TaskRecord& task, TimePoint running_since) {
  for (Checker& checker : task.checks->checkers) {
    checker.grace_ends = after(running_since, checker.grace);
    s.timers.arm(checker.timer, std::max(s.now, after(running_since, checker.delay)));
  }
}

void stop_checks(Agent::State& s, TaskRecord& task) noexcept {
  for (Checker& checker : task.checks->checkers) {
    s.timers.disarm(checker.timer);
    checker.awaited = 0;
  }
}

void checker_due(Agent::State& s, TaskRecord& task, const Timer& timer) {
  const auto due = std::find_if(task.checks->checkers.begin(), task.checks->checkers.end(),
                                [&](const Checker& checker) { return &checker.timer == &timer; });
  if (due->awaited == 0) return send_probe(s, task, *due);
  if (!std::exchange(due->overdue, true)) return s.timers.arm(due->timer, after(s.now, kLostAfter));
  due->awaited = 0;
  conclude(s, task, *due, nullptr, cat("no answer within ", in_seconds(due->timeout + kLostAfter)));
}

// Every update of the task has the last results of all of its checks. Of its end only that it was unhealthy
// is of interest.
void tell_checks(const TaskRecord& task, StatusRecord& status) {
  const TaskChecks& checks = *task.checks;
  const std::optional<bool> all = healthy(checks);
  const bool over = is_terminal(status.state);
  if (all && !(over && *all)) status.healthy = all;
  if (status.state == TaskState::killing) status.set_message(checks.why_killed);
  if (!over && checks.container_status) status.more().container_status = checks.container_status;
  for (const Checker& checker : checks.checkers) {
    if (!checker.health) status.more().check_status.push_back(checker.status);
  }
}

bool supersede_last(Agent::State& s, TaskRecord& task, StatusRecord& status) {
  const UpdateStream& stream = task.updates;
  if (!task.checks || stream.tail == kNone || stream.tail == stream.head) return false;
  UpdateRecord& last = s.updates[stream.tail];
  if (last.status.state != TaskState::running || status.state != TaskState::running) return false;
  last.status = std::move(status);
  if (task.kept) s.keep_update(task, last, false);
  return true;
}

// ---- after a restart
// ------------------------------------------------------------------------------------------------------

// The last update says how the checks stood. It says it of all health checks together: where they were not
// all healthy, each has to succeed again, and none is told twice.
void restore_checks(TaskRecord& task) {
  const StatusRecord* last = task.history.last();
  if (last == nullptr) return;
  TaskChecks& checks = *task.checks;
  const auto told = last->rest ? last->rest->check_status : std::vector<CheckStatus>();
  std::size_t health_checks = 0, place = 0;
  for (Checker& checker : checks.checkers) {
    if (checker.health) {
      ++health_checks;
      checker.healthy = last->healthy;
    } else if (place < told.size() && told[place++].type == checker.status.type) {
      checker.status = told[place - 1];
    }
  }
  if (health_checks == 1 && last->healthy) {
    for (Checker& checker : checks.checkers) checker.graced = false;
  }
  const auto killed_then = task.kill.first - TimePoint(from_seconds(last->timestamp));
  const bool at_once = killed_then <= kRounding && killed_then >= -kRounding;
  if (task.kill.wanted && last->healthy == false && at_once && last->rest)
    checks.why_killed = last->rest->message;
}

}  // namespace mesoscore::agent_detail
