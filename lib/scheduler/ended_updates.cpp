#include "scheduler/ended_updates.hpp"

namespace mesoscore::scheduler_detail {

bool* EndedUpdates::find(const Uuid& uuid) noexcept {
  const auto found = known_.find(uuid);
  return found == known_.end() ? nullptr : &found.value();
}

void EndedUpdates::add(const Uuid& uuid, bool acknowledged) {
  if (limit_ == 0 || !known_.try_emplace(uuid, acknowledged).second) return;
  if (order_.size() < limit_) {
    order_.push_back(uuid);
    return;
  }
  known_.erase(order_[oldest_]);
  order_[oldest_] = uuid;
  oldest_ = (oldest_ + 1) % limit_;
}

}  // namespace mesoscore::scheduler_detail
