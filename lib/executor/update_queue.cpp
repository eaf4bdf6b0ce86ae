#include "executor/update_queue.hpp"

#include <algorithm>

namespace mesoscore::executor_detail {

PendingUpdate& UpdateQueue::add(TaskStatus status, bool sent) {
  ++unconfirmed_;
  return updates_.emplace_back(PendingUpdate{std::move(status), sent, false});
}

void UpdateQueue::confirm(const Uuid& uuid) {
  const auto all = waiting();
  const auto found = std::find_if(all.begin(), all.end(), [&](const PendingUpdate& update) {
    return !update.confirmed && update.status.uuid == uuid;
  });
  if (found == all.end()) return;
  found->confirmed = true;
  if (--unconfirmed_ == 0) return clear();
  while (updates_[first_].confirmed) ++first_;
  // Moving what is left pays when at least as much has gone.
  if (first_ * 2 < updates_.size()) return;
  updates_.erase(updates_.begin(), updates_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
}

void UpdateQueue::clear() noexcept {
  updates_.clear();
  first_ = 0;
  unconfirmed_ = 0;
}

}  // namespace mesoscore::executor_detail
