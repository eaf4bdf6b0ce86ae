// The way to the agent: dial, subscribe, and come back when the agent does.
#include <algorithm>

#include "executor/state.hpp"

namespace mesoscore {

void Executor::State::on(PeerConnected& event) {
  if (phase != Phase::dialing) {
    out->closes.push_back(Close{event.peer, "not wanted"});
    return;
  }
  agent = event.peer;
  phase = Phase::subscribing;
  link_at = after(now, options.subscribe_timeout);
  subscribe();
}

// The agent compares it with what it knows: it takes the updates as if they came one by one, and what it
// launched and this executor never saw is dropped.
void Executor::State::subscribe() {
  msg::ExecutorSubscribe call;
  call.framework_id = options.framework_id;
  call.executor_id = options.executor_id;
  call.unacknowledged_tasks = tasks;
  call.unacknowledged_updates.reserve(updates.size());
  updates.for_each([&](PendingUpdate& update) {
    call.unacknowledged_updates.push_back(update.status);
    update.sent = true;
  });
  send(std::move(call));
}

void Executor::State::on(PeerDisconnected& event) {
  if (is_agent(event.peer)) lost_agent(event.why);
}

void Executor::State::on(DialFailed& event) {
  if (phase != Phase::dialing) return;
  dial_later();
  note(*out, LogLevel::warning, "no agent: ", event.why);
}

void Executor::State::dial_later() {
  phase = Phase::waiting;
  link_at = after(now, backoff.next(rng));
}

void Executor::State::drop_agent(std::string_view why) {
  out->closes.push_back(Close{agent, std::string(why)});
  lost_agent(why);
}

void Executor::State::lost_agent(std::string_view why) {
  note(*out, LogLevel::warning, "disconnected from the agent: ", why);
  if (subscribed()) alone_since = now;
  updates.for_each([](PendingUpdate& update) { update.sent = false; });
  dial_later();
  if (shutting_down) return end("the agent closed after it had asked for the shutdown");
  if (!survives_agent) give_up("the agent is gone, and the framework does not checkpoint");
}

void Executor::State::give_up(std::string_view why) {
  note(*out, LogLevel::warning, why);
  if (!shutting_down) deliver(msg::ExecutorShutdown{});
  end(why);
}

void Executor::State::end(std::string_view why) {
  if (is_agent(agent)) out->closes.push_back(Close{agent, std::string(why)});
  phase = Phase::ended;
  tasks.clear();
  updates.clear();
}

void Executor::State::on(Stop&) {
  if (phase != Phase::ended) end("the executor stops");
}

TimePoint Executor::State::given_up_at() const noexcept {
  return after(alone_since, options.recovery_timeout);
}

TimePoint Executor::State::next_deadline() const noexcept {
  switch (phase) {
    case Phase::waiting:
    case Phase::subscribing:
      return std::min(link_at, given_up_at());
    case Phase::dialing:
      return given_up_at();
    case Phase::subscribed:
    case Phase::ended:
      return kNever;
  }
  return kNever;
}

void Executor::State::check_deadlines() {
  if (next_deadline() > now) return;
  if (given_up_at() <= now) return give_up("no agent for the whole recovery timeout");
  if (phase == Phase::subscribing) return drop_agent("the agent did not answer the subscription");
  phase = Phase::dialing;
  out->dials.push_back(Dial{PeerRole::agent});
}

}  // namespace mesoscore
