// Stated demand: checked here, so that the application hears at once of what the master would refuse.
#include <algorithm>

#include "scheduler/state.hpp"

namespace mesoscore {
namespace {

Status check(const FrameworkInfo& framework, const msg::Request& request) {
  const auto& roles = framework.roles;
  if (std::find(roles.begin(), roles.end(), request.role) == roles.end()) {
    return fail(Errc::invalid_argument, cat("the framework is not in the role \"", request.role, "\""));
  }
  return validate(request.demands);
}

}  // namespace

void Scheduler::State::submit_request(Message& call) {
  const auto& request = std::get<msg::Request>(call);
  if (Status valid = check(*framework, request); !valid) {
    note(*out, LogLevel::warning, "Request not sent: ", valid.error().message);
    return deliver(msg::DemandRefused{request.role, std::move(valid.error().message)});
  }
  demands.state(request, now);
  const RoleName role = request.role;
  send_or_hold(std::move(call));
  if (std::erase(satisfied, role) == 0) return;
  const bool wanted = std::find(suppressed.begin(), suppressed.end(), role) == suppressed.end();
  if (wanted) send_or_hold(msg::Revive{{role}});
}

// Without a connection it will be part of the next Subscribe; it follows one that is on its way.
void Scheduler::State::send_or_hold(Message call) {
  if (subscribed()) return send(std::move(call));
  if (phase == Phase::subscribing) hold(call);
}

// The Subscribe was in vain: what was to follow it is part of the next one.
void Scheduler::State::forget_followers() {
  std::erase_if(held, [](const Message& call) {
    return std::holds_alternative<msg::Suppress>(call) || std::holds_alternative<msg::Revive>(call) ||
           std::holds_alternative<msg::Request>(call);
  });
}

// What has been stated anew since, or was told by ourselves, is of no interest any more.
void Scheduler::State::on_demand_expired(Message& message) {
  const auto& expired = std::get<msg::DemandExpired>(message);
  if (demands.expire(expired.role, expired.demand, now)) deliver(std::move(message));
}

}  // namespace mesoscore
