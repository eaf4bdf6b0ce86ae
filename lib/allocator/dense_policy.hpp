// How the policies that ship with the library get at a node's numbers without a Quantities being built for
// each key. Same keys as key(), to the last bit.
#pragma once

#include <cstdint>
#include <span>

#include "mesoscore/policy.hpp"

namespace mesoscore::allocation {

class DensePolicy : public AllocationPolicy {
 public:
  // By resource number, equally long; zero total = does not count for shares.
  virtual double dense_key(std::span<const std::int64_t> allocated, std::span<const std::int64_t> total,
                           double weight, Rng& rng) noexcept = 0;
};

}  // namespace mesoscore::allocation
