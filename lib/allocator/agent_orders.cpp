#include <algorithm>

#include "mesoscore/agent_order.hpp"

namespace mesoscore::agent_orders {
namespace {

// max over r of amounts(r) / whole(r).
double largest_part(const Quantities& amounts, const Quantities& whole) noexcept {
  double largest = 0;
  for (const Quantities::Entry& entry : amounts.entries()) {
    const std::int64_t all = whole.get(entry.name).milli;
    if (all > 0)
      largest = std::max(largest, static_cast<double>(entry.amount.milli) / static_cast<double>(all));
  }
  return largest;
}

double fullness(const AgentOrder::Agent& agent) {
  Quantities used = agent.total;
  return largest_part(used -= agent.free, agent.total);
}

class Order final : public AgentOrder {
 public:
  Order(std::string name, std::function<double(const Agent&)> score)
      : name_(std::move(name)), score_(std::move(score)) {}
  std::string_view name() const noexcept override { return name_; }
  double score(const Agent& agent) override { return score_(agent); }

 private:
  std::string name_;
  std::function<double(const Agent&)> score_;
};

}  // namespace

std::shared_ptr<AgentOrder> by(std::string name, std::function<double(const AgentOrder::Agent&)> score) {
  return std::make_shared<Order>(std::move(name), std::move(score));
}

std::shared_ptr<AgentOrder> pack() {
  return by("pack", [](const AgentOrder::Agent& agent) { return -fullness(agent); });
}

std::shared_ptr<AgentOrder> spread() { return by("spread", fullness); }

std::shared_ptr<AgentOrder> best_fit() {
  return by("best_fit",
            [](const AgentOrder::Agent& agent) { return largest_part(agent.free, agent.cluster); });
}

}  // namespace mesoscore::agent_orders
