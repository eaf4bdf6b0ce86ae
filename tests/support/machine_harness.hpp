// Drives one state machine in a test: events in, outbox out, under a clock that the test moves.
//
//     MachineHarness<Agent> agent(options);
//     agent.advance(seconds(1));                                   // ticks whenever the machine wants to
//     agent.step(PeerConnected{master, PeerRole::master, ""});
//     CHECK(agent.only<msg::RegisterAgent>(master).agent->hostname == "h");
//
// The outbox holds what the last step(), advance() or tick() gave; the questions are asked of it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mesoscore/outbox.hpp"
#include "mesoscore/rng.hpp"
#include "mesoscore/time.hpp"
#include "support/catch.hpp"
#include "support/print.hpp"

namespace mesoscore::test {

// Any point will do; not the epoch, so that a time that was forgotten is noticed.
inline constexpr TimePoint kStart = TimePoint(std::chrono::hours(1000));

template <class Machine>
class MachineHarness {
 public:
  template <class Options>
  explicit MachineHarness(Options options, std::uint64_t seed = 1, TimePoint start = kStart)
      : now_(start), machine_(std::move(options), Rng(seed), start) {
    out_.notice_level = LogLevel::debug;
  }

  Machine& machine() noexcept { return machine_; }
  Outbox& out() noexcept { return out_; }
  Names& names() noexcept { return names_; }
  TimePoint now() const noexcept { return now_; }
  Duration elapsed() const noexcept { return now_ - kStart; }

  // ---- driving ----
  template <class... Events>
  void step(Events... events) {
    std::vector<Event> batch;
    (batch.emplace_back(std::move(events)), ...);
    out_.clear();
    machine_.step(batch, now_, out_);
  }
  template <class M>
  void receive(PeerId from, M message) {
    step(Received{from, Message(std::move(message))});
  }
  // Moves the clock, and ticks at each deadline on the way; everything that comes out is kept.
  void advance(Duration by) {
    const TimePoint until = after(now_, by);
    out_.clear();
    while (machine_.next_deadline() <= until) tick_at(std::max(now_, machine_.next_deadline()));
    now_ = until;
  }
  // Moves the clock to the next deadline and ticks once. False when there is none.
  bool tick() {
    out_.clear();
    if (machine_.next_deadline() == kNever) return false;
    tick_at(std::max(now_, machine_.next_deadline()));
    return true;
  }
  // Moves the clock without a tick.
  void sleep(Duration by) { now_ = after(now_, by); }

  // ---- asking ----
  template <class M>
  std::vector<const M*> sent(std::optional<PeerId> to = {}) const {
    std::vector<const M*> found;
    for (const Envelope& envelope : out_.sends) {
      const M* message = std::get_if<M>(&envelope.message);
      if (message != nullptr && (!to || envelope.to == *to)) found.push_back(message);
    }
    return found;
  }
  // The one message of this kind to this peer; fails when there are others.
  template <class M>
  const M& only(PeerId to) {
    const auto found = sent<M>(to);
    INFO(text());
    REQUIRE(found.size() == 1);
    return *found.front();
  }
  template <class M>
  bool nothing(std::optional<PeerId> to = {}) const {
    return sent<M>(to).empty();
  }
  template <class Call>
  std::vector<const Call*> calls() const {
    std::vector<const Call*> found;
    for (const ContainerCall& call : out_.containers) {
      if (const Call* wanted = std::get_if<Call>(&call)) found.push_back(wanted);
    }
    return found;
  }
  template <class Call>
  const Call& only_call() {
    const auto found = calls<Call>();
    INFO(text());
    REQUIRE(found.size() == 1);
    return *found.front();
  }
  template <class M>
  std::vector<M> delivered() const {
    std::vector<M> found;
    for (const Message& message : out_.deliveries) {
      if (const M* wanted = std::get_if<M>(&message)) found.push_back(*wanted);
    }
    return found;
  }
  bool closed(PeerId peer) const {
    for (const Close& close : out_.closes) {
      if (close.peer == peer) return true;
    }
    return false;
  }
  // Refused: an ErrorMessage and then the end of the connection.
  bool refused(PeerId peer) const { return sent<msg::ErrorMessage>(peer).size() == 1 && closed(peer); }
  // Nothing went out but notices.
  bool quiet() const {
    return out_.sends.empty() && out_.commits.empty() && out_.dials.empty() && out_.closes.empty() &&
           out_.containers.empty() && out_.deliveries.empty();
  }
  bool noticed(std::string_view part) const {
    for (const Notice& notice : out_.notices) {
      if (notice.text.find(part) != std::string::npos) return true;
    }
    return false;
  }
  // The outbox, one line for each thing.
  std::string text() {
    std::string all;
    for (const std::string& line : print(out_, names_)) all += line + "\n";
    return all;
  }

 private:
  void tick_at(TimePoint at) {
    now_ = at;
    machine_.tick(now_, out_);
  }

  TimePoint now_;
  Machine machine_;
  Outbox out_;
  Names names_;
};

}  // namespace mesoscore::test
