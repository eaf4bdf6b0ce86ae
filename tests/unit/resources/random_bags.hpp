// Random resources for the property tests: all kinds of value, and traits from a small pool, so that entries
// meet.
#pragma once

#include "mesoscore/resources.hpp"
#include "mesoscore/rng.hpp"

namespace mesoscore::test {

// Two sides never have a number of a range or an item of a set in common, so that their sums are disjoint.
enum class Side { left, right, any };

struct BagOptions {
  Side side = Side::any;
  bool traits = true;  // else plain or with a static reservation: what the text form can say
  bool shared = true;
};

class BagMaker {
 public:
  explicit BagMaker(std::uint64_t seed) : rng_(seed) {}

  Resources bag(BagOptions options = {});
  Ranges ranges(Side side);
  Rng& rng() { return rng_; }

 private:
  Resource item(BagOptions options);
  Resource value(BagOptions options);
  Resource disk(BagOptions options);
  ResourceTraits traits(BagOptions options);
  std::vector<std::string> set(Side side);
  bool coin() { return rng_.below(2) == 0; }

  Rng rng_;
};

}  // namespace mesoscore::test
