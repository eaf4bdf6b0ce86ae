// What each side of a connection says first.
#pragma once

#include <cstdint>
#include <string>

#include "mesoscore/outbox.hpp"
#include "mesoscore/version.hpp"

namespace mesoscore {

// Another major version is refused with Errc::version_mismatch on both sides.
struct Hello {
  PeerRole role = PeerRole::unknown;
  std::uint16_t major = kProtocolMajor;
  std::uint16_t minor = kProtocolMinor;
  std::uint64_t capabilities = 0;  // bits of optional protocol features; unknown bits are ignored
  std::string software;            // for people: "mesoscore 0.1.0"; at most 255 bytes
};

}  // namespace mesoscore
