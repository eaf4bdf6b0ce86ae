// The agent as a state machine: registers with the master, runs tasks through containers and executors, and
// delivers every status update until it is acknowledged. Drive it as outbox.hpp shows, or use AgentServer.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mesoscore/agent_info.hpp"
#include "mesoscore/limits.hpp"
#include "mesoscore/outbox.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

struct AgentOptions {
  AgentInfo info{};                                              // id empty at the first start
  Duration registration_backoff = std::chrono::seconds(2);       // first retry within; doubles ...
  Duration registration_backoff_max = std::chrono::seconds(60);  // ... up to this
  Duration first_registration_within = std::chrono::seconds(1);  // random delay at the start
  Duration update_retry = std::chrono::seconds(10);      // unacknowledged update: first retry; doubles ...
  Duration update_retry_max = std::chrono::minutes(10);  // ... up to this
  Duration executor_registration_timeout = std::chrono::minutes(1);
  Duration default_kill_grace = std::chrono::seconds(3);
  AgentLimits limits{};
};

struct AgentView {
  AgentInfo info{};  // resources: as operations have changed them
  bool registered = false;
  std::uint32_t tasks = 0;           // launched and not yet terminal
  std::uint32_t unacknowledged = 0;  // status updates
  std::uint32_t operations = 0;      // carried out, or not; their update is not acknowledged
  std::uint32_t executors = 0;       // custom executors that live
  Resources used{};
  std::uint64_t updates_sent = 0, updates_retried = 0;
};

class Agent {
 public:
  Agent(AgentOptions options, Rng rng, TimePoint now);
  ~Agent();
  Agent(Agent&&) noexcept;
  Agent& operator=(Agent&&) noexcept;

  void step(std::span<Event> batch, TimePoint now, Outbox& out);  // consumes the events
  // As step() with a Received for each; consumes the messages, which need not be moved into events.
  void receive(PeerId from, std::span<Message> messages, TimePoint now, Outbox& out);
  void tick(TimePoint now, Outbox& out);  // the first tick dials the master
  TimePoint next_deadline() const noexcept;

  // After Stop, or when the master has sent the agent away: nothing runs any more and nothing more will be
  // done.
  bool stopped() const noexcept;
  const AgentInfo& info() const noexcept;
  std::shared_ptr<const AgentView> view() const;
  std::vector<Task> tasks() const;

  struct State;  // internal

 private:
  std::unique_ptr<State> state_;
};

}  // namespace mesoscore
