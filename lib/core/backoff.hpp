// Random delays between attempts, from an interval that doubles up to a bound: those who lost the same peer
// at the same moment do not come back at the same moment.
#pragma once

#include <algorithm>

#include "mesoscore/rng.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

class Backoff {
 public:
  Backoff(Duration first, Duration max) noexcept
      : first_(first), max_(std::max(first, max)), within_(first) {}

  // Uniform in [0, w] with w = first, 2 first, 4 first, ... max.
  Duration next(Rng& rng) noexcept {
    const Duration delay = rng.jitter(within_);
    within_ = within_ > max_ / 2 ? max_ : within_ * 2;
    return delay;
  }
  void reset() noexcept { within_ = first_; }

 private:
  Duration first_, max_, within_;
};

}  // namespace mesoscore
