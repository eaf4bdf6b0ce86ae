#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on(msg::Ping& ping) {
  send<msg::Pong>(master);
  timers.arm(ping_timer, after(now, ping_timeout));
  if (ping.connected || phase != Phase::registered) return;
  note(LogLevel::info, "the master takes this agent for disconnected: registering again");
  pause_updates();
  pause_operations();
  ask_for_registration();
}

}  // namespace mesoscore
