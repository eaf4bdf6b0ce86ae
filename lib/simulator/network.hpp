// The simulated network: connections as transports give them. A connection is reliable and in order while it
// lasts. When it breaks, each direction loses a suffix of what was under way, and the two sides learn of it
// at different times, or one of them only when it sends. A direction through which nothing comes keeps what
// is under way until it is healed, or until the sender gives the connection up. Every dial is answered once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mesoscore/simulator/cluster.hpp"

namespace mesoscore::simulator_detail {

struct World;
class Node;

class Network {
 public:
  explicit Network(World& world) noexcept : world_(world) {}

  void dial(Node& from, simulator::NodeId to, PeerRole as, PeerRole what);
  void send(PeerId via, Message&& message);  // goes off with flush()
  void flush();
  void close(PeerId via);
  // The process behind these connections is gone; `silently`: with its machine, so that nobody is told.
  void crashed(simulator::NodeId node, bool silently);

  // ---- faults
  void cut(simulator::NodeId from, simulator::NodeId to);
  void uncut(simulator::NodeId from, simulator::NodeId to);
  void stall_one(simulator::NodeId node, Duration span);
  void reset_some(simulator::NodeId node, double share, bool half_open);
  void heal();
  std::uint64_t heals() const noexcept { return heals_; }  // what a partition of before is told by

  std::size_t live() const noexcept { return live_.size(); }

 private:
  struct Packet {
    enum class Kind : std::uint8_t { hello, refusal, data, end };
    Kind kind = Kind::data;
    TimePoint at{};  // due at the receiver; kNever while it is put together
    std::vector<Message> messages{};
  };
  struct Side {
    simulator::NodeId node{};
    std::uint32_t life = 0;
    PeerId peer{};
    PeerRole role = PeerRole::unknown;  // what it says that it is
    bool open = false;                  // its machine knows of the connection
    bool numb = false;                  // the connection has ended, and it was not told
  };
  struct Pipe {  // from the side of the same index to the other one
    std::vector<Packet> packets;
    TimePoint last = TimePoint::min();
    TimePoint stalled_until = TimePoint::min();
    bool giving_up = false;
  };
  struct Connection {
    std::uint32_t id = 0;
    std::array<Side, 2> sides;  // the dialer is the first
    std::array<Pipe, 2> pipes;
    bool dialing = true;  // the dialer has no answer yet
    bool broken = false;  // nothing new gets through
    Duration late{0};
  };
  struct Slot {
    std::uint32_t connection = 0;
    std::uint8_t side = 0;
  };

  Connection& connection(std::uint32_t id) noexcept { return *connections_[id]; }
  PeerId new_peer(std::uint32_t connection, std::uint8_t side);
  bool present(const Side& side) const noexcept;
  bool local(const Connection& c) const noexcept;
  bool blocked(const Connection& c, std::size_t way) const noexcept;
  void put(Connection& c, std::size_t way, Packet::Kind kind, Duration extra = Duration::zero());
  void schedule(Connection& c, std::size_t way, Packet& packet, Duration extra);
  Duration travel(bool local);
  void arrive(std::uint32_t id, std::size_t way);
  bool take(Connection& c, std::size_t way, Packet& packet);
  void hello(Connection& c, std::size_t way);
  void answer_dial(Connection& c, bool connected);
  void dial_overdue(std::uint32_t id);
  void hand_over(Connection& c, std::size_t way, std::vector<Message>& messages);
  void give_up_later(Connection& c, std::size_t way);
  void give_up(std::uint32_t id, std::size_t way);
  void tell(std::uint32_t id, std::size_t side);
  void leave_numb(Connection& c, std::size_t side);
  void lose_suffix(Connection& c, std::size_t way);
  void break_up(Connection& c, bool half_open);
  void discard(Pipe& pipe);
  void release(Connection& c);  // if nobody knows of it any more
  void kick(std::uint32_t id);
  std::vector<std::uint32_t> of(simulator::NodeId node) const;

  World& world_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by id; null when released
  std::vector<std::uint32_t> live_;                       // ids, ascending
  std::vector<Slot> peers_;                               // by PeerId, from 1
  std::vector<std::pair<std::uint32_t, std::size_t>> unflushed_;
  std::unordered_map<std::uint64_t, std::uint32_t> cuts_;    // only looked up
  std::unordered_map<std::uint64_t, std::uint32_t> newest_;  // connection from which a node has heard another
  std::uint64_t heals_ = 0;
};

}  // namespace mesoscore::simulator_detail
