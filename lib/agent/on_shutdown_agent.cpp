#include "agent/state.hpp"

namespace mesoscore {

// The master will never take this agent back under its id. Whoever embeds it may make a new one.
void Agent::State::on(msg::ShutdownAgent& shutdown) {
  note(LogLevel::error, "the master sends this agent away: ", shutdown.message);
  stopping = true;
  close(master, "the master sent this agent away");
  timers.disarm(link_timer);
  timers.disarm(ping_timer);
  phase = Phase::off;
  each(framework_list, frameworks, [&](FrameworkRecord& framework) { shutdown_framework(framework); });
}

}  // namespace mesoscore
