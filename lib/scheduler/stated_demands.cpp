#include "scheduler/stated_demands.hpp"

#include <algorithm>

#include "core/launches.hpp"

namespace mesoscore::scheduler_detail {

void StatedDemands::state(const msg::Request& request, TimePoint now) {
  if (request.demands.empty()) return forget(request.role);
  ++last_statement_;
  std::vector<Wanted>& wanted = roles_[request.role];
  wanted.clear();
  for (const Demand& demand : request.demands) {
    const TimePoint until = demand.within > Duration::zero() ? after(now, demand.within) : kNever;
    wanted.push_back({demand, until, last_statement_});
  }
}

bool StatedDemands::expire(const RoleName& role, const DemandId& demand, TimePoint now) {
  const Wanted* wanted = find(role, demand);
  if (!wanted || wanted->until > now) return false;
  std::erase_if(roles_[role], [&](const Wanted& each) { return each.demand.id == demand; });
  return true;
}

void StatedDemands::clear() {
  roles_.clear();
  serving_.clear();
}

StatedDemands::Wanted* StatedDemands::find(const RoleName& role, const DemandId& demand) {
  const auto found = roles_.find(role);
  if (found == roles_.end()) return nullptr;
  for (Wanted& wanted : found->second) {
    if (wanted.demand.id == demand) return &wanted;
  }
  return nullptr;
}

void StatedDemands::offered(const Offer& offer) {
  if (offer.demand.empty()) return;
  Wanted* wanted = find(offer.role, offer.demand);
  if (!wanted) return;
  const std::uint32_t units = std::min(offer.units, wanted->demand.count);
  wanted->demand.count -= units;
  serving_[offer.id] = {offer.role,        offer.demand,        units,
                        wanted->statement, wanted->demand.unit, offer.resources};
}

void StatedDemands::reopen(const Serving& serving, std::uint32_t units) {
  Wanted* wanted = find(serving.role, serving.demand);
  if (wanted && wanted->statement == serving.statement) wanted->demand.count += units;
}

void StatedDemands::ended(const OfferId& offer) {
  const auto found = serving_.find(offer);
  if (found == serving_.end()) return;
  reopen(found->second, found->second.units);
  serving_.erase(found);
}

void StatedDemands::all_ended() {
  for (const auto& [offer, serving] : serving_) reopen(serving, serving.units);
  serving_.clear();
}

void StatedDemands::accepted(const msg::Accept& call) {
  if (serving_.empty()) return;
  std::vector<Serving> used;
  Resources left;
  for (const OfferId& offer : call.offer_ids) {
    const auto found = serving_.find(offer);
    if (found == serving_.end()) continue;
    left += found->second.resources;
    used.push_back(found->second);
    serving_.erase(found);
  }
  for (const Operation& operation : call.operations) {
    const std::vector<TaskInfo>* tasks = launched_tasks(operation);
    if (!tasks) continue;
    for (const TaskInfo& task : *tasks) left -= task.resources;
  }
  for (const Serving& serving : used) reopen(serving, std::min(serving.units, units_in(left, serving.unit)));
}

std::vector<msg::Request> StatedDemands::still_wanted(TimePoint now) const {
  std::vector<msg::Request> requests;
  for (const auto& [role, all] : roles_) {
    msg::Request request{role, {}};
    for (const Wanted& wanted : all) {
      if (!wanted.open(now)) continue;
      Demand& demand = request.demands.emplace_back(wanted.demand);
      if (wanted.until != kNever) demand.within = wanted.until - now;
    }
    if (!request.demands.empty()) requests.push_back(std::move(request));
  }
  return requests;
}

std::vector<RoleName> StatedDemands::satisfied(TimePoint now) const {
  std::vector<RoleName> roles;
  for (const auto& [role, all] : roles_) {
    if (std::none_of(all.begin(), all.end(), [&](const Wanted& wanted) { return wanted.open(now); }))
      roles.push_back(role);
  }
  return roles;
}

std::vector<msg::DemandExpired> StatedDemands::take_expired(TimePoint now) {
  std::vector<msg::DemandExpired> expired;
  for (auto& [role, all] : roles_) {
    for (const Wanted& wanted : all) {
      if (wanted.until > now || wanted.demand.count == 0) continue;
      expired.push_back({role, wanted.demand.id, wanted.demand.count,
                         "its time was over while there was no master to serve it"});
    }
    std::erase_if(all, [&](const Wanted& wanted) { return wanted.until <= now; });
  }
  return expired;
}

}  // namespace mesoscore::scheduler_detail
