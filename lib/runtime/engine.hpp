// What the servers and drivers have in common: one state machine bound to an executor and to transports.
//
// Events are queued; one posted drain takes all that have come. When many messages come at once, they are
// taken on the spot and where they lie, after what is queued: a message is moved into the queue only to wait.
//
//     step with what is queued, receive, tick when due -> commits to the storage, and what they carry ->
//     deliveries to the application -> sends -> dials, closes, container calls, notices
//
// What a commit carries is carried out when it is durable (commit_queue.hpp); without a storage that is at
// once. While the storage fails nothing is sent at all: whom we owe an answer shall take us for away.
//
// and again while the application's handlers have asked for more; then each connection that was sent to is
// flushed, once. Who has several connections flushes a little later, behind what else is ready, unless much
// waits: updates of many agents go to their scheduler together. Deliveries come before sends, so that an
// acknowledgement leaves after the application has had the update.
//
// The derived class holds the machine and the handlers of the application. Any hook may destroy the server or
// driver: whoever calls into the engine from outside holds a shared_ptr to it, and looks at ended() after
// each hook.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include "mesoscore/clock.hpp"
#include "mesoscore/limits.hpp"
#include "mesoscore/log.hpp"
#include "mesoscore/outbox.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/step_observer.hpp"
#include "mesoscore/storage.hpp"
#include "mesoscore/transport.hpp"
#include "runtime/commit_queue.hpp"
#include "runtime/peer_hub.hpp"
#include "runtime/scratch.hpp"

namespace mesoscore::runtime {

struct EngineConfig {
  asio::any_io_executor executor;
  TransportSet transports;
  ConnectionOptions connection;
  PeerRole role = PeerRole::unknown;       // what we are
  std::string dial_to;                     // whom Dial means
  PeerRole dial_role = PeerRole::unknown;  // what that must be
  std::vector<PeerRole> accepts;           // what those who connect to us must be
  // What else is to be said of them; empty: nothing. The scheme is that of the endpoint they have come to.
  std::function<Status(const PeerInfo& peer, std::string_view scheme)> admit;
  std::shared_ptr<Storage> storage;        // opened before begin(); null: commits are carried out at once
  asio::any_io_executor storage_executor;  // empty: the storage is called on `executor`
  std::size_t max_waiting_for_storage = kMaxWaitingForStorage;
  Logger log;
  ClockFunction clock;  // empty: steady_clock_from_wall_time()
};

class Engine : public std::enable_shared_from_this<Engine> {
 public:
  virtual ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // On error nothing listens.
  Status listen(std::span<const std::string> endpoints);
  std::vector<Endpoint> endpoints() const;
  // The first drain follows; what has been pushed before is part of it.
  void begin();
  template <class E>
  void push(E&& event) {
    if (ended_ || finishing_) return;
    queue().emplace_back(std::forward<E>(event));
    wake();
  }
  // The same for several, from a handler of the executor that is nobody else's: taken on the spot.
  template <class E>
  void push_and_run(std::span<E> events) {
    if (ended_ || finishing_) return;
    for (E& event : events) queue().emplace_back(std::move(event));
    draining_ || !begun_ ? wake() : run();
  }
  // Closes everything; no hook is called any more, besides finished(). end() is at once, and what is not
  // durable is as if it had never been. finish() waits for the storage, and delivers what was sent.
  void finish();
  void end();
  bool ended() const noexcept { return ended_; }
  bool begun() const noexcept { return begun_; }
  TimePoint now() const { return clock_(); }

 protected:
  explicit Engine(EngineConfig config);

  // The machine.
  virtual void step(std::span<Event> batch, TimePoint now, Outbox& out) = 0;
  virtual void receive(PeerId from, std::span<Message> messages, TimePoint now, Outbox& out) = 0;
  virtual void tick(TimePoint now, Outbox& out) = 0;
  virtual TimePoint next_deadline() const noexcept = 0;
  // The application. False: it failed, and what the machine wanted to send after these deliveries is not
  // sent.
  virtual bool deliver(std::span<Message> /*deliveries*/) { return true; }
  virtual void apply(std::vector<ContainerCall>& /*calls*/) {}
  virtual void settled() {}   // everything of one outbox is carried out, or waits for the storage
  virtual void finished() {}  // behind finish()

