// The client side of a custom executor as a state machine: subscribes with its agent, receives tasks, sends
// updates until the agent has taken them, and survives a restart of the agent. Drive it as outbox.hpp shows,
// or use ExecutorDriver.
//
// The application's calls go in as Submitted{msg::ExecutorUpdate, msg::ExecutorMessage}; what concerns it
// comes out in Outbox::deliveries: ExecutorSubscribed, LaunchTask, LaunchTaskGroup, ExecutorKill,
// ExecutorMessage, ExecutorShutdown, ErrorMessage. After ExecutorShutdown the connection stays until the
// agent closes it, for the last updates; ErrorMessage is final.
//
// Updates get their uuid, time and executor id here; they are kept until the agent has taken them, also while
// there is no agent. An ExecutorMessage without an agent is dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "mesoscore/outbox.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

struct ExecutorOptions {
  FrameworkId framework_id{};
  ExecutorId executor_id{};
  Duration reconnect_backoff = std::chrono::milliseconds(100);
  // Well below AgentOptions::executor_reregistration_timeout: several attempts must fit into it.
  Duration reconnect_backoff_max = std::chrono::milliseconds(500);
  Duration subscribe_timeout = std::chrono::seconds(15);  // an agent that has not answered is left
  // No agent for so long: ExecutorShutdown is delivered. At once when the framework does not checkpoint.
  Duration recovery_timeout = std::chrono::minutes(15);
  std::size_t max_unacknowledged = 16384;  // beyond it, updates to non-terminal states are dropped
};

class Executor {
 public:
  Executor(ExecutorOptions options, Rng rng, TimePoint now);
  ~Executor();
  Executor(Executor&&) noexcept;
  Executor& operator=(Executor&&) noexcept;

  void step(std::span<Event> batch, TimePoint now, Outbox& out);  // consumes the events
  // As step() with a Received for each; consumes the messages, which need not be moved into events.
  void receive(PeerId from, std::span<Message> messages, TimePoint now, Outbox& out);
  void tick(TimePoint now, Outbox& out);  // the first tick dials the agent
  TimePoint next_deadline() const noexcept;

  bool subscribed() const noexcept;
  bool ended() const noexcept;                    // nothing is retried any more
  std::uint32_t unacknowledged() const noexcept;  // updates that the agent has not yet taken

  struct State;  // internal

 private:
  std::unique_ptr<State> state_;
};

}  // namespace mesoscore
