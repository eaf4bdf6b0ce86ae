#include "runtime/containers/usage_sampler.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <asio/post.hpp>

namespace mesoscore::runtime {

namespace {

constexpr int kPatience = 5;                 // intervals without a question
constexpr std::size_t kSliceOfSamples = 32;  // containers; others get their turn behind them
constexpr std::size_t kForgotten =
    2;  // samples for each container that runs, before the others are forgotten

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

UsageSampler::UsageSampler(asio::any_io_executor executor, Duration interval, All all, Take take)
    : executor_(std::move(executor)),
      interval_(interval),
      all_(std::move(all)),
      take_(std::move(take)),
      timer_(executor_) {}

void UsageSampler::when_sampled(std::function<void()> then) {
  if (stopped_) return;
  asked_at_ = Clock::now();
  const bool never = passed_at_ == Clock::time_point::min();
  if (!passing_ && !never && asked_at_ - passed_at_ <= interval_) return then();
  waiting_.push_back(std::move(then));
  if (!passing_) begin_pass();
}

ContainerUsage UsageSampler::of(const ContainerId& id) {
  const auto found = samples_.find(id);
  if (found == samples_.end()) return sample(id);
  const Clock::time_point at = found->second.at;
  const bool of_last_pass = passed_at_ != Clock::time_point::min() && at >= passed_at_;
  const bool fresh = of_last_pass || Clock::now() - at <= interval_;
  return fresh ? found->second.usage : sample(id);
}

ContainerUsage& UsageSampler::sample(const ContainerId& id) {
  Sample& sample = samples_[id];
  sample.at = Clock::now();
  sample.usage = take_(id);
  sample.usage.timestamp = wall_seconds();
  return sample.usage;
}

void UsageSampler::stop() {
  stopped_ = true;
  timer_.cancel();
  waiting_.clear();
  rest();
}

void UsageSampler::begin_pass() {
  passing_ = true;
  passed_at_ = Clock::now();
  timer_.cancel();
  pass_ = all_();
  next_ = 0;
  if (samples_.size() > kForgotten * pass_.size()) samples_.clear();
  slice();
}

void UsageSampler::slice() {
  if (stopped_) return;
  const std::size_t end = std::min(next_ + kSliceOfSamples, pass_.size());
  while (next_ < end) sample(pass_[next_++]);
  if (next_ == pass_.size()) return end_pass();
  asio::post(executor_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->slice();
  });
}

void UsageSampler::end_pass() {
  passing_ = false;
  timer_.expires_at(passed_at_ + interval_);
  timer_.async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->stopped_ || self->passing_) return;
    const bool wanted = Clock::now() - self->asked_at_ <= kPatience * self->interval_;
    wanted ? self->begin_pass() : self->rest();
  });
  for (const auto& then : std::exchange(waiting_, {})) then();
}

// Nobody asks any more.
void UsageSampler::rest() {
  samples_ = {};
  pass_ = {};
  passed_at_ = Clock::time_point::min();
}

}  // namespace mesoscore::runtime
