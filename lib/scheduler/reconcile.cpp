// After a re-subscription, and from time to time: what became of the tasks that are not known to be terminal?
// The master stays silent about some of them while agents come back, so those are asked about again, ever
// more seldom. So are kills that have reached nobody.
#include <algorithm>

#include "scheduler/state.hpp"

namespace mesoscore {
namespace {

constexpr Duration kShortestWait = std::chrono::milliseconds(1);
constexpr std::size_t kMostPerMessage = 1000;  // keeps the message far below the largest frame

}  // namespace

void Scheduler::State::begin_reconciliation() {
  const bool unknown_tasks = std::exchange(adopts, false);
  if (!options.reconcile) return;
  if (options.reconcile_interval > Duration::zero())
    reconcile_all_at = after(now, options.reconcile_interval);
  if (unknown_tasks) send(msg::Reconcile{});  // all that the master holds for this framework
  if (counters.subscriptions < 2 && !unknown_tasks) return;
  ask_for_operations(unknown_tasks);
  ask_for_all();
}

void Scheduler::State::ask_for_all() {
  for (LiveTask& task : tasks.all()) task.unanswered = true;
  reconcile_wait = std::max(options.reconcile_backoff, kShortestWait);
  ask_unanswered();
}

void Scheduler::State::reconcile_in_time() {
  if (reconcile_at <= now) ask_unanswered();
  if (reconcile_all_at > now) return;
  reconcile_all_at = after(now, options.reconcile_interval);
  if (reconcile_at != kNever) return;  // it is going on
  ask_for_operations(false);
  ask_for_all();
}

void Scheduler::State::ask_again_later() {
  reconcile_wait = std::max(options.reconcile_backoff, kShortestWait);
  reconcile_at = after(now, reconcile_wait);
}

void Scheduler::State::ask_unanswered() {
  std::vector<msg::Reconcile::Item> items;
  bool kills = false;
  for (const LiveTask& task : tasks.all()) {
    if (task.kill_missed) {
      kills = true;
      send(msg::Kill{task.id, task.agent_id, task.kill_policy});
    } else if (task.unanswered) {
      items.push_back({task.id, task.agent_id});
    }
  }
  if (items.empty() && !kills) {
    reconcile_at = kNever;
    return;
  }
  if (!items.empty()) {
    note(*out, LogLevel::debug, "reconciling ", items.size(), " tasks");
    send_reconcile(items);
  }
  reconcile_at = after(now, reconcile_wait);
  reconcile_wait = std::max(reconcile_wait, std::min(reconcile_wait, options.reconcile_backoff_max / 2) * 2);
}

void Scheduler::State::send_reconcile(std::vector<msg::Reconcile::Item>& items) {
  if (items.size() <= kMostPerMessage) return send(msg::Reconcile{std::move(items)});
  for (std::size_t begin = 0; begin < items.size(); begin += kMostPerMessage) {
    const std::size_t count = std::min(kMostPerMessage, items.size() - begin);
    const auto first = items.begin() + static_cast<std::ptrdiff_t>(begin);
    send(msg::Reconcile{{first, first + static_cast<std::ptrdiff_t>(count)}});
  }
}

void Scheduler::State::submit_reconcile(msg::Reconcile& call) {
  if (subscribed()) return send_reconcile(call.tasks);
  Message message = std::move(call);
  hold(message);
}

}  // namespace mesoscore
