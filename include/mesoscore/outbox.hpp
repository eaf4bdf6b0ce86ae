// What goes into the state machines and what comes out of them.
//
// Master, Agent, Scheduler and Executor are single-threaded state machines without I/O, clock, threads or
// entropy of their own. Whoever drives them (the runtime, the simulator, a test, your own event loop):
//
//     machine.step(events, now, outbox);     // consumes the events
//     machine.receive(peer, messages, now, outbox);  // the same as a step with a Received for each of them
//     carry_out(outbox);  outbox.clear();    // clear() keeps the capacity: no allocation in steady state
//     if (machine.next_deadline() <= now) machine.tick(now, outbox);
//
// Order within one outbox: `deliveries` go to the application before `sends` leave: an acknowledgement must
// not overtake what it acknowledges; then `dials`, `closes` and `containers`. What a Commit carries follows
// when its changes are durable, which may be much later; the machine goes on meanwhile.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mesoscore/container.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/log.hpp"
#include "mesoscore/message.hpp"
#include "mesoscore/operator.hpp"
#include "mesoscore/record.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

enum class PeerRole : std::uint8_t {
  unknown = 0,
  master = 1,
  agent = 2,
  scheduler = 3,
  executor = 4,
  operator_ = 5
};
std::string_view to_string(PeerRole role) noexcept;

// ---- events: what goes in
// ------------------------------------------------------------------------------------------

struct PeerConnected {
  PeerId peer{};
  PeerRole role = PeerRole::unknown;  // what the peer said in its handshake
  std::string address{};              // for people: "tcp://10.0.0.7:41312"
};
struct PeerDisconnected {
  PeerId peer{};
  std::string why{};  // for people
};
struct DialFailed {  // the answer to a Dial that did not become a PeerConnected
  std::string why{};
};
struct Received {
  PeerId peer{};
  Message message;  // `{}` here would fill all of it with zeros first, and so would a defaulted constructor

  Received() noexcept {}
  Received(PeerId from, Message received) noexcept : peer(from), message(std::move(received)) {}
};
// The application beside the machine wants this sent: schedulers submit Accept, Kill, ...; executors
// ExecutorUpdate, ExecutorMessage; agents AgentCall, answered by an AgentAnswer among the deliveries.
struct Submitted {
  Message message{};
};
// Ends the machine in good order: agents shut their executors down and unregister, schedulers disconnect.
struct Stop {};

// SetWeight and the like are actions of an operator, for the master: operator.hpp. What stands in their way
// is said in a notice.
using Event = std::variant<PeerConnected, PeerDisconnected, DialFailed, Received, Submitted, ContainerEvent,
                           SetWeight, TeardownFramework, OperateOnAgent, Stop, SetQuota, DeactivateAgent,
                           ReactivateAgent, DrainAgent, MarkAgentGone>;

// ---- outbox: what comes out
// ----------------------------------------------------------------------------------------

struct Envelope {
  PeerId to{};
  Message message;  // without `{}`, as for Received

  Envelope() noexcept {}
  Envelope(PeerId peer, Message sent) noexcept : to(peer), message(std::move(sent)) {}
  // The message is made in its place: of alternative M, from `args`.
  template <class M, class... Args>
  Envelope(PeerId peer, std::in_place_type_t<M> kind, Args&&... args)
      : to(peer), message(kind, std::forward<Args>(args)...) {}
};

// What has been sent to the peer before is flushed first. No event of this peer follows, not even
// PeerDisconnected.
struct Close {
  PeerId peer{};
  std::string why{};  // for people
};

// Changes that are made durable together, and what waits for them. A machine whose options say `durable`
// gives at most one for each step: all that it wants to happen outside is in it, besides heartbeats, pings
// and pongs, so that a crash can only forget what nobody has been told. Commits are made, and what they carry
// is carried out, in their order; one without changes waits for those before it. If a commit fails, nothing
// of it or of what follows may happen before it has been made after all.
struct Commit {
  std::vector<Change> changes{};
  std::vector<Envelope> after{};
  std::vector<Close> closes{};              // behind `after`
  std::vector<ContainerCall> containers{};  // agent only
};

// Ask for a connection to the master (Agent, Scheduler) or to the agent (Executor).
// Answered by PeerConnected or DialFailed.
struct Dial {
  PeerRole role = PeerRole::master;
};

// A structured fact for logs and metrics.
struct Notice {
  LogLevel level = LogLevel::info;
  std::string text{};  // one line
};

struct Outbox {
  std::vector<Envelope> sends{};
  std::vector<Commit> commits{};
  std::vector<Dial> dials{};
  std::vector<Close> closes{};
  std::vector<ContainerCall> containers{};  // agent only: what isolators and launcher must do
  std::vector<Message> deliveries{};        // for the application beside the machine; none of a master
  std::vector<Notice> notices{};
  LogLevel notice_level = LogLevel::off;  // notices below it are not composed

  void clear() noexcept;  // keeps the capacity
  bool empty() const noexcept;
};

}  // namespace mesoscore
