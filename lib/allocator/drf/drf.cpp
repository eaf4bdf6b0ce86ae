#include "mesoscore/policies/drf.hpp"

#include "allocator/cluster_total.hpp"
#include "allocator/dense_policy.hpp"

namespace mesoscore::policies {
namespace {

class Drf final : public allocation::DensePolicy {
 public:
  std::string_view name() const noexcept override { return "drf"; }
  double key(const Node& node, Rng&) override {
    return dominant_share(node.allocated, node.total) / node.weight;
  }
  double dense_key(const DenseNode& node, Rng&) noexcept override {
    return allocation::dominant_share(node.allocated, node.total) / node.weight;
  }
  bool is_dominant_share() const noexcept override { return true; }
};

}  // namespace

std::unique_ptr<AllocationPolicy> drf() { return std::make_unique<Drf>(); }

}  // namespace mesoscore::policies
