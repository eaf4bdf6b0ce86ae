// The client side of a framework as a state machine: subscribes, re-subscribes with back-off after the master
// went away, acknowledges updates, and hands offers and updates to the application. Drive it as outbox.hpp
// shows, or use SchedulerDriver.
//
// The application's calls go in as Submitted{msg::Accept, Decline, Kill, Revive, Suppress, Reconcile,
// ReconcileOperations, Acknowledge, AcknowledgeOperation, Request, ToExecutor, ShutdownExecutor, Teardown};
// what concerns it comes out in Outbox::deliveries: Subscribed, OfferMade, Rescind, Update, OperationUpdate,
// DemandExpired, DemandRefused, FromExecutor, Failure, ErrorMessage. After an ErrorMessage nothing is
// retried.
//
// Without a subscription: Accept finds no offer any more, so its tasks are answered at once with an Update to
// DROPPED (reason MASTER_DISCONNECTED), and so are its operations with an id; Decline and ToExecutor are
// dropped; Acknowledge and AcknowledgeOperation are remembered and made when the update is repeated; Revive,
// Suppress and Request become part of the next subscription, and what is still open of a Request is part of
// every later one (units that were accepted count as used); Kill, both kinds of reconciliation and
// ShutdownExecutor are held for it, and so is Teardown of a framework that has an id. A Kill is repeated
// after every re-subscription until the task is terminal, and ever more seldom while the answer is UNKNOWN or
// UNREACHABLE, of which the application hears once. A connection is lost when PeerDisconnected goes in
// or a Close comes out: all offers are void then. Teardown has ended (SchedulerStats::ended) when the master
// has confirmed it; until then it is repeated over new connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mesoscore/framework.hpp"
#include "mesoscore/outbox.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

struct SchedulerOptions {
  FrameworkInfo framework{};  // id set: continue as that framework
  std::vector<RoleName> suppressed_roles{};
  // Updates are acknowledged as soon as they have been handed to the application. False: the application
  // submits msg::Acknowledge when it has made sure not to forget them.
  bool acknowledge = true;
  Duration reconnect_backoff = std::chrono::milliseconds(100);  // first retry within; doubles ...
  Duration reconnect_backoff_max = std::chrono::seconds(10);    // ... up to this
  Duration subscribe_timeout = std::chrono::seconds(15);        // a master that has not answered is left
  std::uint32_t missed_heartbeats = 5;                          // in a row: the connection counts as dead
  // After each re-subscription, ask for the state of every task that is not known to be terminal, again and
  // again for those without an answer, and once for that of every operation. A scheduler that continues a
  // framework (`framework.id` set) begins by asking for all.
  bool reconcile = true;
  Duration reconcile_backoff = std::chrono::seconds(1);  // those without an answer: first after; doubles ...
  Duration reconcile_backoff_max = std::chrono::minutes(1);  // ... up to this
  // So often the same is done without a re-subscription, if it is not going on anyway. Zero: never.
  Duration reconcile_interval = std::chrono::minutes(15);
  // Uuids of terminal updates that are remembered, so that one that is repeated is not delivered again.
  std::size_t remembered_updates = 1024;
};

struct SchedulerStats {
  bool subscribed = false;
  bool ended = false;                    // refused, torn down or stopped: final
  std::uint32_t offers = 0;              // held and not yet answered
  std::uint32_t live_tasks = 0;          // launched or heard of, and not known to be terminal
  std::uint32_t pending_operations = 0;  // with an id, and not known to be terminal
  std::uint64_t updates = 0, duplicates = 0, subscriptions = 0;
};

class Scheduler {
 public:
  Scheduler(SchedulerOptions options, Rng rng, TimePoint now);
  ~Scheduler();
  Scheduler(Scheduler&&) noexcept;
  Scheduler& operator=(Scheduler&&) noexcept;

  void step(std::span<Event> batch, TimePoint now, Outbox& out);  // consumes the events
  // As step() with a Received for each; consumes the messages, which need not be moved into events.
  void receive(PeerId from, std::span<Message> messages, TimePoint now, Outbox& out);
  void tick(TimePoint now, Outbox& out);  // the first tick dials the master
  TimePoint next_deadline() const noexcept;

  const FrameworkId& framework_id() const noexcept;  // empty before the first subscription
  SchedulerStats stats() const noexcept;

  struct State;  // internal

 private:
  std::unique_ptr<State> state_;
};

}  // namespace mesoscore
