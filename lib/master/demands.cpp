// Stated demands: which units an offer was made for, and which are open again when it ends.
#include <algorithm>

#include "core/messages.hpp"
#include "master/accepted_demands.hpp"
#include "master/state.hpp"

namespace mesoscore {

const Quantities* Master::State::unit_of(std::uint32_t f, const RoleName& role,
                                         const DemandId& demand) const {
  if (demand.empty()) return nullptr;
  const auto& stated = frameworks[f].stated;
  const auto in_role = stated.find(role);
  if (in_role == stated.end()) return nullptr;
  const auto found =
      std::lower_bound(in_role->second.begin(), in_role->second.end(), demand,
                       [](const StatedDemand& x, const DemandId& wanted) { return x.id < wanted; });
  return found != in_role->second.end() && found->id == demand ? &found->unit : nullptr;
}

void Master::State::tell_expired() {
  expired.clear();
  allocator.take_expired(expired);
  for (const ExpiredDemand& demand : expired) {
    const auto f = static_cast<std::uint32_t>(demand.framework);
    if (!frameworks.live(f)) continue;
    std::string message = cat("its time was over with ", demand.open_units,
                              demand.open_units == 1 ? " unit" : " units", " not offered");
    note(*out, LogLevel::info, "demand ", demand.demand, " of framework ", frameworks[f].id(), " in role \"",
         demand.role, "\" ends: ", message);
    send_to_framework(f,
                      msg::DemandExpired{demand.role, demand.demand, demand.open_units, std::move(message)});
  }
}

void AcceptedDemands::add(const MasterOffer& offer) {
  if (!offer.purpose.demand.empty()) parts_.push_back({offer.purpose, offer.unit});
}

std::int32_t AcceptedDemands::priority() const noexcept {
  if (parts_.empty()) return 0;
  return std::max_element(parts_.begin(), parts_.end(),
                          [](const Part& x, const Part& y) { return x.grant.priority < y.grant.priority; })
      ->grant.priority;
}

namespace {

Quantities sum(const Quantities& taken, const Quantities& unit, std::uint32_t units) {
  Quantities out = taken;
  for (const auto& [name, amount] : unit.entries()) out.add(name, Scalar{amount.milli * units});
  return out;
}

// How many units there are, at most so many, besides what is taken of it already.
std::uint32_t units_beside(const Quantities& taken, const Resources& all, const Quantities& unit,
                           std::uint32_t most) {
  std::uint32_t fit = 0, too_many = std::min(most, units_in(all, unit)) + 1;
  while (fit + 1 < too_many) {
    const std::uint32_t middle = fit + (too_many - fit) / 2;
    (units_in(all, sum(taken, unit, middle)) > 0 ? fit : too_many) = middle;
  }
  return fit;
}

}  // namespace

void AcceptedDemands::reopen_unused(Allocator& allocator, const Resources& remaining) {
  Quantities taken;
  for (const Part& part : parts_) {
    if (part.unit.empty()) continue;  // it has been replaced before the offer was made
    const std::uint32_t unused = units_beside(taken, remaining, part.unit, part.grant.units);
    if (unused == 0) continue;
    taken = sum(taken, part.unit, unused);
    allocator.reopen(part.grant, unused);
  }
}

}  // namespace mesoscore
