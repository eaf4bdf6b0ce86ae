#include "tcp/addresses.hpp"

namespace mesoscore::tcp_transport {

std::vector<asio::ip::tcp::endpoint> known_addresses(const std::string& host, std::uint16_t port) {
  if (host == "localhost") {
    return {{asio::ip::address_v4::loopback(), port}, {asio::ip::address_v6::loopback(), port}};
  }
  std::error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  if (error) return {};
  return {{address, port}};
}

}  // namespace mesoscore::tcp_transport
