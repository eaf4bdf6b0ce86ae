#include "job.hpp"

#include <algorithm>
#include <utility>

#include "exit_code.hpp"

namespace {

using mesoscore::Resources;
using mesoscore::TaskState;

// A task that its agent or the cluster lost never had a fair chance: it is repeated, but not without end.
constexpr std::uint32_t kMaxLost = 10;

// Takes `wanted` out of `left`, whatever the reservations; nothing if there is not enough.
std::optional<Resources> take_from(Resources& left, const mesoscore::Quantities& wanted) {
  Resources taken;
  for (const auto& [name, amount] : wanted.entries()) {
    std::int64_t missing = amount.milli;
    for (const mesoscore::Resource& item : left) {
      if (missing == 0 || item.name() != name || item.kind() != mesoscore::ValueKind::scalar) continue;
      const std::int64_t part = std::min(missing, item.scalar().milli);
      taken.add(item.with_scalar({part}));
      missing -= part;
    }
    if (missing > 0) return std::nullopt;
  }
  left -= taken;
  return taken;
}

bool is_lost(TaskState state) {
  switch (state) {
    case TaskState::dropped:  // never started
    case TaskState::lost:
    case TaskState::gone:
    case TaskState::gone_by_operator:
    case TaskState::unreachable:  // may come back, but who knows when: it is replaced
    case TaskState::unknown:
      return true;
    default:
      return false;
  }
}

}  // namespace

Job::Job(JobSpec spec) : spec_(std::move(spec)), attempts_(spec_.count) {
  counts_.total = counts_.waiting = spec_.count;
  for (std::uint32_t index = 0; index < spec_.count; ++index) waiting_.push_back(index);
}

std::vector<mesoscore::TaskInfo> Job::take(const mesoscore::Offer& offer) {
  std::vector<mesoscore::TaskInfo> tasks;
  Resources left = offer.resources;
  while (wants_offers()) {
    auto use = take_from(left, spec_.each);
    if (!use) break;
    const std::uint32_t index = waiting_.front();
    waiting_.pop_front();
    tasks.push_back(make_task(index, offer, *std::move(use)));
    active_.emplace(tasks.back().task_id, Active{index, false, std::nullopt});
    --counts_.waiting;
    ++counts_.launched;
  }
  return tasks;
}

mesoscore::TaskInfo Job::make_task(std::uint32_t index, const mesoscore::Offer& offer, Resources use) {
  const std::string number = std::to_string(index);
  mesoscore::TaskInfo task;
  // A repeated task needs another id: updates of the earlier attempt may still be on their way.
  task.task_id = number + "." + std::to_string(attempts_[index].started++);
  task.agent_id = offer.agent_id;
  task.name = spec_.name + "-" + number;
  task.resources = std::move(use);
  task.command = spec_.command;
  task.command->environment.push_back({"MESOSCORE_RUN_INDEX", number});
  task.container = spec_.container;
  task.limits = spec_.limits;
  task.health_checks = spec_.health_checks;
  task.max_completion_time = spec_.max_time;
  return task;
}

bool Job::on_update(const mesoscore::TaskStatus& status) {
  const auto found = active_.find(status.task_id);
  if (found == active_.end()) return mesoscore::is_terminal(status.state) || is_lost(status.state);
  if (status.state == TaskState::running && !found->second.running) {
    found->second.running = true;
    ++counts_.running;
  }
  if (!mesoscore::is_terminal(status.state) && !is_lost(status.state)) {
    note_health(found->second, status.healthy);
    return true;
  }
  note_health(found->second, std::nullopt);
  const Active ended = found->second;
  active_.erase(found);
  --counts_.launched;
  if (ended.running) --counts_.running;
  end(ended.index, status);
  return true;
}

void Job::note_health(Active& task, std::optional<bool> healthy) {
  if (task.healthy) --(*task.healthy ? counts_.healthy : counts_.unhealthy);
  task.healthy = healthy;
  if (task.healthy) ++(*task.healthy ? counts_.healthy : counts_.unhealthy);
}

void Job::end(std::uint32_t index, const mesoscore::TaskStatus& status) {
  if (status.state == TaskState::finished) {
    ++counts_.finished;
    return;
  }
  Attempts& attempts = attempts_[index];
  const bool unhealthy = status.state == TaskState::killed && status.healthy == false;
  const bool again = is_lost(status.state) ? ++attempts.lost <= kMaxLost
                     : status.state == TaskState::failed || unhealthy
                         ? ++attempts.failed <= spec_.retries
                         : false;  // ERROR, and KILLED by somebody: it would not help
  if (!again) return fail(index, status);
  waiting_.push_back(index);
  ++counts_.waiting;
  ++counts_.retried;
}

void Job::fail(std::uint32_t index, const mesoscore::TaskStatus& status) {
  ++counts_.failed;
  const int code = exit_code_of(status);
  if (common_exit_code_ && *common_exit_code_ != code) exit_codes_differ_ = true;
  common_exit_code_ = code;
  complaint_ = "task " + std::to_string(index) + ": " + std::string(mesoscore::to_string(status.state)) +
               (status.message.empty() ? "" : ": " + status.message);
}

std::optional<std::string> Job::take_complaint() { return std::exchange(complaint_, std::nullopt); }

int Job::exit_code() const {
  if (counts_.failed == 0) return 0;
  const bool all_alike = counts_.failed == counts_.total && !exit_codes_differ_;
  return all_alike ? common_exit_code_.value_or(1) : 1;
}
