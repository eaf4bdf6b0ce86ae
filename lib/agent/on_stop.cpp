#include <algorithm>

#include "agent/state.hpp"

namespace mesoscore {
namespace {

// So long the last updates have to be acknowledged when nothing runs any more.
constexpr Duration kLinger = std::chrono::seconds(1);

}  // namespace

void Agent::State::on(Stop&) {
  if (recovery != Recovery::none) {
    stop_wanted = true;
    return;
  }
  if (stopping) {
    cleanup = false;  // whoever asks twice will not wait
    return;
  }
  stopping = true;
  note(LogLevel::info, "stopping");
  each(framework_list, frameworks, [&](FrameworkRecord& framework) {
    each(framework.tasks, tasks, [&](TaskRecord& task) {
      if (!task.live()) return;
      if (task.queued) return kill_queued(task);
      if (task.executor != kNone) return;  // its executor ends it
      announce_killing(task, std::nullopt);
      kill_contained(task, grace_of(task, std::nullopt));
      timers.disarm(task.completion);
    });
    each(framework.executors, executors, [&](ExecutorRecord& executor) { shutdown_executor(executor); });
  });
}

// At the end of each step: is everything over?
void Agent::State::finish_stop() {
  if (!stopping || stopped || !container_by_id.empty()) return;
  if (cleanup && phase != Phase::registered && phase != Phase::off && !agent->id.empty()) return;
  const bool waits = updates.live_count() + operations.live_count() > 0;
  if (phase == Phase::registered && waits && !lingered) {
    if (!linger_timer.armed()) timers.arm(linger_timer, after(now, kLinger));
    return;
  }
  if (phase == Phase::registered) send<msg::UnregisterAgent>(master);
  // Who stops without a word is expected back: then the last updates are delivered.
  if (phase == Phase::registered || phase == Phase::off) erase_all();
  if (phase == Phase::registered || phase == Phase::registering) close(master, "the agent has stopped");
  std::vector<std::uint64_t> left;
  for (const auto& peer : peers) left.push_back(peer.first);
  std::sort(left.begin(), left.end());
  for (std::uint64_t peer : left) close(PeerId{peer}, "the agent has stopped");
  peers.clear();
  pause_updates();
  pause_operations();
  timers.disarm(link_timer);
  timers.disarm(ping_timer);
  timers.disarm(linger_timer);
  phase = Phase::off;
  stopped = true;
  note(LogLevel::info, "stopped");
}

}  // namespace mesoscore
