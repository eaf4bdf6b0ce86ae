#include "mesoscore/executor.hpp"

#include "executor/state.hpp"

namespace mesoscore {

Executor::State::State(ExecutorOptions given, Rng generator, TimePoint at)
    : options(std::move(given)),
      rng(generator),
      now(at),
      link_at(at),
      alone_since(at),
      backoff(options.reconnect_backoff, options.reconnect_backoff_max) {}

Executor::Executor(ExecutorOptions options, Rng rng, TimePoint now)
    : state_(std::make_unique<State>(std::move(options), rng, now)) {}

Executor::~Executor() = default;
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;

void Executor::step(std::span<Event> batch, TimePoint now, Outbox& out) {
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

void Executor::receive(PeerId from, std::span<Message> messages, TimePoint now, Outbox& out) {
  state_->now = now;
  state_->out = &out;
  for (Message& message : messages) state_->on_message(from, message);
}

void Executor::tick(TimePoint now, Outbox& out) {
  state_->now = now;
  state_->out = &out;
  state_->check_deadlines();
}

TimePoint Executor::next_deadline() const noexcept { return state_->next_deadline(); }

bool Executor::subscribed() const noexcept { return state_->subscribed(); }

bool Executor::ended() const noexcept { return state_->phase == State::Phase::ended; }

std::uint32_t Executor::unacknowledged() const noexcept {
  return static_cast<std::uint32_t>(state_->updates.size());
}

}  // namespace mesoscore
