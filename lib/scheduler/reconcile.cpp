// After a re-subscription: what became of the tasks that are not known to be terminal? The master stays
// silent about some of them while agents come back, so those are asked about again, ever more seldom. So are
// kills that have reached nobody.
#include <algorithm>

#include "scheduler/state.hpp"

namespace mesoscore {
namespace {

constexpr Duration kFirstWait = std::chrono::seconds(1);
constexpr Duration kLongestWait = std::chrono::minutes(1);
constexpr std::size_t kMostPerMessage = 1000;  // keeps the message far below the largest frame

}  // namespace

void Scheduler::State::begin_reconciliation() {
  const bool unknown_tasks = std::exchange(adopts, false);
  if (!options.reconcile) return;
  if (unknown_tasks) send(msg::Reconcile{});  // all that the master holds for this framework
  if (counters.subscriptions < 2 && !unknown_tasks) return;
  ask_for_operations(unknown_tasks);
  for (LiveTask& task : tasks.all()) task.unanswered = true;
  reconcile_wait = kFirstWait;
  ask_unanswered();
}

void Scheduler::State::ask_again_later() {
  reconcile_wait = kFirstWait;
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
  reconcile_wait = std::min(reconcile_wait * 2, kLongestWait);
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
