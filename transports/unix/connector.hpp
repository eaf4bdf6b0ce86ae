// One attempt to connect to a unix socket. Lives in its own pending operations.
#pragma once

#include <memory>

#include <asio/local/stream_protocol.hpp>

#include "stream/session.hpp"

namespace mesoscore::unix_transport {

// Who is at the other end.
PeerInfo describe(stream::Socket& socket, std::string address);

class Connector : public std::enable_shared_from_this<Connector> {
 public:
  Connector(const asio::any_io_executor& executor, const Endpoint& to, ConnectionOptions options,
            Transport::ConnectHandler on_connect);
  void start();  // the first attempt is made later, not from inside this call

 private:
  void attempt();
  void retry();

  Endpoint to_;
  ConnectionOptions options_;
  Transport::ConnectHandler on_connect_;
  asio::local::stream_protocol::socket socket_;
  asio::steady_timer timer_;
  stream::Deadline deadline_;
};

}  // namespace mesoscore::unix_transport
