#include "mesoscore/scheduler.hpp"

#include "scheduler/state.hpp"

namespace mesoscore {

Scheduler::State::State(SchedulerOptions given, Rng generator, TimePoint at)
    : options(std::move(given)),
      rng(generator),
      framework(std::make_shared<const FrameworkInfo>(options.framework)),
      now(at),
      link_at(at),
      backoff(options.reconnect_backoff, options.reconnect_backoff_max),
      ended_updates(options.remembered_updates),
      suppressed(options.suppressed_roles),
      adopts(!options.framework.id.empty()) {}

Scheduler::Scheduler(SchedulerOptions options, Rng rng, TimePoint now)
    : state_(std::make_unique<State>(std::move(options), rng, now)) {}

Scheduler::~Scheduler() = default;
Scheduler::Scheduler(Scheduler&&) noexcept = default;
Scheduler& Scheduler::operator=(Scheduler&&) noexcept = default;

void Scheduler::step(std::span<Event> batch, TimePoint now, Outbox& out) {
  state_->now = now;
  state_->out = &out;
  for (Event& event : batch) {
    std::visit(
        [&](auto& e) {
          if constexpr (requires { state_->on(e); })
            state_->on(e);  // the others are events of the other machines
        },
        event);
  }
}

void Scheduler::receive(PeerId from, std::span<Message> messages, TimePoint now, Outbox& out) {
  state_->now = now;
  state_->out = &out;
  for (Message& message : messages) state_->on_message(from, message);
}

void Scheduler::tick(TimePoint now, Outbox& out) {
  state_->now = now;
  state_->out = &out;
  state_->check_deadlines();
}

TimePoint Scheduler::next_deadline() const noexcept { return state_->next_deadline(); }

const FrameworkId& Scheduler::framework_id() const noexcept { return state_->framework->id; }

SchedulerStats Scheduler::stats() const noexcept {
  SchedulerStats stats = state_->counters;
  stats.subscribed = state_->subscribed();
  stats.ended = state_->phase == State::Phase::ended;
  stats.offers = static_cast<std::uint32_t>(state_->offers.size());
  stats.live_tasks = static_cast<std::uint32_t>(state_->tasks.size());
  stats.pending_operations = static_cast<std::uint32_t>(state_->operations.size());
  return stats;
}

}  // namespace mesoscore
