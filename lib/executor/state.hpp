// The executor's state. on_*.cpp: what the agent says; submit.cpp: what the application asks.
#pragma once

#include <string_view>
#include <vector>

#include "core/backoff.hpp"
#include "core/notices.hpp"
#include "executor/update_queue.hpp"
#include "mesoscore/executor.hpp"

namespace mesoscore {

struct Executor::State {
  using PendingUpdate = executor_detail::PendingUpdate;

  State(ExecutorOptions given, Rng generator, TimePoint at);

  ExecutorOptions options;
  Rng rng;
  TimePoint now;
  Outbox* out = nullptr;  // of the step or tick that is going on

  // ---- the way to the agent (link.cpp) ----
  enum class Phase : std::uint8_t {
    waiting,  // for `link_at`, to dial
    dialing,
    subscribing,  // connected; gives up at `link_at`
    subscribed,
    ended,  // final
  };
  Phase phase = Phase::waiting;
  PeerId agent{};  // while subscribing or subscribed
  TimePoint link_at;
  TimePoint alone_since;  // while not subscribed
  Backoff backoff;
  bool survives_agent = true;  // the framework checkpoints
  bool shutting_down = false;  // the agent asked for it, or has been away for too long

  // ---- what the agent has not yet confirmed, in order ----
  std::vector<TaskInfo> tasks;  // without any confirmed update
  executor_detail::UpdateQueue updates;

  // ---- events ----
  void on(PeerConnected& event);
  void on(PeerDisconnected& event);
  void on(DialFailed& event);
  void on(Received& event) { on_message(event.peer, event.message); }
  void on_message(PeerId peer, Message& message);
  void on(Submitted& event);
  void on(Stop& event);
  void check_deadlines();
  TimePoint next_deadline() const noexcept;

  // ---- messages of the agent ----
  void on_subscribed(Message& message);
  void on_launch(Message& message);
  void on_launch_group(Message& message);
  void on_acknowledged(const msg::ExecutorAcknowledged& ack);
  void on_shutdown(Message& message);
  void on_error(Message& message);

  // ---- calls of the application ----
  void submit_update(TaskStatus& status);
  void submit_message(Message& call);

  // ---- link.cpp ----
  void dial_later();
  void subscribe();
  void drop_agent(std::string_view why);  // closes the connection and tries again
  void lost_agent(std::string_view why);  // it is closed
  void give_up(std::string_view why);     // the application is asked to end
  void end(std::string_view why);
  bool is_agent(PeerId peer) const noexcept {
    return peer == agent && (phase == Phase::subscribing || phase == Phase::subscribed);
  }
  bool subscribed() const noexcept { return phase == Phase::subscribed; }
  TimePoint given_up_at() const noexcept;

  template <class M>
  void send(M&& message) {
    Envelope& envelope = out->sends.emplace_back();
    envelope.to = agent;
    envelope.message = std::forward<M>(message);
  }
  void deliver(Message&& message) { out->deliveries.push_back(std::move(message)); }
};

}  // namespace mesoscore
