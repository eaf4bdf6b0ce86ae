#include <algorithm>

#include "master/state.hpp"

namespace mesoscore {

// REQUEST: what the framework has stated in the role before is replaced. A bad one changes nothing; it is
// answered, and the subscription lives on.
void Master::State::on_request(std::uint32_t f, msg::Request& call) {
  MasterFramework& framework = frameworks[f];
  if (Status stated = allocator.set_demands(framework_handle(f), call.role, call.demands, now); !stated) {
    note(*out, LogLevel::warning, "REQUEST of framework ", framework.id(),
         " refused: ", stated.error().message);
    return send_to_framework(f, msg::DemandRefused{call.role, std::move(stated.error().message)});
  }
  if (call.demands.empty()) {
    framework.stated.erase(call.role);
    return;
  }
  std::vector<StatedDemand>& stated = framework.stated[call.role];
  stated.clear();
  for (Demand& demand : call.demands) stated.push_back({demand.id, std::move(demand.unit)});
  std::sort(stated.begin(), stated.end(), [](const auto& x, const auto& y) { return x.id < y.id; });
}

}  // namespace mesoscore
