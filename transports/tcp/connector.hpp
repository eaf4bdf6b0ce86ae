// One attempt to connect: resolves the name, tries its addresses in turn, shakes hands. All within
// ConnectionOptions::handshake_timeout. Lives in its own pending operations.
#pragma once

#include <memory>

#include <asio/ip/tcp.hpp>

#include "stream/session.hpp"

namespace mesoscore::tcp_transport {

class Connector : public std::enable_shared_from_this<Connector> {
 public:
  Connector(const asio::any_io_executor& executor, Endpoint to, ConnectionOptions options,
            Transport::ConnectHandler on_connect);
  void start();

 private:
  void try_all(std::vector<asio::ip::tcp::endpoint> addresses);
  void on_connected(std::error_code error);
  void give_up(Error why);

  Endpoint to_;
  ConnectionOptions options_;
  Transport::ConnectHandler on_connect_;  // null once it was called
  asio::ip::tcp::resolver resolver_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer timer_;
  std::vector<asio::ip::tcp::endpoint> addresses_;
};

}  // namespace mesoscore::tcp_transport
