#include "agent/timers.hpp"

namespace mesoscore::agent_detail {

void TimerQueue::arm(Timer& timer, TimePoint at) {
  disarm(timer);
  if (at == kNever) return;
  heap_.emplace_back();
  sift_up(heap_.size() - 1, {at, next_order_++, &timer});
}

void TimerQueue::disarm(Timer& timer) noexcept {
  if (!timer.armed()) return;
  const std::size_t hole = timer.position;
  timer.position = kNone;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (hole == heap_.size()) return;
  if (hole > 0 && last.before(heap_[(hole - 1) / 2])) {
    sift_up(hole, last);
  } else {
    sift_down(hole, last);
  }
}

Timer* TimerQueue::pop_due(TimePoint now, std::uint64_t mark) noexcept {
  if (heap_.empty() || heap_.front().at > now || heap_.front().order >= mark) return nullptr;
  Timer* timer = heap_.front().timer;
  disarm(*timer);
  return timer;
}

void TimerQueue::place(std::size_t position, const Entry& entry) noexcept {
  heap_[position] = entry;
  entry.timer->position = static_cast<std::uint32_t>(position);
}

void TimerQueue::sift_up(std::size_t position, const Entry& entry) noexcept {
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (!entry.before(heap_[parent])) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, entry);
}

void TimerQueue::sift_down(std::size_t position, const Entry& entry) noexcept {
  for (std::size_t child = 2 * position + 1; child < heap_.size(); child = 2 * position + 1) {
    if (child + 1 < heap_.size() && heap_[child + 1].before(heap_[child])) ++child;
    if (!heap_[child].before(entry)) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, entry);
}

}  // namespace mesoscore::agent_detail
