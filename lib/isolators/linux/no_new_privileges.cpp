#include "mesoscore/isolators/linux.hpp"

namespace mesoscore::isolators {

namespace {

class NoNewPrivileges final : public Isolator {
 public:
  std::string_view name() const noexcept override { return "no_new_privileges"; }
  Status prepare(const ContainerSpec&, LaunchPlan& plan) override {
    plan.no_new_privileges = true;
    return {};
  }
};

}  // namespace

std::shared_ptr<Isolator> no_new_privileges() { return std::make_shared<NoNewPrivileges>(); }

}  // namespace mesoscore::isolators
