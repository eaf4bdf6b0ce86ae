// What goes into the network, and what comes out of it.
#include "simulator/network.hpp"

#include <algorithm>
#include <iterator>

#include "core/text_cat.hpp"
#include "simulator/node.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {

PeerId Network::new_peer(std::uint32_t connection, std::uint8_t side) {
  if (peers_.empty()) peers_.emplace_back();  // nobody is the peer zero
  peers_.push_back({connection, side});
  return PeerId(peers_.size() - 1);
}

bool Network::present(const Side& side) const noexcept {
  const Node& node = world_.node(side.node);
  return node.up() && node.life() == side.life;
}

bool Network::local(const Connection& c) const noexcept {
  return world_.node(c.sides[0].node).site() == world_.node(c.sides[1].node).site();
}

void Network::dial(Node& from, NodeId to, PeerRole as, PeerRole what) {
  const auto id = static_cast<std::uint32_t>(connections_.size());
  Connection& c = *connections_.emplace_back(std::make_unique<Connection>());
  live_.push_back(id);
  c.id = id;
  c.sides[0] = {from.id(), from.life(), new_peer(id, 0), as};
  c.sides[1] = {to, 0, new_peer(id, 1), what};
  const simulator::NetworkOptions& options = world_.options.network;
  if (world_.chance(options.refused_dials)) {
    world_.fault(FaultKind::refused_dial, from.name(), "");
    c.broken = true;
    return put(c, 1, Packet::Kind::refusal, travel(local(c)));
  }
  if (world_.chance(options.late_dials)) {
    world_.fault(FaultKind::late_dial, from.name(), "");
    c.late = world_.rng.jitter(options.late);
  }
  put(c, 0, Packet::Kind::hello);
  world_.agenda.in(world_.between(options.give_up, 2 * options.give_up), [this, id] { dial_overdue(id); });
}

void Network::send(PeerId via, Message&& message) {
  const Slot slot = peers_[static_cast<std::size_t>(via)];
  if (!connections_[slot.connection]) return;
  Connection& c = connection(slot.connection);
  Side& side = c.sides[slot.side];
  if (!side.open) return;
  if (c.broken) {
    ++world_.faults[FaultKind::drop];
    if (side.numb && !blocked(c, slot.side)) {
      world_.agenda.in(travel(local(c)), [this, id = c.id, at = slot.side] { tell(id, at); });
    }
    return;
  }
  Pipe& pipe = c.pipes[slot.side];
  if (pipe.packets.empty() || pipe.packets.back().at != kNever) {
    pipe.packets.push_back({Packet::Kind::data, kNever, {}});
    unflushed_.emplace_back(c.id, slot.side);
  }
  pipe.packets.back().messages.push_back(std::move(message));
}

void Network::flush() {
  for (const auto& [id, way] : unflushed_) {
    if (!connections_[id]) continue;
    Pipe& pipe = connection(id).pipes[way];
    if (pipe.packets.empty() || pipe.packets.back().at != kNever) continue;
    schedule(connection(id), way, pipe.packets.back(), Duration::zero());
  }
  unflushed_.clear();
}

void Network::close(PeerId via) {
  const Slot slot = peers_[static_cast<std::size_t>(via)];
  if (!connections_[slot.connection]) return;
  Connection& c = connection(slot.connection);
  if (!c.sides[slot.side].open) return;
  flush();
  c.sides[slot.side].open = false;
  discard(c.pipes[1 - slot.side]);
  if (!c.broken) put(c, slot.side, Packet::Kind::end);
  release(c);
}

// What is sent takes its time, and never overtakes what was sent before on the same connection.
Duration Network::travel(bool local) {
  const simulator::NetworkOptions& options = world_.options.network;
  const Duration usual = options.latency + world_.rng.jitter(options.jitter);
  return local ? usual / 8 : usual;
}

void Network::schedule(Connection& c, std::size_t way, Packet& packet, Duration extra) {
  const simulator::NetworkOptions& options = world_.options.network;
  Duration span = travel(local(c)) + extra;
  if (world_.chance(options.delayed)) {
    world_.fault(FaultKind::delay, world_.node(c.sides[way].node).name(), "");
    span += world_.rng.jitter(options.delay);
  }
  Pipe& pipe = c.pipes[way];
  pipe.last = packet.at = std::max(pipe.last, after(world_.now(), span));
  const std::uint64_t what = c.id * std::uint64_t{2} + way;
  world_.agenda.at(packet.at, [this, what] { arrive(static_cast<std::uint32_t>(what / 2), what % 2); });
}

void Network::put(Connection& c, std::size_t way, Packet::Kind kind, Duration extra) {
  Packet& packet = c.pipes[way].packets.emplace_back();
  packet.kind = kind;
  schedule(c, way, packet, extra);
}

void Network::arrive(std::uint32_t id, std::size_t way) {
  while (connections_[id]) {
    Connection& c = connection(id);
    Pipe& pipe = c.pipes[way];
    if (pipe.packets.empty() || pipe.packets.front().at > world_.now()) return;
    if (blocked(c, way)) return give_up_later(c, way);
    Packet packet = std::move(pipe.packets.front());
    pipe.packets.erase(pipe.packets.begin());
    while (packet.kind == Packet::Kind::data && !pipe.packets.empty() && take(c, way, packet)) {
    }
    switch (packet.kind) {
      case Packet::Kind::hello:
        hello(c, way);
        break;
      case Packet::Kind::refusal:
        answer_dial(c, false);
        break;
      case Packet::Kind::data:
        hand_over(c, way, packet.messages);
        break;
      case Packet::Kind::end:
        tell(id, 1 - way);
        break;
    }
  }
}

// What has come together is read together.
bool Network::take(Connection& c, std::size_t way, Packet& packet) {
  Packet& next = c.pipes[way].packets.front();
  if (next.kind != Packet::Kind::data || next.at > world_.now()) return false;
  packet.messages.insert(packet.messages.end(), std::move_iterator(next.messages.begin()),
                         std::move_iterator(next.messages.end()));
  c.pipes[way].packets.erase(c.pipes[way].packets.begin());
  return true;
}

void Network::hand_over(Connection& c, std::size_t way, std::vector<Message>& messages) {
  const Side& to = c.sides[1 - way];
  if (!to.open || !present(to)) return;
  const std::uint64_t pair =
      (std::uint64_t{index_of(c.sides[way].node)} << 32) | std::uint64_t{index_of(to.node)};
  std::uint32_t& newest = newest_[pair];
  if (c.id < newest) world_.faults[FaultKind::reorder] += messages.size();
  newest = std::max(newest, c.id);
  world_.node(to.node).receive(to.peer, messages);
}

}  // namespace mesoscore::simulator_detail
