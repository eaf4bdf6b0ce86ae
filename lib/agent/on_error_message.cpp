// A peer says why it is about to close the connection.
#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::on(msg::ErrorMessage& error) {
  note(LogLevel::error, "error from the master: ", error.message);
  drop_master("the master reported an error");
}

void Agent::State::on(PeerId peer, msg::ErrorMessage& error) {
  note(LogLevel::error, "error from an executor: ", error.message);
  close(peer, "the executor reported an error");
  forget_peer(peer);
}

}  // namespace mesoscore
