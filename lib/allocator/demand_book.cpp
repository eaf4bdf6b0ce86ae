#include "allocator/demand_book.hpp"

#include <algorithm>

namespace mesoscore::allocation {

std::uint32_t DemandBook::make_list(NodeId leaf) {
  std::uint32_t number = size();
  if (unused_.empty()) {
    lists_.emplace_back();
  } else {
    number = unused_.back();
    unused_.pop_back();
  }
  lists_[number].leaf = leaf;
  return number;
}

void DemandBook::drop_list(std::uint32_t number, ConstraintBook& constraints) {
  while (!lists_[number].demands.empty()) remove(number, lists_[number].demands.size() - 1, constraints);
  lists_[number] = List();
  unused_.push_back(number);
}

void DemandBook::state(std::uint32_t number, std::span<const Demand> demands, TimePoint now,
                       ConstraintBook& constraints) {
  List& list = lists_[number];
  while (!list.demands.empty()) remove(number, list.demands.size() - 1, constraints);
  list.statement = ++last_statement_;
  for (const Demand& each : demands) {
    OpenDemand& demand = list.demands.emplace_back();
    demand.demand = each;
    demand.evictable = each.count;
    demand.constraints = constraints.add(each.constraints);
    demand.number = ++last_number_;
    if (each.within > Duration::zero()) demand.expires = after(now, each.within);
    if (demand.expires != kNever) ends_.emplace(demand.expires, demand.number, number);
    set_open(demand, each.count);
  }
  std::sort(list.demands.begin(), list.demands.end(), comes_before);
}

void DemandBook::remove(std::uint32_t number, std::size_t at, ConstraintBook& constraints) {
  OpenDemand& demand = lists_[number].demands[at];
  set_open(demand, 0);
  constraints.remove(demand.constraints);
  if (demand.expires != kNever) ends_.erase({demand.expires, demand.number, number});
  lists_[number].demands.erase(lists_[number].demands.begin() + static_cast<std::ptrdiff_t>(at));
}

std::int32_t DemandBook::highest_priority(std::uint32_t number) const noexcept {
  for (const OpenDemand& demand : lists_[number].demands) {
    if (demand.open > 0) return demand.demand.priority;
  }
  return 0;
}

DemandBook::Place DemandBook::first_to_end() const noexcept {
  const auto& [when, demand_number, list] = *ends_.begin();
  const std::vector<OpenDemand>& demands = lists_[list].demands;
  const auto found =
      std::find_if(demands.begin(), demands.end(),
                   [n = demand_number](const OpenDemand& demand) { return demand.number == n; });
  return {list, static_cast<std::size_t>(found - demands.begin())};
}

}  // namespace mesoscore::allocation
