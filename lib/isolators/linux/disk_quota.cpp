// One timer for all containers. Each is looked at when its time has come; whoever has much on its disk is
// looked at in slices, in turn with others, and between slices the executor has most of the time for itself.
#include <algorithm>
#include <chrono>
#include <deque>
#include <limits>
#include <map>
#include <utility>

#include <asio/steady_timer.hpp>

#include "core/messages.hpp"
#include "core/text_cat.hpp"
#include "isolators/linux/disk_quota_walk.hpp"
#include "mesoscore/isolators/linux.hpp"
#include "resources/text_values.hpp"

namespace mesoscore {

namespace disk_quota_detail {

namespace {

using isolators::DiskQuotaOptions;
using Time = DiskWalk::Time;

constexpr auto kSlice = std::chrono::milliseconds(1);
constexpr int kRest = 4;                               // so many times a slice is nothing done after it
constexpr auto kAfterLimit = std::chrono::seconds(1);  // to find out by how much it is crossed
constexpr std::uint64_t kMiB = 1 << 20;

// The disk that is meant for the sandbox; absent: nothing is said about it.
std::optional<Scalar> limit_of(const Resources& resources) {
  const Resources sandbox = resources.filter([](const Resource& resource) {
    return resource.name() == "disk" && !(resource.traits().disk && resource.traits().disk->persistent());
  });
  if (sandbox.empty()) return std::nullopt;
  return sandbox.scalar("disk");
}

std::uint64_t bytes_of(Scalar mebibytes) {
  const auto milli = static_cast<std::uint64_t>(mebibytes.milli);
  if (milli / 1000 >= std::numeric_limits<std::uint64_t>::max() / kMiB)
    return std::numeric_limits<std::uint64_t>::max();
  return milli / 1000 * kMiB + milli % 1000 * kMiB / 1000;
}

Scalar mebibytes_of(std::uint64_t bytes) {  // rounded up
  return {static_cast<std::int64_t>(bytes / kMiB * 1000 + (bytes % kMiB * 1000 + kMiB - 1) / kMiB)};
}

struct Container {
  ContainerId id{};
  std::string sandbox{};
  std::optional<Scalar> limit{};
  std::optional<std::uint64_t> used{};
  Isolator::LimitationHandler on_limitation{};  // empty: not watched, or it was told already
  std::optional<DiskWalk> walk{};
  std::optional<Time> crossed{};  // in this walk

  bool over() const { return limit && walk && walk->bytes() > bytes_of(*limit); }
};

class DiskQuota final : public Isolator, public std::enable_shared_from_this<DiskQuota> {
 public:
  explicit DiskQuota(DiskQuotaOptions options) : options_(options) {}

  std::string_view name() const noexcept override { return "disk_quota"; }
  Status start(const IsolatorContext& context) override;
  Status recover(std::span<const LiveContainer> live) override;
  Status prepare(const ContainerSpec& spec, LaunchPlan& plan) override;
  void watch(const ContainerId& id, LimitationHandler on_limitation) override;
  Status update(const ContainerId& id, const Resources& resources) override;
  void usage(const ContainerId& id, ContainerUsage& usage) override;
  Status cleanup(const ContainerId& id) override;
  void stop() noexcept override;

 private:
  // Containers that have ended stay in the queues until their turn comes.
  using Weak = std::weak_ptr<Container>;

  void add(const ContainerId& id, std::string_view sandbox, const Resources& resources);
  void later(const std::shared_ptr<Container>& container);
  void arm();
  void look();
  bool look_at(Container& container, Time until);
  void tell(Container& container);

