// The demands that the offers of one ACCEPT were made for.
#pragma once

#include <cstdint>
#include <vector>

#include "mesoscore/allocator.hpp"

namespace mesoscore {

struct MasterOffer;

class AcceptedDemands {
 public:
  void add(const MasterOffer& offer);      // before it is forgotten
  std::int32_t priority() const noexcept;  // the highest; 0 without a demand
  // Units that are still whole in what remains have not been used and are open again. A unit of which
  // something was taken counts as used: a framework that uses less than it has stated would else be offered
  // the rest for ever. With offers of several demands, the earlier ones are looked for first.
  void reopen_unused(Allocator& allocator, const Resources& remaining);

 private:
  struct Part {
    Grant grant;
    Quantities unit;
  };
  std::vector<Part> parts_;
};

}  // namespace mesoscore
