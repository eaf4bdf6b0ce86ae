// The way to the master: dial, subscribe, notice that it has gone, and begin again.
#include <algorithm>

#include "scheduler/state.hpp"

namespace mesoscore {

void Scheduler::State::on(PeerConnected& event) {
  if (phase != Phase::dialing) {
    out->closes.push_back(Close{event.peer, "not wanted"});
    return;
  }
  master = event.peer;
  phase = Phase::subscribing;
  link_at = after(now, options.subscribe_timeout);
  subscribe();
}

void Scheduler::State::subscribe() {
  msg::Subscribe call;
  call.framework = framework;
  call.suppressed_roles = suppressed;
  call.requests = demands.still_wanted(now);
  satisfied = demands.satisfied(now);
  for (const RoleName& role : satisfied) {
    if (std::find(suppressed.begin(), suppressed.end(), role) == suppressed.end())
      call.suppressed_roles.push_back(role);
  }
  send(std::move(call));
}

void Scheduler::State::on(PeerDisconnected& event) {
  if (!is_master(event.peer)) return;
  if (teardown_wanted && framework->id.empty()) phase = Phase::ended;  // there is nothing that could be named
  phase == Phase::ended ? end("torn down") : lost_master(event.why);
}

void Scheduler::State::on(DialFailed& event) {
  if (phase != Phase::dialing) return;
  dial_later();
  note(*out, LogLevel::warning, "no master: ", event.why, "; next attempt in ",
       (link_at - now).count() / 1'000'000, " ms");
}

void Scheduler::State::dial_later() {
  phase = Phase::waiting;
  link_at = after(now, backoff.next(rng));
}

void Scheduler::State::drop_master(std::string_view why) {
  out->closes.push_back(Close{master, std::string(why)});
  lost_master(why);
}

void Scheduler::State::lost_master(std::string_view why) {
  const bool was_subscribed = subscribed();
  offers.clear();  // the master took them back
  demands.all_ended();
  forget_followers();
  reconcile_at = reconcile_all_at = kNever;
  dial_later();
  note(*out, LogLevel::warning, was_subscribed ? "disconnected: " : "not subscribed: ", why,
       "; next attempt in ", (link_at - now).count() / 1'000'000, " ms");
}

void Scheduler::State::end(std::string_view why) {
  if (is_master(master)) out->closes.push_back(Close{master, std::string(why)});
  phase = Phase::ended;
  offers.clear();
  tasks.clear();
  operations.clear();
  demands.clear();
  held.clear();
  reconcile_at = reconcile_all_at = kNever;
}

void Scheduler::State::on(Stop&) {
  if (phase != Phase::ended) end("the scheduler stops");
}

TimePoint Scheduler::State::silent_at() const noexcept {
  return longest_silence > Duration::zero() ? after(heard, longest_silence) : kNever;
}

TimePoint Scheduler::State::next_deadline() const noexcept {
  switch (phase) {
    case Phase::waiting:
    case Phase::subscribing:
    case Phase::leaving:
      return link_at;
    case Phase::subscribed:
      return std::min({silent_at(), reconcile_at, reconcile_all_at});
    case Phase::dialing:
    case Phase::ended:
      return kNever;
  }
  return kNever;
}

void Scheduler::State::check_deadlines() {
  if (next_deadline() > now) return;
  if (phase == Phase::waiting) {
    phase = Phase::dialing;
    out->dials.push_back(Dial{PeerRole::master});
  } else if (phase == Phase::leaving) {
    drop_master("the master did not answer the teardown");
  } else if (phase == Phase::subscribing) {
    drop_master("the master did not answer the subscription");
  } else if (silent_at() <= now) {
    drop_master(cat("the master was silent for ", longest_silence.count() / 1'000'000, " ms"));
  } else {
    reconcile_in_time();
  }
}

}  // namespace mesoscore
