// The agent's deadlines: a binary heap in which every timer knows its place, so that an acknowledged update
// takes its retry out again instead of leaving it behind until it would have been due.
#pragma once

#include <cstdint>
#include <vector>

#include "core/slab.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::agent_detail {

struct Timer {
  enum class Kind : std::uint8_t { link, ping, linger, update, completion, executor, operation, check };
  Kind kind;
  std::uint32_t owner = kNone;     // index of the task, executor or operation
  std::uint32_t position = kNone;  // in the heap; kNone = not armed

  bool armed() const noexcept { return position != kNone; }
};

class TimerQueue {
 public:
  // Replaces an earlier deadline. kNever disarms.
  void arm(Timer& timer, TimePoint at);
  void disarm(Timer& timer) noexcept;
  TimePoint next() const noexcept { return heap_.empty() ? kNever : heap_.front().at; }

  // A tick handles what was armed before it, in the order of the deadlines, then of the arming; a handler
  // that arms its timer for `now` again must wait for the next tick.
  std::uint64_t mark() const noexcept { return next_order_; }
  Timer* pop_due(TimePoint now, std::uint64_t mark) noexcept;  // null when there is none

 private:
  struct Entry {
    TimePoint at;
    std::uint64_t order;
    Timer* timer;
    bool before(const Entry& other) const noexcept {
      return at != other.at ? at < other.at : order < other.order;
    }
  };
  void place(std::size_t position, const Entry& entry) noexcept;
  void sift_up(std::size_t position, const Entry& entry) noexcept;
  void sift_down(std::size_t position, const Entry& entry) noexcept;

  std::vector<Entry> heap_;
  std::uint64_t next_order_ = 0;
};

}  // namespace mesoscore::agent_detail
