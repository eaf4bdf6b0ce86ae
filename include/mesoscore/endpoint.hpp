// Where to listen or connect: inproc://name, tcp://host:port, tcp://[::1]:port, unix:///absolute/path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mesoscore/result.hpp"

namespace mesoscore {

struct Endpoint {
  std::string scheme{};  // "tcp"
  std::string host{};    // inproc: the name; tcp: host name or address, IPv6 without brackets; unix: the path
  std::uint16_t port = 0;  // tcp only; 0 when listening = any free port, see Listener::endpoint()

  static Result<Endpoint> parse(std::string_view text);
  std::string str() const;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

}  // namespace mesoscore
