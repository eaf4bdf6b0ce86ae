// How connections come about, and how their ends are learned.
#include "core/text_cat.hpp"
#include "simulator/network.hpp"
#include "simulator/node.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {

// At the listener it is a new peer; its answer makes one of it at the dialer.
void Network::hello(Connection& c, std::size_t way) {
  if (way == 1) return answer_dial(c, true);
  Side& listener = c.sides[1];
  Node& node = world_.node(listener.node);
  if (!node.up()) {
    c.broken = true;
    return put(c, 1, Packet::Kind::refusal);
  }
  if (!c.dialing) return release(c);  // given up meanwhile
  listener.life = node.life();
  listener.open = true;
  put(c, 1, Packet::Kind::hello, c.late);
  node.push(PeerConnected{listener.peer, c.sides[0].role, "sim"});
}

void Network::answer_dial(Connection& c, bool connected) {
  if (!c.dialing) return release(c);
  c.dialing = false;
  Side& dialer = c.sides[0];
  if (!present(dialer)) return release(c);
  Node& node = world_.node(dialer.node);
  if (!connected) {
    release(c);
    return node.push(DialFailed{"connection refused"});
  }
  dialer.open = true;
  if (c.broken && c.pipes[1].packets.empty()) leave_numb(c, 0);
  node.push(PeerConnected{dialer.peer, c.sides[1].role, "sim"});
}

void Network::dial_overdue(std::uint32_t id) {
  if (!connections_[id] || !connection(id).dialing) return;
  Connection& c = connection(id);
  c.broken = true;
  discard(c.pipes[0]);
  discard(c.pipes[1]);
  leave_numb(c, 1);
  answer_dial(c, false);
}

void Network::give_up_later(Connection& c, std::size_t way) {
  if (std::exchange(c.pipes[way].giving_up, true)) return;
  const Duration span = world_.options.network.give_up;
  world_.agenda.in(world_.between(span, 2 * span), [this, id = c.id, way] { give_up(id, way); });
}

void Network::give_up(std::uint32_t id, std::size_t way) {
  if (!connections_[id]) return;
  Connection& c = connection(id);
  Pipe& pipe = c.pipes[way];
  pipe.giving_up = false;
  if (pipe.packets.empty() || !blocked(c, way)) return;
  if (c.dialing) return;  // dial_overdue() answers
  c.broken = true;
  discard(pipe);
  leave_numb(c, 1 - way);
  tell(id, way);
}

// This side learns that the connection is over.
void Network::tell(std::uint32_t id, std::size_t side) {
  if (!connections_[id]) return;
  Connection& c = connection(id);
  Side& who = c.sides[side];
  if (!who.open) return release(c);
  c.broken = true;
  who.open = who.numb = false;
  discard(c.pipes[1 - side]);
  const bool there = present(who);
  Node& node = world_.node(who.node);
  const PeerId peer = who.peer;
  release(c);
  if (there) node.push(PeerDisconnected{peer, "connection reset"});
}

void Network::leave_numb(Connection& c, std::size_t side) {
  Side& who = c.sides[side];
  if (!who.open || std::exchange(who.numb, true)) return;
  const Duration span = world_.options.network.keepalive;
  world_.agenda.in(world_.between(span / 2, span), [this, id = c.id, side] { tell(id, side); });
}

void Network::crashed(NodeId gone, bool silently) {
  flush();
  for (const std::uint32_t id : of(gone)) {
    Connection& c = connection(id);
    const std::size_t side = c.sides[0].node == gone ? 0 : 1;
    Side& who = c.sides[side];
    if (!who.open && !(side == 0 && c.dialing)) continue;
    who.open = who.numb = false;
    if (side == 0) c.dialing = false;
    discard(c.pipes[1 - side]);
    if (silently || world_.chance(0.3)) lose_suffix(c, side);
    c.broken = true;
    if (silently) {
      leave_numb(c, 1 - side);
    } else if (c.sides[1 - side].open || c.dialing) {
      put(c, side, Packet::Kind::end);
      if (!local(c)) give_up_later(c, side);
    }
    release(c);
  }
}

void Network::release(Connection& c) {
  if (c.sides[0].open || c.sides[1].open || c.dialing) return;
  if (!c.broken) {  // what was sent before the end still arrives, but at nobody
    for (const Pipe& pipe : c.pipes) {
      for (const Packet& packet : pipe.packets) {
        if (packet.kind == Packet::Kind::hello) return;
      }
    }
  }
  const std::uint32_t id = c.id;
  std::erase(live_, id);
  connections_[id].reset();
}

}  // namespace mesoscore::simulator_detail
