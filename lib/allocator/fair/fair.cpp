#include "mesoscore/policies/fair.hpp"

namespace mesoscore::policies {
namespace {

class Fair final : public AllocationPolicy {
 public:
  explicit Fair(Name resource) : resource_(std::move(resource)) {}
  std::string_view name() const noexcept override { return "fair"; }
  double key(const Node& node, Rng&) override {
    return node.allocated.get(resource_).to_double() / node.weight;
  }

 private:
  Name resource_;
};

}  // namespace

std::unique_ptr<AllocationPolicy> fair(Name resource) { return std::make_unique<Fair>(std::move(resource)); }

}  // namespace mesoscore::policies
