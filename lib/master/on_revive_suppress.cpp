#include <algorithm>

#include "master/state.hpp"

namespace mesoscore {
namespace {

// One role that is not the framework's drops the whole call.
bool all_subscribed(Master::State& s, std::uint32_t f, const std::vector<RoleName>& roles,
                    std::string_view call) {
  const FrameworkInfo& info = *s.frameworks[f].info;
  for (const RoleName& role : roles) {
    if (std::find(info.roles.begin(), info.roles.end(), role) != info.roles.end()) continue;
    note(*s.out, LogLevel::warning, call, " of framework ", info.id, " dropped: \"", role,
         "\" is not one of its roles");
    return false;
  }
  return true;
}

}  // namespace

void Master::State::on_revive(std::uint32_t f, const msg::Revive& call) {
  if (all_subscribed(*this, f, call.roles, "REVIVE")) allocator.revive(framework_handle(f), call.roles);
}

void Master::State::on_suppress(std::uint32_t f, const msg::Suppress& call) {
  if (all_subscribed(*this, f, call.roles, "SUPPRESS")) allocator.suppress(framework_handle(f), call.roles);
}

}  // namespace mesoscore
