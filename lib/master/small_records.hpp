// Records of the master that hang on nothing else.
#pragma once

#include <cstdint>
#include <string>

#include "core/slab.hpp"
#include "mesoscore/demand.hpp"
#include "mesoscore/outbox.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

// What the master has to know of a stated demand; the rest is the allocator's.
struct StatedDemand {
  DemandId id;
  Quantities unit;
};

// A connection and what it belongs to.
struct MasterPeer {
  PeerRole role = PeerRole::unknown;  // from the handshake; unknown fits every role
  enum class Bound : std::uint8_t { nobody, framework, agent } bound = Bound::nobody;
  std::uint32_t index = kNone;
  std::string address;
  std::uint64_t number = 0;  // ascending in the order in which they connected
};

struct MasterTimer {
  TimePoint at;
  std::uint32_t index;
  bool of_agent;
  friend bool operator>(const MasterTimer& a, const MasterTimer& b) noexcept { return a.at > b.at; }
};

}  // namespace mesoscore
