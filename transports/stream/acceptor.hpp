// Accepts stream sockets and shakes hands with each in the background.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <set>

#include <asio/basic_socket_acceptor.hpp>

#include "stream/session.hpp"

namespace mesoscore::stream {

using AcceptorSocket = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

// Lives in its own pending operations until stop(). All calls are on the executor of the socket.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  // Sets the options of an accepted socket and says who is at its other end.
  using Prepare = std::function<PeerInfo(Socket&)>;

  Acceptor(AcceptorSocket socket, ConnectionOptions options, Prepare prepare,
           Transport::AcceptHandler on_accept);
  void start() { accept(); }
  void stop();

 private:
  void accept();
  void on_socket(std::error_code error, Socket socket);
  void pause();
  void refuse(Socket socket) const;
  void shake_hands(Socket socket);
  void on_ready(const std::shared_ptr<Session>& session, bool ok);

  AcceptorSocket socket_;
  asio::steady_timer timer_;
  const ConnectionOptions options_;
  Prepare prepare_;
  std::shared_ptr<Transport::AcceptHandler> on_accept_;  // shared: it may destroy the listener
  std::set<std::shared_ptr<Session>> shaking_;
  std::shared_ptr<std::atomic<std::size_t>> connections_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace mesoscore::stream
