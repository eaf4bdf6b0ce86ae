// Drives a machine as the runtime would, and looks at what comes out:
// - it sends only to peers that are connected, and to none that an outbox before has closed, be it that the
//   close still waits for its commit: the runtime does not listen to that peer any more, so that what is in
//   the same batch behind the reason for the close is the last that the machine hears of it;
// - it does not tick for ever without time going on;
// - durable ones give at most one commit per step, and nothing of what waits for it leaves another way.
// Commits become durable late, in their order; a crash loses those that are not.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "machine_values.hpp"
#include "mesoscore/outbox.hpp"
#include "mesoscore/rng.hpp"

namespace mesoscore::fuzz {

inline constexpr TimePoint kStart = TimePoint(std::chrono::hours(1000));

// What of an outbox has happened, for the target: containers are started, dials answered.
struct Happened {
  std::vector<ContainerCall> containers;
  std::size_t dials = 0;
  std::vector<Message> deliveries;
};

template <class Machine>
class Driver {
 public:
  Driver(Input& input, Machine machine, bool durable)
      : input_(input), machine_(std::move(machine)), durable_(durable) {}

  Machine& machine() noexcept { return machine_; }
  Known& known() noexcept { return known_; }
  TimePoint now() const noexcept { return now_; }
  Happened take_happened() { return std::exchange(happened_, {}); }

  // ---- events
  PeerId connect(PeerRole role) {
    const PeerId peer{++last_peer_};
    peers_.emplace(peer, role);
    add(PeerConnected{peer, role, "fuzz"});
    return peer;
  }
  // Zero: there is none.
  PeerId any_peer(PeerRole role) {
    std::vector<PeerId> all;
    for (const auto& [peer, its] : peers_) {
      if (its == role) all.push_back(peer);
    }
    return all.empty() ? PeerId{} : all[input_.below(all.size())];
  }
  void disconnect(PeerId peer) {
    if (peers_.erase(peer) == 0) return;
    if (!batch_.empty()) leaving_.insert(peer);  // what is before may still send to it
    add(PeerDisconnected{peer, "fuzz"});
  }
  void receive(PeerId from, Message message) {
    if (peers_.contains(from)) add(Received(from, std::move(message)));
  }
  void add(Event event) {
    batch_.push_back(std::move(event));
    if (batch_.size() == kLargestBatch || !input_.one_in(4)) flush();
  }
  void flush() {
    if (batch_.empty()) return;
    std::vector<Event> batch = std::exchange(batch_, {});
    if (!receive_together(batch)) machine_.step(batch, now_, out_);
    carry_out();
  }

  // ---- time
  void advance(Duration by) {
    flush();
    const TimePoint until = after(now_, std::clamp<Duration>(by, Duration(0), std::chrono::hours(24 * 30)));
    int ticks = 0, at_once = 0;
    while (machine_.next_deadline() <= until && ++ticks < kMostTicks) {
      const TimePoint at = std::max(now_, machine_.next_deadline());
      at_once = at == now_ ? at_once + 1 : 0;
      expect(at_once < kMostAtOnce);
      now_ = at;
      machine_.tick(now_, out_);
      carry_out();
    }
    if (ticks < kMostTicks) now_ = until;
  }

  // ---- durability
  void make_durable(std::size_t most) {
    for (; most > 0 && !waiting_.empty(); --most) {
      Commit commit = std::move(waiting_.front());
      waiting_.pop_front();
      for (Change& change : commit.changes) {
        expect(!change.key.empty());
        if (change.record) expect(key_of(*change.record) == change.key);
        change.record ? void(records_.insert_or_assign(change.key, *std::move(change.record)))
                      : void(records_.erase(change.key));
      }
      for (ContainerCall& call : commit.containers) happened_.containers.push_back(std::move(call));
    }
  }
  std::vector<Record> records() const {
    std::vector<Record> all;
    for (const auto& [key, record] : records_) all.push_back(record);
    return all;
  }
  // The process ends, and another machine goes on with what is durable.
  void crash() {
    batch_.clear();
    waiting_.clear();
    peers_.clear();
    leaving_.clear();
    happened_ = {};
  }
  void restart(Machine machine) { machine_ = std::move(machine); }

 private:
  static constexpr std::size_t kLargestBatch = 6;
  static constexpr int kMostTicks = 300, kMostAtOnce = 100;

  // Messages of one peer may also come without events.
  bool receive_together(std::vector<Event>& batch) {
    const auto* first = std::get_if<Received>(&batch.front());
    if (!first || input_.one_in(2)) return false;
    const PeerId from = first->peer;
    std::vector<Message> messages;
    for (Event& event : batch) {
      auto* received = std::get_if<Received>(&event);
      if (!received || received->peer != from) return false;
    }
    for (Event& event : batch) messages.push_back(std::move(std::get<Received>(event).message));
    machine_.receive(from, messages, now_, out_);
    return true;
  }

  void carry_out() {
    expect(durable_ ? out_.commits.size() <= 1 : out_.commits.empty());
    if (durable_) expect(out_.closes.empty() && out_.containers.empty() && promises_nothing(out_.sends));
    check_sends(out_.sends);
    for (Commit& commit : out_.commits) check_sends(commit.after);
    for (Commit& commit : out_.commits) {
      forget(commit.closes);
      waiting_.push_back(std::move(commit));
    }
    forget(out_.closes);
    happened_.dials += out_.dials.size();
    for (ContainerCall& call : out_.containers) happened_.containers.push_back(std::move(call));
    for (Message& message : out_.deliveries) {
      known_.learn(message);
      happened_.deliveries.push_back(std::move(message));
    }
    leaving_.clear();
    out_.clear();
    if (waiting_.size() > 1 && !input_.one_in(3)) make_durable(waiting_.size());
  }
  static bool promises_nothing(const std::vector<Envelope>& sends) {
    return std::all_of(sends.begin(), sends.end(), [](const Envelope& envelope) {
      return std::holds_alternative<msg::Heartbeat>(envelope.message) ||
             std::holds_alternative<msg::Ping>(envelope.message) ||
             std::holds_alternative<msg::Pong>(envelope.message);
    });
  }
  void check_sends(const std::vector<Envelope>& sends) {
    for (const Envelope& envelope : sends) {
      expect(peers_.contains(envelope.to) || leaving_.contains(envelope.to));
      known_.learn(envelope.message);
    }
  }
  void forget(const std::vector<Close>& closes) {
    for (const Close& each : closes) peers_.erase(each.peer);
  }

  Input& input_;
  Machine machine_;
  bool durable_;
  TimePoint now_ = kStart;
  Outbox out_;
  std::vector<Event> batch_;
  Known known_;
  Happened happened_;
  std::uint64_t last_peer_ = 0;
  std::map<PeerId, PeerRole> peers_;
  std::set<PeerId> leaving_;  // in this batch
  std::deque<Commit> waiting_;
  std::map<RecordKey, Record> records_;
};

}  // namespace mesoscore::fuzz