  DiskQuotaOptions options_;
  Logger logger_;
  std::optional<asio::steady_timer> timer_;
  bool armed_ = false;
  Time rested_{};  // nothing is done before
  std::map<ContainerId, std::shared_ptr<Container>> containers_;
  std::deque<std::pair<Time, Weak>> waiting_;  // ascending
  std::deque<Weak> looked_at_;
};

Status DiskQuota::start(const IsolatorContext& context) {
  if (options_.interval <= Duration::zero()) {
    return fail(Errc::invalid_argument, cat("disk_quota: the interval of ", in_seconds(options_.interval),
                                            " is not positive, such as 15 s"));
  }
  MESOSCORE_TRY(kernel_can_walk());
  logger_ = context.logger;
  timer_.emplace(context.executor);
  return {};
}

void DiskQuota::add(const ContainerId& id, std::string_view sandbox, const Resources& resources) {
  auto container = std::make_shared<Container>();
  container->id = id;
  container->sandbox = sandbox;
  container->limit = limit_of(resources);
  containers_.insert_or_assign(id, std::move(container));
}

Status DiskQuota::recover(std::span<const LiveContainer> live) {
  for (const LiveContainer& container : live) add(container.id, container.sandbox, container.resources);
  return {};
}

Status DiskQuota::prepare(const ContainerSpec& spec, LaunchPlan&) {
  add(spec.call.container_id, spec.sandbox, spec.call.resources);
  return {};
}

void DiskQuota::watch(const ContainerId& id, LimitationHandler on_limitation) {
  const auto found = containers_.find(id);
  if (found == containers_.end()) return;
  found->second->on_limitation = std::move(on_limitation);
  later(found->second);
}

Status DiskQuota::update(const ContainerId& id, const Resources& resources) {
  const auto found = containers_.find(id);
  if (found != containers_.end()) found->second->limit = limit_of(resources);
  return {};
}

void DiskQuota::usage(const ContainerId& id, ContainerUsage& usage) {
  const auto found = containers_.find(id);
  if (found == containers_.end()) return;
  const Container& container = *found->second;
  if (container.used) usage.disk_used_bytes = container.used;
  if (container.limit) usage.disk_limit_bytes = bytes_of(*container.limit);
}

Status DiskQuota::cleanup(const ContainerId& id) {
  containers_.erase(id);
  return {};
}

void DiskQuota::stop() noexcept {
  timer_.reset();
  waiting_.clear();
  looked_at_.clear();
  containers_.clear();
}

// ---- looking

void DiskQuota::later(const std::shared_ptr<Container>& container) {
  waiting_.emplace_back(std::chrono::steady_clock::now() + options_.interval, container);
  arm();
}

void DiskQuota::arm() {
  if (armed_ || !timer_ || (looked_at_.empty() && waiting_.empty())) return;
  armed_ = true;
  timer_->expires_at(looked_at_.empty() ? std::max(waiting_.front().first, rested_) : rested_);
  timer_->async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (!self || error) return;
    self->armed_ = false;
    self->look();
  });
}

void DiskQuota::look() {
  const Time begin = std::chrono::steady_clock::now();
  for (; !waiting_.empty() && waiting_.front().first <= begin; waiting_.pop_front()) {
    looked_at_.push_back(std::move(waiting_.front().second));
  }
  Time now = begin;
  while (!looked_at_.empty() && now < begin + kSlice) {
    const auto container = looked_at_.front().lock();
    looked_at_.pop_front();
    if (container) {
      if (!look_at(*container, begin + kSlice)) {
        looked_at_.push_back(container);
      } else if (container->on_limitation) {
        later(container);
      }
    }
    now = std::chrono::steady_clock::now();
  }
  rested_ = now + kRest * (now - begin);
  arm();
}

// True: done for this time.
bool DiskQuota::look_at(Container& container, Time until) {
  if (!container.walk) container.walk.emplace(container.sandbox);
  const auto all = container.walk->go_on(until);
  if (!all) {
    if (logger_.enabled(LogLevel::warning)) {
      logger_(LogLevel::warning, cat("disk of container ", container.id, ": ", all.error().message));
    }
  } else if (!*all) {
    // A task that makes files faster than they are counted must not go on for ever.
    const Time now = std::chrono::steady_clock::now();
    if (!options_.enforce || !container.over()) return false;
    if (!container.crossed) container.crossed = now;
    if (now < *container.crossed + kAfterLimit) return false;
  }
  if (all) container.used = container.walk->bytes();
  const bool crossed = options_.enforce && all && container.over();
  container.walk.reset();
  container.crossed.reset();
  if (crossed) tell(container);
  return true;
}

void DiskQuota::tell(Container& container) {
  const Scalar used = mebibytes_of(*container.used);
  Limitation limitation{TaskReason::container_limitation_disk,
                        cat("used ", format_scalar(used), " MiB of disk, the limit is ",
                            format_scalar(*container.limit), " MiB"),
                        Resources{Resource("disk", used)}};
  const auto on_limitation = std::exchange(container.on_limitation, nullptr);
  on_limitation(container.id, std::move(limitation));
}

}  // namespace

}  // namespace disk_quota_detail

std::shared_ptr<Isolator> isolators::disk_quota(DiskQuotaOptions options) {
  return std::make_shared<disk_quota_detail::DiskQuota>(options);
}

}  // namespace mesoscore
