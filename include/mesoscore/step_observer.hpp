// Looks at everything that goes into a state machine and at what comes out: what a recording is made of
// (recording.hpp), and what a replay shows.
//
//     observer.begin(options, policy, rng, now, records);    // once, before the first step
//     observer.stepping(events, now);                        // or receiving, or ticking: before it happens
//     const OutboxSizes before = sizes_of(outbox);
//     machine.step(events, now, outbox);                     // consumes the events
//     observer.stepped(outbox, before);
//
// Servers do so when their configuration names an observer. Threading: all calls on the executor of the
// server. What an observer throws ends nothing: no call may throw.
#pragma once

#include <cstddef>
#include <span>

#include "mesoscore/agent.hpp"
#include "mesoscore/master.hpp"
#include "mesoscore/outbox.hpp"
#include "mesoscore/rng.hpp"

namespace mesoscore {

// How much was in an outbox before a step: several steps may share one.
struct OutboxSizes {
  std::size_t sends = 0, commits = 0, dials = 0, closes = 0, containers = 0, deliveries = 0;
};
inline OutboxSizes sizes_of(const Outbox& out) noexcept {
  return {out.sends.size(),  out.commits.size(),    out.dials.size(),
          out.closes.size(), out.containers.size(), out.deliveries.size()};
}

class StepObserver {
 public:
  virtual ~StepObserver() = default;
  // The machine is made of these; `records` are those that it recovers from, if its options say `durable`.
  // `rng` has not been drawn from.
  virtual void begin(const MasterOptions& options, const AllocationPolicy* policy, Rng rng, TimePoint now,
                     std::span<const Record> records) noexcept = 0;  // policy null: drf
  virtual void begin(const AgentOptions& options, Rng rng, TimePoint now,
                     std::span<const Record> records) noexcept = 0;
  virtual void stepping(std::span<const Event> events, TimePoint now) noexcept = 0;
  virtual void receiving(PeerId from, std::span<const Message> messages, TimePoint now) noexcept = 0;
  virtual void ticking(TimePoint now) noexcept = 0;
  // What the step has added to `out` is behind `before`.
  virtual void stepped(const Outbox& out, const OutboxSizes& before) noexcept = 0;
};

}  // namespace mesoscore
