#include <algorithm>

#include "scheduler/state.hpp"

namespace mesoscore {
namespace {

void add_missing(std::vector<RoleName>& to, const std::vector<RoleName>& roles) {
  for (const RoleName& role : roles) {
    if (std::find(to.begin(), to.end(), role) == to.end()) to.push_back(role);
  }
}

}  // namespace

// What is suppressed is part of every Subscribe, so that a call that finds no master is not lost.
void Scheduler::State::submit_roles(Message& call, const std::vector<RoleName>& roles, bool suppress) {
  const std::vector<RoleName>& own = framework->roles;
  for (const RoleName& role : roles) {
    if (std::find(own.begin(), own.end(), role) != own.end()) continue;
    return note(*out, LogLevel::warning, message_name(call), " not sent: the framework is not in the role \"",
                role, "\"");
  }
  const std::vector<RoleName>& meant = roles.empty() ? own : roles;
  if (suppress) {
    add_missing(suppressed, meant);
  } else {
    std::erase_if(suppressed, [&](const RoleName& role) {
      return std::find(meant.begin(), meant.end(), role) != meant.end();
    });
  }
  if (suppress || satisfied.empty()) return send_or_hold(std::move(call));
  // To revive a role in which nothing is wanted would bring offers of whole agents.
  std::vector<RoleName> revived = meant;
  std::erase_if(revived, [&](const RoleName& role) {
    return std::find(satisfied.begin(), satisfied.end(), role) != satisfied.end();
  });
  if (!revived.empty()) send_or_hold(msg::Revive{std::move(revived)});
}

}  // namespace mesoscore
