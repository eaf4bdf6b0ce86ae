// The connections of one state machine, by the PeerId under which it knows them. Ids are never used again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "mesoscore/ids.hpp"
#include "mesoscore/transport.hpp"

namespace mesoscore::runtime {

class PeerHub {
 public:
  PeerId add(std::shared_ptr<Connection> connection);
  Connection* find(PeerId peer) const noexcept;
  // Queues; nothing if the peer is gone.
  void send(PeerId to, Message&& message);
  // Once for each connection that something was sent to since the last call.
  void flush();
  void remove(PeerId peer);  // destroys the connection: what is under way is lost
  void close(PeerId peer);   // delivers what was sent
  // From now on it can only be told something, until it is closed.
  void mute(PeerId peer);
  bool hears(PeerId peer) const noexcept;  // it is there and not muted
  std::vector<PeerId> peers() const;
  void close_all();
  void clear();  // remove() for all
  std::size_t size() const noexcept { return connected_; }
  std::size_t unflushed() const noexcept { return unflushed_; }  // messages, of all connections

 private:
  struct Slot {
    std::shared_ptr<Connection> connection;  // null: free
    std::uint32_t generation = 0;            // how often it has been used; part of the id
    bool touched = false;                    // since the last flush
    bool muted = false;
  };
  static std::uint32_t index_of(PeerId peer) noexcept;
  const Slot* slot(PeerId peer) const noexcept;
  Slot* slot(PeerId peer) noexcept;
  std::shared_ptr<Connection> take(PeerId peer);

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<PeerId> touched_;
  std::size_t connected_ = 0, unflushed_ = 0;
};

}  // namespace mesoscore::runtime
