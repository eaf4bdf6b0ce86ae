// Virtual time: what is to happen, in the order of its time, and of its entry where times are equal.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "mesoscore/time.hpp"

namespace mesoscore::simulator_detail {

// Any point will do; not the epoch, so that a time that was forgotten is noticed.
inline constexpr TimePoint kStart = TimePoint(std::chrono::hours(500'000));

class Agenda {
 public:
  using Action = std::function<void()>;

  TimePoint now() const noexcept { return now_; }
  void at(TimePoint when, Action action);  // not before now
  void in(Duration delay, Action action) { at(after(now_, delay), std::move(action)); }
  // Does what is due until then; now is then.
  void run_until(TimePoint until);

 private:
  struct Item {
    TimePoint at;
    std::uint64_t sequence;
    Action action;
  };
  static bool later(const Item& a, const Item& b) noexcept {
    return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
  }

  TimePoint now_ = kStart;
  std::uint64_t sequence_ = 0;
  std::vector<Item> heap_;
};

}  // namespace mesoscore::simulator_detail
