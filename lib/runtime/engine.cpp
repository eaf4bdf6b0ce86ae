#include "runtime/engine.hpp"

#include <random>

#include <asio/post.hpp>
#include <asio/prefer.hpp>

#include "core/notices.hpp"

namespace mesoscore::runtime {
namespace {

// After so many turns others get theirs.
constexpr int kMostTurns = 16;
// Clocks of other kinds may run at another speed: look at least so often.
constexpr Duration kLongestSleep = std::chrono::hours(1);

ConnectionOptions as(PeerRole role, ConnectionOptions options) {
  options.hello.role = role;
  if (options.hello.software.empty()) options.hello.software = cat("mesoscore ", kVersion);
  return options;
}

// A burst may have left a vector much larger than what is needed now.
void clear_and_trim(std::vector<Event>& events) {
  constexpr std::size_t kWorthKeeping = 4096;
  const bool oversized = events.capacity() > kWorthKeeping && events.size() < events.capacity() / 8;
  events.clear();
  if (oversized) events = {};
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
      log_(std::move(config.log)),
      clock_(config.clock ? std::move(config.clock) : steady_clock_from_wall_time()),
      timer_(executor_) {
  outbox_.notice_level = log_.write ? log_.level : LogLevel::off;
}

Engine::~Engine() = default;

void Engine::begin() {
  begun_ = true;
  work_ = asio::prefer(executor_, asio::execution::outstanding_work.tracked);
  wake();
}

void Engine::push(Event event) {
  if (ended_) return;
  incoming_.push_back(std::move(event));
  wake();
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
  if (ended_) return;
  {
    const Flag draining(draining_);
    for (int turns = 0; turns < kMostTurns; ++turns) {
      if (!turn()) return;
      if (incoming_.empty()) break;
    }
    hub_.flush();
  }
  if (!incoming_.empty()) wake();
  arm(now());
}

bool Engine::turn() {
  const TimePoint at = now();
  outbox_.clear();  // not empty if something threw
  working_.clear();
  working_.swap(incoming_);
  if (!working_.empty()) step(working_, at, outbox_);
  clear_and_trim(working_);
  if (next_deadline() <= at) tick(at, outbox_);
  for (const Notice& notice : outbox_.notices) log(notice.level, notice.text);
  carry_out_messages();
  if (ended_) return false;
  carry_out_rest();
  if (ended_) return false;
  outbox_.clear();
  settled();
  return !ended_;
}

void Engine::carry_out_messages() {
  // The registry is the memory: a record is as durable as it will be, and what it promises may leave.
  for (Commit& commit : outbox_.commits) {
    for (Envelope& envelope : commit.after) hub_.send(envelope.to, std::move(envelope.message));
  }
  const bool taken = outbox_.deliveries.empty() || deliver(outbox_.deliveries);
  if (ended_ || !taken) return;
  for (Envelope& envelope : outbox_.sends) hub_.send(envelope.to, std::move(envelope.message));
}

void Engine::carry_out_rest() {
  if (!outbox_.dials.empty()) dial();
  for (const Close& each : outbox_.closes) close(each);
  if (!outbox_.containers.empty()) apply(outbox_.containers);
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
    self->drain();
  });
}

void Engine::finish() {
  hub_.close_all();
  end();
}

void Engine::end() {
  ended_ = true;
  listeners_.clear();
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
