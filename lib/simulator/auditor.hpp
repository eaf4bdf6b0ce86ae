// A framework that comes when nothing is used any more, and is to be offered all that the agents have: what
// is missing then has leaked, and what is too much was counted twice.
#pragma once

#include <map>
#include <vector>

#include "mesoscore/simulator/program.hpp"

namespace mesoscore::simulator_detail {

class Auditor : public simulator::Program {
 public:
  explicit Auditor(std::vector<RoleName> roles) : roles_(std::move(roles)) {}

  SchedulerOptions start(simulator::Framework& self) override;
  void on(simulator::Framework& self, const Message& delivered) override;
  const std::map<AgentId, Resources>& offered() const noexcept { return offered_; }

 private:
  std::vector<RoleName> roles_;
  std::map<OfferId, Offer> offers_;
  std::map<AgentId, Resources> offered_;
};

}  // namespace mesoscore::simulator_detail
