#include "simulator/disk.hpp"

#include <algorithm>

#include "core/text_cat.hpp"
#include "simulator/node.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {

void Disk::enqueue(Commit&& commit) {
  if (queue_.empty() && commit.changes.empty()) return owner_.carry_out(commit);
  queue_.push_back(std::move(commit));
  begin();
}

std::vector<Record> Disk::read() const {
  std::vector<Record> all;
  for (const auto& [key, record] : kept_) all.push_back(record);
  return all;
}

void Disk::begin() {
  if (under_way_ != 0 || queue_.empty()) return;
  under_way_ = queue_.size();
  const bool changes =
      std::any_of(queue_.begin(), queue_.end(), [](const Commit& c) { return !c.changes.empty(); });
  const Duration span = changes ? next_latency() : Duration::zero();
  world_.agenda.in(span, [this, attempt = ++attempt_] { done(attempt); });
}

Duration Disk::next_latency() {
  const simulator::DiskOptions& options = world_.options.disk;
  if (slow_until_ > world_.now() || world_.chance(options.slow)) {
    world_.fault(FaultKind::slow_disk, owner_.name(), "");
    return world_.rng.jitter(options.slow_commit);
  }
  return world_.between(options.commit, 2 * options.commit);
}

void Disk::done(std::uint64_t attempt) {
  if (attempt != attempt_ || under_way_ == 0) return;
  if (full_until_ > world_.now()) return failed();
  failures_ = 0;
  for (std::size_t i = 0; i < under_way_; ++i) {
    keep(queue_[i]);
    owner_.check_promises(queue_[i]);
  }
  const std::size_t count = std::exchange(under_way_, 0);
  const std::uint32_t life = owner_.life();
  std::vector<Commit> durable(std::move_iterator(queue_.begin()),
                              std::move_iterator(queue_.begin() + static_cast<std::ptrdiff_t>(count)));
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  const std::size_t last = doomed_ ? world_.rng.below(durable.size()) : durable.size();
  for (std::size_t i = 0; i < last && owner_.up() && owner_.life() == life; ++i) owner_.carry_out(durable[i]);
  if (owner_.life() != life || !owner_.up()) return;
  if (std::exchange(doomed_, false)) {
    world_.fault(FaultKind::crash_before_effect, owner_.name(), "");
    owner_.crash();
    if (world_.on_doom) world_.on_doom(owner_.id());
    return;
  }
  begin();
}

void Disk::failed() {
  world_.fault(FaultKind::full_disk, owner_.name(), "");
  const simulator::DiskOptions& options = world_.options.disk;
  const Duration wait = options.retry * (1 << std::min(failures_++, 10U));
  world_.agenda.in(std::min(wait, options.retry_max), [this, attempt = ++attempt_] { done(attempt); });
}

void Disk::keep(const Commit& commit) {
  for (const Change& change : commit.changes) {
    const Sabotage& sabotage = world_.sabotage;
    if (change.record && sabotage.skip_changes && change.record->index() == sabotage.skipped_kind) continue;
    if (change.record) {
      Record& kept = kept_.insert_or_assign(change.key, *change.record).first->second;
      auto* task = std::get_if<record::Task>(&kept);
      if (task != nullptr && sabotage.forget_groups) task->group.reset();
    } else {
      kept_.erase(change.key);
    }
  }
}

// What is under way has happened as a whole, or not at all.
void Disk::crashed() {
  if (under_way_ != 0 && failures_ == 0) {
    const bool kept = world_.chance(0.5);
    world_.fault(kept ? FaultKind::crash_in_commit : FaultKind::torn_commit, owner_.name(), "");
    for (std::size_t i = 0; kept && i < under_way_; ++i) keep(queue_[i]);
  }
  queue_.clear();
  under_way_ = 0;
  failures_ = 0;
  doomed_ = false;
  ++attempt_;
}

void Disk::fill(Duration span) { full_until_ = std::max(full_until_, after(world_.now(), span)); }
void Disk::slow(Duration span) { slow_until_ = std::max(slow_until_, after(world_.now(), span)); }

}  // namespace mesoscore::simulator_detail
