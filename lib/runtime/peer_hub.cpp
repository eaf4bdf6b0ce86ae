#include "runtime/peer_hub.hpp"

#include <utility>

namespace mesoscore::runtime {
namespace {

// Generation in the upper half, number of the slot (from 1) in the lower one.
PeerId make_id(std::uint32_t generation, std::uint32_t index) noexcept {
  return static_cast<PeerId>((static_cast<std::uint64_t>(generation) << 32) | (index + 1));
}

std::uint32_t generation_of(PeerId peer) noexcept {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(peer) >> 32);
}

}  // namespace

std::uint32_t PeerHub::index_of(PeerId peer) noexcept { return static_cast<std::uint32_t>(peer) - 1; }

const PeerHub::Slot* PeerHub::slot(PeerId peer) const noexcept {
  const std::uint32_t index = index_of(peer);
  if (index >= slots_.size()) return nullptr;
  const Slot& found = slots_[index];
  return found.connection && found.generation == generation_of(peer) ? &found : nullptr;
}

PeerHub::Slot* PeerHub::slot(PeerId peer) noexcept {
  return const_cast<Slot*>(std::as_const(*this).slot(peer));
}

PeerId PeerHub::add(std::shared_ptr<Connection> connection) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& fresh = slots_[index];
  fresh.connection = std::move(connection);
  fresh.touched = fresh.muted = false;
  ++connected_;
  return make_id(fresh.generation, index);
}

Connection* PeerHub::find(PeerId peer) const noexcept {
  const Slot* found = slot(peer);
  return found ? found->connection.get() : nullptr;
}

bool PeerHub::hears(PeerId peer) const noexcept {
  const Slot* found = slot(peer);
  return found && !found->muted;
}

void PeerHub::mute(PeerId peer) {
  if (Slot* found = slot(peer)) found->muted = true;
}

std::vector<PeerId> PeerHub::peers() const {
  std::vector<PeerId> ids;
  for (std::uint32_t index = 0; index < slots_.size(); ++index) {
    if (slots_[index].connection) ids.push_back(make_id(slots_[index].generation, index));
  }
  return ids;
}

void PeerHub::send(PeerId to, Message&& message) {
  Slot* found = slot(to);
  if (!found) return;
  found->connection->send(std::move(message));
  ++unflushed_;
  if (!std::exchange(found->touched, true)) touched_.push_back(to);
}

void PeerHub::flush() {
  for (const PeerId peer : touched_) {
    Slot* found = slot(peer);
    if (!found) continue;
    found->touched = false;
    found->connection->flush();
  }
  touched_.clear();
  unflushed_ = 0;
}

std::shared_ptr<Connection> PeerHub::take(PeerId peer) {
  Slot* found = slot(peer);
  if (!found) return nullptr;
  ++found->generation;
  --connected_;
  free_.push_back(index_of(peer));
  return std::exchange(found->connection, nullptr);
}

void PeerHub::remove(PeerId peer) { take(peer); }

void PeerHub::close(PeerId peer) {
  if (const std::shared_ptr<Connection> connection = take(peer)) connection->close();
}

void PeerHub::close_all() {
  for (const Slot& each : slots_) {
    if (each.connection) each.connection->close();
  }
  clear();
}

void PeerHub::clear() {
  for (std::uint32_t index = 0; index < slots_.size(); ++index)
    take(make_id(slots_[index].generation, index));
  touched_.clear();
}

}  // namespace mesoscore::runtime
