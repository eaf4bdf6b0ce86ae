#include "simulator/auditor.hpp"

namespace mesoscore::simulator_detail {

SchedulerOptions Auditor::start(simulator::Framework& /*self*/) {
  SchedulerOptions options;
  options.framework.name = "auditor";
  options.framework.roles = roles_;
  for (const RoleName& role : roles_) options.framework.min_allocatable[role] = {};
  return options;
}

void Auditor::on(simulator::Framework& /*self*/, const Message& delivered) {
  if (const auto* made = std::get_if<msg::OfferMade>(&delivered)) {
    offers_[made->offer.id] = made->offer;
    offered_[made->offer.agent_id] += made->offer.resources;
  } else if (const auto* rescinded = std::get_if<msg::Rescind>(&delivered)) {
    const auto found = offers_.find(rescinded->offer_id);
    if (found == offers_.end()) return;
    offered_[found->second.agent_id] -= found->second.resources;
    offers_.erase(found);
  }
}

}  // namespace mesoscore::simulator_detail
