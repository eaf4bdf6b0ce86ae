#pragma once

#include <cstdint>
#include <string_view>

namespace mesoscore {

inline constexpr std::string_view kVersion = "0.1.0";

// Version of the messages between our peers. A handshake with another major number is refused; minor numbers
// only add fields and messages that the other side may ignore.
inline constexpr std::uint16_t kProtocolMajor = 1;
inline constexpr std::uint16_t kProtocolMinor = 0;

}  // namespace mesoscore
