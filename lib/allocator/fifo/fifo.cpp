#include "mesoscore/policies/fifo.hpp"

#include "allocator/dense_policy.hpp"

namespace mesoscore::policies {
namespace {

class Fifo final : public allocation::DensePolicy {
 public:
  std::string_view name() const noexcept override { return "fifo"; }
  double key(const Node& node, Rng&) override { return static_cast<double>(node.arrival); }
  double dense_key(const DenseNode& node, Rng&) noexcept override {
    return static_cast<double>(node.arrival);
  }
};

}  // namespace

std::unique_ptr<AllocationPolicy> fifo() { return std::make_unique<Fifo>(); }

}  // namespace mesoscore::policies
