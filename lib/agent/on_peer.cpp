// Connections come and go.
#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on(PeerConnected& event) {
  switch (event.role) {
    case PeerRole::master:
      if (phase != Phase::dialing) return close(event.peer, "no connection to a master is wanted now");
      master = event.peer;
      note(LogLevel::info, "connected to the master at ", event.address);
      return ask_for_registration();
    case PeerRole::executor:
      if (stopped) return close(event.peer, "this agent has stopped");
      peers[static_cast<std::uint64_t>(event.peer)] = {kNone, ++connections};
      return;
    case PeerRole::unknown:
    case PeerRole::agent:
    case PeerRole::scheduler:
    case PeerRole::operator_:
      break;
  }
  refuse(event.peer, "an agent talks to its master and to executors only");
}

void Agent::State::on(PeerDisconnected& event) {
  if (is_master(event.peer)) note(LogLevel::warning, "the connection to the master broke: ", event.why);
  forget_peer(event.peer);
}

void Agent::State::on(DialFailed& event) {
  if (phase != Phase::dialing) return;
  note(LogLevel::warning, "no connection to the master: ", event.why);
  dial_later();
}

}  // namespace mesoscore
