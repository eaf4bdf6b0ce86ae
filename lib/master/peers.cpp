// Connections and what belongs to them.
#include "master/state.hpp"

namespace mesoscore {

MasterPeer* Master::State::find_peer(PeerId peer) {
  const auto found = peers.find(static_cast<std::uint64_t>(peer));
  return found == peers.end() ? nullptr : &found.value();
}

void Master::State::refuse(PeerId peer, std::string why) {
  ++refused;
  const MasterPeer* known = find_peer(peer);
  note(*out, LogLevel::warning, "refused ", known ? known->address : std::string(), ": ", why);
  send(peer, msg::ErrorMessage{why});
  out->closes.push_back({peer, std::move(why)});
  if (known == nullptr) return;
  // What the peer was bound to is disconnected now, as if the peer had gone by itself.
  on_disconnected(PeerDisconnected{peer, "refused"});
}

void Master::State::unbind(PeerId peer) {
  if (MasterPeer* known = find_peer(peer)) {
    known->bound = MasterPeer::Bound::nobody;
    known->index = kNone;
  }
}

void Master::State::on_connected(const PeerConnected& event) {
  MasterPeer& peer = peers[static_cast<std::uint64_t>(event.peer)];
  peer = MasterPeer{};
  peer.role = event.role;
  peer.address = event.address;
  peer.number = ++connections;
}

bool Master::State::superseded(PeerId peer, std::uint64_t newest) {
  const MasterPeer* known = find_peer(peer);
  if (known->number >= newest) return false;
  note(*out, LogLevel::info, "a late message of ", known->address, ": the peer has had a newer connection");
  out->closes.push_back({peer, "the peer has had a newer connection"});
  peers.erase(static_cast<std::uint64_t>(peer));
  return true;
}

void Master::State::on_disconnected(const PeerDisconnected& event) {
  const auto found = peers.find(static_cast<std::uint64_t>(event.peer));
  if (found == peers.end()) return;
  const MasterPeer peer = found->second;
  peers.erase(found);
  switch (peer.bound) {
    case MasterPeer::Bound::framework:
      return disconnect_framework(peer.index);
    case MasterPeer::Bound::agent:
      return disconnect_agent(peer.index, event.why);
    case MasterPeer::Bound::nobody:
      return;
  }
}

}  // namespace mesoscore
