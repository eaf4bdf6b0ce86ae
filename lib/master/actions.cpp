// What operators may do, besides quota (set_quota.cpp), drain.cpp and mark_gone.cpp. Each change has its
// record, which is durable before anybody is told.
#include "master/state.hpp"

namespace mesoscore {

Status Master::State::carry_out(const SetWeight& action) {
  if (Status set = allocator.set_weight(action.role, action.weight); !set) return set;
  configured_roles.insert(action.role);
  keep(record::Weight{action.role, action.weight});
  return {};
}

Status Master::State::carry_out(const TeardownFramework& action) {
  const std::uint32_t f = find_framework(action.framework_id);
  if (f == kNone) {
    return fail(Errc::not_found, cat("no framework with the id \"", action.framework_id, "\" is subscribed"));
  }
  remove_framework(f);
  return {};
}

Status Master::State::carry_out(const OperateOnAgent& action) {
  const Result<std::uint32_t> started = operate(action);
  return started ? Status() : fail(started.error());
}

}  // namespace mesoscore
