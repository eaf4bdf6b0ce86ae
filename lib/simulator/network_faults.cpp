// How connections are broken.
#include <algorithm>

#include "core/text_cat.hpp"
#include "simulator/network.hpp"
#include "simulator/node.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {
namespace {

std::uint64_t pair_of(NodeId from, NodeId to) noexcept {
  return (std::uint64_t{index_of(from)} << 32) | index_of(to);
}

}  // namespace

bool Network::blocked(const Connection& c, std::size_t way) const noexcept {
  if (c.pipes[way].stalled_until > world_.now()) return true;
  if (cuts_.empty()) return false;
  const NodeId from = world_.node(c.sides[way].node).site(), to = world_.node(c.sides[1 - way].node).site();
  return from != to && cuts_.contains(pair_of(from, to));
}

void Network::cut(NodeId from, NodeId to) { ++cuts_[pair_of(from, to)]; }

void Network::uncut(NodeId from, NodeId to) {
  const auto found = cuts_.find(pair_of(from, to));
  if (found == cuts_.end()) return;
  if (--found->second == 0) cuts_.erase(found);
  for (const std::uint32_t id : of(to)) kick(id);
}

void Network::kick(std::uint32_t id) {
  for (std::size_t way = 0; way < 2; ++way) arrive(id, way);
}

std::vector<std::uint32_t> Network::of(NodeId node) const {
  std::vector<std::uint32_t> found;
  for (const std::uint32_t id : live_) {
    const Connection& c = *connections_[id];
    if (c.sides[0].node == node || c.sides[1].node == node) found.push_back(id);
  }
  return found;
}

void Network::stall_one(NodeId node, Duration span) {
  const std::vector<std::uint32_t> candidates = of(node);
  if (candidates.empty()) return;
  const std::uint32_t id = candidates[world_.rng.below(candidates.size())];
  const std::size_t way = world_.rng.below(2);
  connection(id).pipes[way].stalled_until = after(world_.now(), span);
  world_.agenda.in(span, [this, id, way] {
    if (connections_[id]) arrive(id, way);
  });
}

void Network::reset_some(NodeId node, double share, bool half_open) {
  for (const std::uint32_t id : of(node)) {
    if (connections_[id] && world_.chance(share)) break_up(connection(id), half_open);
  }
}

void Network::break_up(Connection& c, bool half_open) {
  if (c.broken || c.dialing) return;
  flush();
  world_.fault(FaultKind::reset, world_.node(c.sides[0].node).name(),
               world_.trace.writes() ? cat("to ", world_.node(c.sides[1].node).name()) : "");
  c.broken = true;
  const std::size_t deaf = half_open && !local(c) ? world_.rng.below(2) : 2;
  for (std::size_t side = 0; side < 2; ++side) {
    lose_suffix(c, 1 - side);
    if (side == deaf && c.sides[side].open) {
      world_.fault(FaultKind::half_open, world_.node(c.sides[side].node).name(), "");
      leave_numb(c, side);
    } else if (c.sides[side].open) {
      put(c, 1 - side, Packet::Kind::end,
          world_.rng.jitter(world_.chance(0.5) ? std::chrono::seconds(3) : std::chrono::milliseconds(5)));
    }
  }
  release(c);
}

void Network::lose_suffix(Connection& c, std::size_t way) {
  std::vector<Packet>& packets = c.pipes[way].packets;
  while (!packets.empty() && packets.back().kind == Packet::Kind::data && !world_.chance(0.3)) {
    std::vector<Message>& messages = packets.back().messages;
    const std::size_t kept = world_.rng.below(messages.size() + 1);
    world_.faults[FaultKind::drop] += messages.size() - kept;
    messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(kept), messages.end());
    if (!messages.empty()) return;
    packets.pop_back();
  }
}

void Network::discard(Pipe& pipe) {
  for (const Packet& packet : pipe.packets) world_.faults[FaultKind::drop] += packet.messages.size();
  pipe.packets.clear();
}

void Network::heal() {
  ++heals_;
  cuts_.clear();
  const std::vector<std::uint32_t> all = live_;
  for (const std::uint32_t id : all) {
    if (!connections_[id]) continue;
    Connection& c = connection(id);
    for (std::size_t side = 0; side < 2; ++side) {
      c.pipes[side].stalled_until = TimePoint::min();
      if (!c.sides[side].numb) continue;
      world_.agenda.in(world_.rng.jitter(std::chrono::seconds(30)), [this, id, side] { tell(id, side); });
    }
    kick(id);
  }
}

}  // namespace mesoscore::simulator_detail
