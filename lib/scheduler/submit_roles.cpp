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
  if (subscribed()) send(std::move(call));
}

}  // namespace mesoscore
