#include "simulator/node.hpp"

#include <algorithm>

#include "core/text_cat.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {

Node::Node(World& world, simulator::NodeKind kind, std::string name)
    : world_(world), id_(world.next_id()), kind_(kind), name_(std::move(name)), disk_(world, *this) {
  out_.notice_level = world.trace.writes() ? LogLevel::debug : LogLevel::off;
}

TimePoint Node::clock() const noexcept { return world_.now() + offset_; }

void Node::start() {
  if (up()) return;
  ++life_;
  if (world_.trace.writes()) world_.trace.write(world_.now(), name_, "-- starts");
  world_.trace.add(index_of(id_) * std::uint64_t{2} + 1);
  if (make()) arm();
}

void Node::crash(bool silently) {
  if (!up()) return;
  if (world_.trace.writes()) world_.trace.write(world_.now(), name_, "-- is down");
  world_.trace.add(index_of(id_) * std::uint64_t{2});
  unmake(silently);
  disk_.crashed();
  pending_.clear();
  doomed_ = false;
  armed_ = kNever;
  // Another process, perhaps, has another opinion of the time.
  offset_ = offset_ / 2;
  world_.network.crashed(id_, silently);
}

void Node::jump(Duration forward) {
  offset_ += forward;
  if (up()) arm();
}

void Node::receive(PeerId from, std::vector<Message>& messages) {
  if (!up()) return;
  if (world_.trace.writes()) {
    for (const Message& message : messages) {
      world_.trace.write(world_.now(), name_,
                         cat("<- #", static_cast<std::uint64_t>(from), " ", describe(message)));
    }
  }
  world_.trace.add(static_cast<std::uint64_t>(from));
  for (const Message& message : messages) world_.trace.add(message);
  turn({}, from, messages);
  run();
}

void Node::run() {
  while (!running_ && up() && !pending_.empty()) {
    std::vector<Event> batch = std::exchange(pending_, {});
    for (const Event& event : batch) {
      world_.trace.add(event.index());
      if (const auto* call = std::get_if<Submitted>(&event)) world_.trace.add(call->message);
      if (world_.trace.writes()) world_.trace.write(world_.now(), name_, cat("<- ", describe(event)));
    }
    turn(batch, {}, {});
  }
}

void Node::turn(std::span<Event> batch, PeerId from, std::span<Message> arrived) {
  running_ = true;
  const std::uint32_t life = life_;
  const TimePoint at = clock();
  ++world_.steps;
  out_.clear();
  if (!batch.empty()) step(batch, at, out_);
  if (!arrived.empty()) receive(from, arrived, at, out_);
  if (deadline() <= at) tick(at, out_);
  note_outbox();
  carry_out();
  running_ = false;
  if (!up() || life_ != life) return;
  settled();
  if (up() && life_ == life) arm();
}

void Node::note_outbox() {
  world_.trace.add(static_cast<std::uint64_t>(world_.now().time_since_epoch().count()));
  world_.trace.add(index_of(id_));
  world_.trace.add(out_.sends.size() | (out_.commits.size() << 16) | (out_.deliveries.size() << 32) |
                   (out_.containers.size() << 48));
  if (!world_.trace.writes()) return;
  for (const Notice& notice : out_.notices) world_.trace.write(world_.now(), name_, cat("-- ", notice.text));
}

void Node::send(Envelope& envelope) {
  if (!alter(envelope)) return;
  if (world_.trace.writes()) {
    world_.trace.write(world_.now(), name_,
                       cat("-> #", static_cast<std::uint64_t>(envelope.to), " ", describe(envelope.message)));
  }
  world_.network.send(envelope.to, std::move(envelope.message));
}

// Does the process end before it does this? `left` are the things that it may still do.
bool Node::crash_here(std::size_t& left) {
  if (left-- != 0) return false;
  world_.fault(FaultKind::crash_in_step, name_, "");
  crash();
  return true;
}

void Node::carry_out() {
  const std::size_t size = out_.sends.size() + out_.deliveries.size() + out_.commits.size();
  std::size_t left = doomed_ && size > 0 ? world_.rng.below(size) : ~std::size_t{0};
  for (Commit& commit : out_.commits) {
    if (crash_here(left)) return;
    durable() ? disk_.enqueue(std::move(commit)) : carry_out(commit);
    if (!up()) return;
  }
  for (Message& message : out_.deliveries) {
    if (crash_here(left)) return;
    deliver(message);
  }
  for (Envelope& envelope : out_.sends) {
    if (crash_here(left)) return;
    if (!disk_.failing()) send(envelope);
  }
  for (std::size_t i = 0; i < out_.dials.size(); ++i) dial();
  for (const Close& close : out_.closes) world_.network.close(close.peer);
  world_.network.flush();
  for (ContainerCall& call : out_.containers) apply(call);
}

void Node::carry_out(Commit& commit) {
  for (Envelope& envelope : commit.after) {
    promised(envelope);
    send(envelope);
  }
  for (const Close& close : commit.closes) world_.network.close(close.peer);
  world_.network.flush();
  for (ContainerCall& call : commit.containers) apply(call);
}

void Node::arm() {
  const TimePoint wanted = deadline();
  if (wanted == kNever) return;
  const TimePoint at = std::max(wanted - offset_, world_.now());
  if (at >= armed_) return;  // what is armed is earlier, and finds out
  armed_ = at;
  world_.agenda.at(at, [this, at] { due(at); });
}

void Node::due(TimePoint armed) {
  if (armed != armed_ || !up()) return;
  armed_ = kNever;
  if (deadline() <= clock()) return turn({}, {}, {}), run();
  arm();
}

}  // namespace mesoscore::simulator_detail
