#include "mesoscore/policies/random.hpp"

#include <cmath>

#include "allocator/dense_policy.hpp"

namespace mesoscore::policies {
namespace {

// Exponential with the weight as its rate: the smallest of several such numbers belongs to each node with a
// probability in proportion to its weight.
double draw(double weight, Rng& rng) noexcept { return -std::log(1.0 - rng.uniform()) / weight; }

class Random final : public allocation::DensePolicy {
 public:
  std::string_view name() const noexcept override { return "random"; }
  double key(const Node& node, Rng& rng) override { return draw(node.weight, rng); }
  double dense_key(const DenseNode& node, Rng& rng) noexcept override { return draw(node.weight, rng); }
  bool redraw() const noexcept override { return true; }
};

}  // namespace

std::unique_ptr<AllocationPolicy> random() { return std::make_unique<Random>(); }

}  // namespace mesoscore::policies
