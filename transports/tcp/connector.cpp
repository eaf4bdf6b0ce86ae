#include "tcp/connector.hpp"

#include <utility>

#include <asio/connect.hpp>

#include "stream/connect.hpp"
#include "stream/errors.hpp"
#include "tcp/addresses.hpp"
#include "tcp/options.hpp"

namespace mesoscore::tcp_transport {

using asio::ip::tcp;

Connector::Connector(const asio::any_io_executor& executor, Endpoint to, ConnectionOptions options,
                     Transport::ConnectHandler on_connect)
    : to_(std::move(to)),
      options_(std::move(options)),
      on_connect_(std::move(on_connect)),
      resolver_(executor),
      socket_(executor),
      timer_(executor) {}

void Connector::start() {
  timer_.expires_after(options_.handshake_timeout);
  timer_.async_wait([self = shared_from_this()](std::error_code error) {
    if (error) return;
    self->give_up(Error(Errc::io_error, "no answer from " + self->to_.str() + " in time"));
  });
  auto known = known_addresses(to_.host, to_.port);
  if (!known.empty()) return try_all(std::move(known));
  // asio resolves names on a thread of its own, which it starts when it needs it first.
  resolver_.async_resolve(
      to_.host, std::to_string(to_.port),
      [self = shared_from_this()](std::error_code error, const tcp::resolver::results_type& found) {
        if (!self->on_connect_) return;
        if (error) return self->give_up(stream::system_error("cannot resolve " + self->to_.str(), error));
        self->try_all({found.begin(), found.end()});
      });
}

void Connector::try_all(std::vector<tcp::endpoint> addresses) {
  addresses_ = std::move(addresses);
  asio::async_connect(socket_, addresses_,
                      [self = shared_from_this()](std::error_code error, const tcp::endpoint&) {
                        if (self->on_connect_) self->on_connected(error);
                      });
}

void Connector::on_connected(std::error_code error) {
  if (error) return give_up(stream::system_error("cannot connect to " + to_.str(), error));
  const auto deadline = timer_.expiry();
  timer_.cancel();
  stream::Socket socket(std::move(socket_));
  PeerInfo peer = prepare(socket, options_.dead_peer_timeout);
  stream::shake_hands(std::move(socket), std::move(options_), std::move(peer), deadline,
                      std::exchange(on_connect_, nullptr));
}

void Connector::give_up(Error why) {
  if (!on_connect_) return;
  timer_.cancel();
  resolver_.cancel();
  std::error_code ignored;
  socket_.close(ignored);
  const auto on_connect = std::exchange(on_connect_, nullptr);
  on_connect(fail(std::move(why)));
}

}  // namespace mesoscore::tcp_transport
