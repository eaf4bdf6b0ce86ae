// How the policies that ship with the library get at a node's numbers without a Quantities being built for
// each key. Same keys as key(), to the last bit.
#pragma once

#include <cstdint>
#include <span>

#include "mesoscore/policy.hpp"

namespace mesoscore::allocation {

class DensePolicy : public AllocationPolicy {
 public:
  struct DenseNode {
    std::span<const std::int64_t> allocated,
        total;  // by resource number; zero total = does not count for shares
    double weight = 1;
    std::int32_t priority = 0;
    std::uint64_t arrival = 0;
  };
  virtual double dense_key(const DenseNode& node, Rng& rng) noexcept = 0;
  // True if the key is the dominant share divided by the weight.
  virtual bool is_dominant_share() const noexcept { return false; }
};

}  // namespace mesoscore::allocation
