#include "simulator/agenda.hpp"

#include <algorithm>

namespace mesoscore::simulator_detail {

void Agenda::at(TimePoint when, Action action) {
  if (when == kNever) return;
  heap_.push_back({std::max(when, now_), sequence_++, std::move(action)});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

void Agenda::run_until(TimePoint until) {
  while (!heap_.empty() && heap_.front().at <= until) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Item item = std::move(heap_.back());
    heap_.pop_back();
    now_ = item.at;
    item.action();
  }
  now_ = std::max(now_, until);
}

}  // namespace mesoscore::simulator_detail
