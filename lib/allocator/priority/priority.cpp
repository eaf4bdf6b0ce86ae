#include "mesoscore/policies/priority.hpp"

#include <algorithm>
#include <limits>

#include "allocator/cluster_total.hpp"
#include "allocator/dense_policy.hpp"

namespace mesoscore::policies {
namespace {

// Priorities are whole numbers, so that a share squeezed into [0, 1) orders those of equal priority.
double priority_key(std::int32_t priority, double share) noexcept {
  return -static_cast<double>(priority) + share / (1 + share);
}

class Priority final : public allocation::DensePolicy {
 public:
  explicit Priority(PriorityOptions options) : options_(options) {}
  std::string_view name() const noexcept override { return "priority"; }
  double key(const Node& node, Rng&) override {
    return priority_key(node.priority, dominant_share(node.allocated, node.total) / node.weight);
  }
  double dense_key(const DenseNode& node, Rng&) noexcept override {
    return priority_key(node.priority, allocation::dominant_share(node.allocated, node.total) / node.weight);
  }
  bool preempts() const noexcept override { return options_.preempt; }
  double cost(const Victim& victim, const Want& want) override {
    const double surplus = victim.share - victim.fair_share;
    if (victim.role != want.role && surplus < 0) return std::numeric_limits<double>::infinity();
    return static_cast<double>(victim.priority) + 1 / (2 + std::max(0.0, surplus));
  }

 private:
  PriorityOptions options_;
};

}  // namespace

std::unique_ptr<AllocationPolicy> priority(PriorityOptions options) {
  return std::make_unique<Priority>(options);
}

}  // namespace mesoscore::policies
