#include "agent/state.hpp"

namespace mesoscore {

void Agent::State::close(PeerId peer, std::string_view why) {
  out->closes.push_back({peer, std::string(why)});
}

void Agent::State::refuse(PeerId peer, std::string_view why) {
  note(LogLevel::warning, "refused peer ", static_cast<std::uint64_t>(peer), ": ", why);
  send<msg::ErrorMessage>(peer).message = why;
  close(peer, why);
  forget_peer(peer);
}

void Agent::State::forget_peer(PeerId peer) {
  if (is_master(peer)) return lost_master();
  if (ExecutorRecord* executor = executor_of(peer)) executor->peer.reset();
  peers.erase(static_cast<std::uint64_t>(peer));
}

Agent::State::ExecutorRecord* Agent::State::executor_of(PeerId peer) noexcept {
  const auto found = peers.find(static_cast<std::uint64_t>(peer));
  return found == peers.end() || found->second.executor == kNone ? nullptr
                                                                 : &executors[found->second.executor];
}

std::uint64_t Agent::State::number_of(PeerId peer) noexcept {
  const auto found = peers.find(static_cast<std::uint64_t>(peer));
  return found == peers.end() ? 0 : found->second.number;
}

}  // namespace mesoscore
