// The scheduler's state. Every message has its handler in a file of its own: on_*.cpp for what the master
// says, submit_*.cpp for what the application asks.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_set.h>

#include "core/backoff.hpp"
#include "core/notices.hpp"
#include "mesoscore/scheduler.hpp"
#include "scheduler/ended_updates.hpp"
#include "scheduler/stated_demands.hpp"
#include "scheduler/task_table.hpp"

namespace mesoscore {

struct Scheduler::State {
  using LiveTask = scheduler_detail::LiveTask;

  State(SchedulerOptions given, Rng generator, TimePoint at);

  SchedulerOptions options;
  Rng rng;
  msg::FrameworkPtr framework;
  TimePoint now;
  Outbox* out = nullptr;  // of the step or tick that is going on

  // ---- the way to the master (link.cpp) ----
  enum class Phase : std::uint8_t {
    waiting,  // for `link_at`, to dial
    dialing,
    subscribing,  // connected; gives up at `link_at`
    subscribed,
    leaving,  // Teardown is sent; if it is not answered by `link_at`, again over another connection
    ended,    // refused, replaced, torn down or stopped: final
  };
  Phase phase = Phase::waiting;
  PeerId master{};  // while subscribing, subscribed or leaving
  TimePoint link_at;
  Backoff backoff;
  TimePoint heard{};             // when the master last said anything
  Duration longest_silence{0};   // zero: unlimited
  bool teardown_wanted = false;  // and the master has not yet confirmed it

  // ---- what is going on ----
  tsl::robin_set<OfferId> offers;  // held and not yet answered
  scheduler_detail::TaskTable tasks;
  scheduler_detail::EndedUpdates ended_updates;
  std::set<OperationId>
      operations;  // with an id, and not known to have ended; in an order, as it is walked over
  std::vector<RoleName> suppressed;  // said again in each Subscribe
  scheduler_detail::StatedDemands demands;
  std::vector<RoleName> satisfied;  // suppressed in this subscription, because nothing is wanted there
  std::vector<Message> held;        // calls to be made at the next subscription
  bool adopts = false;              // continues a framework whose tasks it does not know yet
  SchedulerStats counters;

  // ---- the reconciliation that runs, and kills that have reached nobody (reconcile.cpp) ----
  TimePoint reconcile_at = kNever;      // ask again
  TimePoint reconcile_all_at = kNever;  // ask for all
  Duration reconcile_wait{0};

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

  // ---- messages of the master ----
  void on_subscribed(msg::Subscribed& answer);
  void on_offer(Message& message);
  void on_rescind(Message& message);
  void on_demand_expired(Message& message);
  void on_update(Message& message);
  void on_operation_update(Message& message);
  void on_error(Message& message);

  // ---- calls of the application ----
  void submit_accept(Message& call);
  void submit_decline(Message& call);
  void submit_kill(Message& call);
  bool follow_kill(LiveTask& task, const TaskStatus& status);
  void submit_roles(Message& call, const std::vector<RoleName>& roles, bool suppress);
  void submit_request(Message& call);
  void send_or_hold(Message call);  // not in the Subscribe that is under way
  void forget_followers();          // of a Subscribe that was in vain
  void submit_acknowledge(Message& call);
  void submit_reconcile(msg::Reconcile& call);
  void submit_acknowledge_operation(Message& call);
  void submit_reconcile_operations(msg::ReconcileOperations& call);
  void submit_teardown();

  // ---- link.cpp ----
  void dial_later();
  void subscribe();
  void drop_master(std::string_view why);  // closes the connection and tries again
  void lost_master(std::string_view why);  // it is closed
  void end(std::string_view why);          // closes the connection and does nothing any more
  bool is_master(PeerId peer) const noexcept {
    return peer == master && phase >= Phase::subscribing && phase <= Phase::leaving;
  }
  bool subscribed() const noexcept { return phase == Phase::subscribed; }
  TimePoint silent_at() const noexcept;

  // ---- calls (calls.cpp) ----
  template <class M>
  M& send() {  // made in its place
    return *std::get_if<M>(&out->sends.emplace_back(master, std::in_place_type<M>).message);
  }
  template <class M>
  void send(M&& message) {
    if constexpr (std::is_same_v<M, Message>) {
      out->sends.emplace_back(master, std::move(message));
    } else {
      out->sends.emplace_back(master, std::in_place_type<std::remove_cvref_t<M>>, std::forward<M>(message));
    }
  }
  void deliver(Message&& message) { out->deliveries.push_back(std::move(message)); }
  void hold(Message& call);  // until the next subscription
  void release_held();

  // ---- reconcile.cpp ----
  void begin_reconciliation();
  void ask_for_all();
  void reconcile_in_time();
  void ask_again_later();
  void ask_unanswered();
  void send_reconcile(std::vector<msg::Reconcile::Item>& items);
  void ask_for_operations(bool all);
  void send_reconcile_operations(std::vector<msg::ReconcileOperations::Item>& items);
};

}  // namespace mesoscore
