// The agents that have filters, by the time at which the first of these ends. An indexed binary heap.
#pragma once

#include <cstdint>
#include <vector>

#include "mesoscore/time.hpp"

namespace mesoscore::allocation {

class ExpiryHeap {
 public:
  bool empty() const noexcept { return heap_.empty(); }
  std::uint32_t agent() const noexcept { return heap_.front().agent; }
  TimePoint expiry() const noexcept { return heap_.front().expiry; }

  void make_room(std::size_t agents) {  // set() does not allocate for agents below it
    heap_.reserve(agents);
    if (positions_.size() < agents) positions_.resize(agents, kAbsent);
  }
  void set(std::uint32_t agent, TimePoint expiry);  // kNever: takes it out
  // Only makes it earlier.
  void lower(std::uint32_t agent, TimePoint expiry) {
    const std::uint32_t at = positions_[agent];
    if (at == kAbsent || expiry < heap_[at].expiry) set(agent, expiry);
  }

 private:
  static constexpr std::uint32_t kAbsent = UINT32_MAX;
  struct Entry {
    TimePoint expiry;
    std::uint32_t agent;
  };
  void put(std::size_t at, Entry entry) noexcept {
    heap_[at] = entry;
    positions_[entry.agent] = static_cast<std::uint32_t>(at);
  }
  void rise(std::size_t at, Entry entry) noexcept;
  void sink(std::size_t at, Entry entry) noexcept;

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> positions_;  // by agent
};

}  // namespace mesoscore::allocation