  const asio::any_io_executor& executor() const noexcept { return executor_; }
  const TransportSet& transports() const noexcept { return transports_; }
  const std::string& dial_to() const noexcept { return dial_to_; }
  // Why the last connection ended.
  const std::string& last_loss() const noexcept { return last_loss_; }
  std::size_t peers() const noexcept { return hub_.size(); }
  void log(LogLevel level, std::string_view line) const noexcept;
  // When everything that the machine has wanted up to now has been carried out: perhaps within the call.
  void when_durable(std::function<void()> then);
  void stop_listening() { listeners_.clear(); }

 private:
  void wake();
  void drain();
  // `arrived` are messages that lie at their connection; they follow what is queued.
  void run(PeerId from = {}, std::span<Message> arrived = {});
  bool turn(PeerId from, std::span<Message> arrived, Outbox& out);  // false: the engine has ended
  void step_batch(TimePoint at, Outbox& out);
  void start_commits(EngineConfig& config);
  void carry_out_commits(std::vector<Commit>& commits);
  void carry_out(Commit& commit);
  void commits_carried_out();
  bool storage_is_behind() const noexcept;
  void shed_peers();
  void complete_finish();
  void carry_out_messages(Outbox& out);
  void carry_out_rest(Outbox& out);
  std::vector<Event>& queue();
  void flush_soon();
  void arm(TimePoint now);
  void dial();
  void dialed(Result<std::shared_ptr<Connection>> result);
  void accept(std::shared_ptr<Connection> connection, std::string_view scheme);
  Status check(const PeerInfo& peer, std::string_view scheme) const;
  void connected(std::shared_ptr<Connection> connection);
  void received(PeerId from, std::span<Message> messages);
  void take(PeerId from, std::span<Message> messages);
  void closed(PeerId peer, const Error& why);
  void close(const Close& close);
  void forget_events_of(PeerId peer);

  asio::any_io_executor executor_;
  TransportSet transports_;
  ConnectionOptions connection_;
  std::string dial_to_;
  PeerRole dial_role_;
  std::vector<PeerRole> accepts_;
  std::function<Status(const PeerInfo& peer, std::string_view scheme)> admit_;
  Logger log_;
  ClockFunction clock_;

  std::shared_ptr<CommitQueue> commits_;  // null: no storage
  std::size_t max_waiting_;
  PeerHub hub_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  Scratch& scratch_;
  std::vector<Event> incoming_;  // of the scratch, while there are any
  std::string last_loss_;
  asio::steady_timer timer_;
  TimePoint armed_ = kNever;    // what the timer waits for
  asio::any_io_executor work_;  // counts as work: run() does not return under a server that is idle
  bool begun_ = false, ended_ = false, woken_ = false, draining_ = false, flushing_ = false;
  bool finishing_ = false;  // the machine has done its part, the storage has not
};

// An engine around a machine of type M.
template <class M>
class MachineEngine : public Engine {
 public:
  MachineEngine(EngineConfig config, M first) : Engine(std::move(config)), machine(std::move(first)) {}

  M machine;
  std::shared_ptr<StepObserver> observer;  // null: nobody looks

 protected:
  void step(std::span<Event> batch, TimePoint now, Outbox& out) override {
    if (observer) observer->stepping(batch, now);
    observed(out, [&] { machine.step(batch, now, out); });
  }
  void receive(PeerId from, std::span<Message> messages, TimePoint now, Outbox& out) override {
    if (observer) observer->receiving(from, messages, now);
    observed(out, [&] { machine.receive(from, messages, now, out); });
  }
  void tick(TimePoint now, Outbox& out) override {
    if (observer) observer->ticking(now);
    observed(out, [&] { machine.tick(now, out); });
  }
  TimePoint next_deadline() const noexcept override { return machine.next_deadline(); }

 private:
  template <class Step>
  void observed(Outbox& out, Step&& step) {
    const OutboxSizes before = observer ? sizes_of(out) : OutboxSizes();
    step();
    if (observer) observer->stepped(out, before);
  }
};

// `seed`, or one from the operating system if it is 0.
Rng make_rng(std::uint64_t seed);

}  // namespace mesoscore::runtime
