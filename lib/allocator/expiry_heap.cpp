#include "allocator/expiry_heap.hpp"

namespace mesoscore::allocation {

void ExpiryHeap::rise(std::size_t at, Entry entry) noexcept {
  while (at > 0 && entry.expiry < heap_[(at - 1) / 2].expiry) {
    put(at, heap_[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
  put(at, entry);
}

void ExpiryHeap::sink(std::size_t at, Entry entry) noexcept {
  while (true) {
    std::size_t child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].expiry < heap_[child].expiry) ++child;
    if (entry.expiry <= heap_[child].expiry) break;
    put(at, heap_[child]);
    at = child;
  }
  put(at, entry);
}

void ExpiryHeap::set(std::uint32_t agent, TimePoint expiry) {
  std::size_t at = positions_[agent];
  if (expiry == kNever) {
    if (at == kAbsent) return;
    positions_[agent] = kAbsent;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (last.agent == agent) return;
    rise(at, last);
    sink(positions_[last.agent], last);
    return;
  }
  if (at == kAbsent) {
    at = heap_.size();
    heap_.push_back({expiry, agent});
    return rise(at, {expiry, agent});
  }
  rise(at, {expiry, agent});
  sink(positions_[agent], {expiry, agent});
}

}  // namespace mesoscore::allocation
