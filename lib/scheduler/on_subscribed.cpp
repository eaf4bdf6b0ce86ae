#include "scheduler/state.hpp"

namespace mesoscore {
namespace {

// Saturates: an interval that a peer sends may be anything.
Duration times(Duration interval, std::uint32_t count) noexcept {
  if (interval <= Duration::zero() || count == 0) return Duration::zero();
  return interval > Duration::max() / count ? Duration::max() : interval * count;
}

}  // namespace

void Scheduler::State::on_subscribed(msg::Subscribed& answer) {
  const FrameworkId& known = framework->id;
  if (answer.framework_id.empty()) return drop_master("the master gave no framework id");
  if (!known.empty() && known != answer.framework_id) {
    return drop_master(cat("the master took framework ", known, " for ", answer.framework_id));
  }
  if (known.empty()) {
    FrameworkInfo named = *framework;
    named.id = answer.framework_id;
    framework = std::make_shared<const FrameworkInfo>(std::move(named));
  }
  phase = Phase::subscribed;
  longest_silence = times(answer.heartbeat_interval, options.missed_heartbeats);
  backoff.reset();
  ++counters.subscriptions;
  note(*out, LogLevel::info, "subscribed as ", answer.framework_id, " with master ", answer.master_id);
  if (teardown_wanted) return submit_teardown();
  deliver(std::move(answer));
  for (msg::DemandExpired& expired : demands.take_expired(now)) deliver(std::move(expired));
  release_held();
  begin_reconciliation();
}

}  // namespace mesoscore
