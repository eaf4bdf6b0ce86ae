// What needs no name service: numeric addresses, and "localhost" (RFC 6761).
#pragma once

#include <string>
#include <vector>

#include <asio/ip/tcp.hpp>

namespace mesoscore::tcp_transport {

// Empty when `host` is a name that must be resolved.
std::vector<asio::ip::tcp::endpoint> known_addresses(const std::string& host, std::uint16_t port);

}  // namespace mesoscore::tcp_transport
