#include "runtime/engine.hpp"

#include <random>

#include <asio/post.hpp>
#include <asio/prefer.hpp>

#include "core/notices.hpp"

namespace mesoscore::runtime {
namespace {

// After so many turns others get theirs.
constexpr int kMostTurns = 16;
// With so many messages waiting the peers have something to do: they need not wait for more.
constexpr std::size_t kWorthAFlush = 64;
// Clocks of other kinds may run at another speed: look at least so often.
constexpr Duration kLongestSleep = std::chrono::hours(1);

ConnectionOptions as(PeerRole role, ConnectionOptions options) {
  options.hello.role = role;
  if (options.hello.software.empty()) options.hello.software = cat("mesoscore ", kVersion);
  return options;
}

class Flag {
 public:
  explicit Flag(bool& flag) noexcept : flag_(flag) { flag_ = true; }
  ~Flag() { flag_ = false; }
  Flag(const Flag&) = delete;
  Flag& operator=(const Flag&) = delete;

 private:
  bool& flag_;
};

}  // namespace

Engine::Engine(EngineConfig config)
    : executor_(std::move(config.executor)),
      transports_(std::move(config.transports)),
      connection_(as(config.role, std::move(config.connection))),
      dial_to_(std::move(config.dial_to)),
      dial_role_(config.dial_role),
      accepts_(std::move(config.accepts)),
      admit_(std::move(config.admit)),
      log_(std::move(config.log)),
      clock_(config.clock ? std::move(config.clock) : steady_clock_from_wall_time()),
      max_waiting_(config.max_waiting_for_storage),
      scratch_(Scratch::of(executor_)),
      timer_(executor_) {
  if (config.storage) start_commits(config);
}

Engine::~Engine() {
  if (commits_) commits_->close();
}

void Engine::begin() {
  begun_ = true;
  work_ = asio::prefer(executor_, asio::execution::outstanding_work.tracked);
  wake();
}

std::vector<Event>& Engine::queue() {
  if (incoming_.capacity() == 0) incoming_ = scratch_.events.take();
  return incoming_;
}

void Engine::wake() {
  if (!begun_ || ended_ || woken_ || draining_) return;
  woken_ = true;
  asio::post(executor_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->drain();
  });
}

void Engine::drain() {
  woken_ = false;
  if (!ended_ && !finishing_) run();
}

void Engine::run(PeerId from, std::span<Message> arrived) {
  {
    const Flag draining(draining_);
    auto out = scratch_.outboxes.take();
    if (!out) out = std::make_unique<Outbox>();
    out->notice_level = log_.write ? log_.level : LogLevel::off;
    bool alive = true;
    for (int turns = 0; alive && turns < kMostTurns; ++turns) {
      alive = turn(from, arrived, *out);
      arrived = {};
      if (incoming_.empty() || finishing_) break;
    }
    out->clear();
    scratch_.outboxes.give_back(std::move(out));
    if (!alive || finishing_) return;
    hub_.size() > 1 && hub_.unflushed() < kWorthAFlush ? flush_soon() : hub_.flush();
  }
  if (!incoming_.empty()) wake();
  arm(now());
}

void Engine::flush_soon() {
  if (std::exchange(flushing_, true)) return;
  asio::post(executor_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->flushing_ = false;
    self->hub_.flush();
  });
}

bool Engine::turn(PeerId from, std::span<Message> arrived, Outbox& out) {
  const TimePoint at = now();
  if (!incoming_.empty()) step_batch(at, out);
  if (!arrived.empty()) receive(from, arrived, at, out);
  if (next_deadline() <= at) tick(at, out);
  for (const Notice& notice : out.notices) log(notice.level, notice.text);
  carry_out_messages(out);
  if (ended_) return false;
  carry_out_rest(out);
  if (ended_) return false;
  out.clear();
  settled();
  return !ended_;
}

void Engine::step_batch(TimePoint at, Outbox& out) {
  std::vector<Event> batch = std::exchange(incoming_, {});
  step(batch, at, out);
  recycle(scratch_.events, std::move(batch));
}

void Engine::carry_out_messages(Outbox& out) {
  if (!out.commits.empty()) carry_out_commits(out.commits);
  if (ended_) return;
  const bool taken = out.deliveries.empty() || deliver(out.deliveries);
  if (ended_ || !taken || (commits_ && commits_->failing())) return;
  for (Envelope& envelope : out.sends) hub_.send(envelope.to, std::move(envelope.message));
}

void Engine::carry_out_rest(Outbox& out) {
  if (!out.dials.empty()) dial();
  for (const Close& each : out.closes) close(each);
  if (!out.containers.empty()) apply(out.containers);
}

void Engine::arm(TimePoint at) {
  const TimePoint deadline = next_deadline();
  if (deadline >= armed_) return;  // the timer fires earlier and finds out
  armed_ = deadline;
  const Duration wait = deadline <= at ? Duration::zero() : std::min<Duration>(deadline - at, kLongestSleep);
  timer_.expires_after(wait);
  timer_.async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->armed_ = kNever;
    if (!self->ended_ && !self->finishing_) self->run();
  });
}

void Engine::finish() {
  if (ended_ || std::exchange(finishing_, true)) return;
  when_durable([this] { complete_finish(); });
}

void Engine::complete_finish() {
  const auto self = shared_from_this();
  hub_.close_all();
  end();
  finished();
}

void Engine::end() {
  ended_ = true;
  if (commits_) commits_->close();
  listeners_.clear();
  hub_.flush();  // what flush_soon() has not come to
  hub_.clear();
  incoming_.clear();
  timer_.cancel();
  work_ = {};
}

void Engine::log(LogLevel level, std::string_view line) const noexcept {
  try {
    log_(level, line);
  } catch (...) {  // a logger that fails must not take the cluster with it
  }
}

Rng make_rng(std::uint64_t seed) {
  if (seed != 0) return Rng(seed);
  std::random_device device;
  return Rng((static_cast<std::uint64_t>(device()) << 32) | device());
}

}  // namespace mesoscore::runtime
