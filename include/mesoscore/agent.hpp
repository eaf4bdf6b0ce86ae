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

// What a restarted agent does with what it finds running.
enum class AgentRecovery : std::uint8_t {
  reconnect,  // tasks and executors go on
  cleanup,    // they are killed, their last updates delivered, and the agent stops as by Stop
};

struct AgentOptions {
  AgentInfo info{};                                              // id empty at the first start
  Duration registration_backoff = std::chrono::seconds(2);       // first retry within; doubles ...
  Duration registration_backoff_max = std::chrono::seconds(60);  // ... up to this
  Duration first_registration_within = std::chrono::seconds(1);  // random delay at the start
  Duration update_retry = std::chrono::seconds(10);      // unacknowledged update: first retry; doubles ...
  Duration update_retry_max = std::chrono::minutes(10);  // ... up to this
  Duration executor_registration_timeout = std::chrono::minutes(1);
  Duration default_kill_grace = std::chrono::seconds(3);
  // Commits are made (outbox.hpp): what is there of frameworks that checkpoint, its tasks, executors, updates
  // and operations, survives the agent. Tasks of other frameworks, and functions, end with it.
  bool durable = false;
  AgentRecovery recovery = AgentRecovery::reconnect;
  std::string boot_id{};  // changes when the machine is restarted; see Agent::recover
  // Executors that live must have subscribed again so long after a restart of the agent. Those that have not
  // are killed; their tasks are GONE (LOST for old frameworks).
  Duration executor_reregistration_timeout = std::chrono::seconds(2);
  AgentLimits limits{};
  // What it answers when the master passes a question of an operator on (agent_query.hpp); usage always.
  bool operators_read_files = true;
  bool operators_run_commands = false;
};

struct AgentView {
  AgentInfo info{};  // resources: as operations have changed them
  bool registered = false;
  bool recovering = false;              // the containers of before have not all been heard of
  DrainState drain = DrainState::none;  // drained: of tasks and operations
  std::uint32_t tasks = 0;              // launched and not yet terminal
  std::uint32_t unacknowledged = 0;     // status updates
  std::uint32_t operations = 0;         // carried out, or not; their update is not acknowledged
  std::uint32_t executors = 0;          // custom executors that live
  Resources used{};
  std::uint64_t updates_sent = 0, updates_retried = 0;
};

class Agent {
 public:
  Agent(AgentOptions options, Rng rng, TimePoint now);
  // The agent that `records` tell of, after a restart: those that a storage has kept of its commits, in any
  // order; none at the first start. It first asks for its containers (RecoverContainers) and reports the true
  // end of those that have ended, then registers again under its id and delivers what was not acknowledged.
  //
  // `options.info` may have gained resources and attributes. An error names what it lost or changed
  // (hostname, amounts, values), and says what to do. Only if the machine was restarted as well (another
  // `boot_id`) it is not an error: the agent starts without an id then, and what is left of the old one
  // (updates, reservations, volumes) is reported to nobody. After a restart of the machine alone it keeps its
  // id. data_corrupt: records that contradict each other, named.
  static Result<Agent> recover(AgentOptions options, Rng rng, TimePoint now, std::vector<Record> records);
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
