#include "unix/connector.hpp"

#include <sys/socket.h>

#include <asio/post.hpp>

#include "stream/connect.hpp"
#include "stream/errors.hpp"
#include "unix/socket_file.hpp"

namespace mesoscore::unix_transport {

using Protocol = asio::local::stream_protocol;

PeerInfo describe(stream::Socket& socket, std::string address) {
  PeerInfo peer;
  peer.address = std::move(address);
  ucred credentials{};
  socklen_t size = sizeof credentials;
  const int fd = socket.native_handle();
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) peer.uid = credentials.uid;
  return peer;
}

Connector::Connector(const asio::any_io_executor& executor, const Endpoint& to, ConnectionOptions options,
                     Transport::ConnectHandler on_connect)
    : to_(to),
      options_(std::move(options)),
      on_connect_(std::move(on_connect)),
      socket_(executor),
      timer_(executor),
      deadline_(std::chrono::steady_clock::now() + options_.handshake_timeout) {}

void Connector::start() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->attempt(); });
}

// Connecting to a unix socket does not wait: it succeeds, fails, or finds the listener's queue full (EAGAIN).
// asio's async_connect takes the last for success.
void Connector::attempt() {
  if (const Status ok = check_path(to_.host); !ok) return on_connect_(fail(ok.error()));
  std::error_code error;
  if (!socket_.is_open()) socket_.open(Protocol(), error);
  if (!error) socket_.non_blocking(true, error);
  if (!error) socket_.connect(Protocol::endpoint(to_.host), error);
  if (error == asio::error::would_block || error == asio::error::in_progress) return retry();
  if (error) return on_connect_(fail(stream::system_error("cannot connect to " + to_.str(), error)));
  stream::Socket socket(std::move(socket_));
  PeerInfo peer = describe(socket, to_.str());
  stream::shake_hands(std::move(socket), std::move(options_), std::move(peer), deadline_,
                      std::move(on_connect_));
}

void Connector::retry() {
  constexpr auto kPause = std::chrono::milliseconds(2);
  if (std::chrono::steady_clock::now() >= deadline_) {
    return on_connect_(fail(Errc::io_error, "no answer from " + to_.str() + " in time: its queue is full"));
  }
  timer_.expires_after(kPause);
  timer_.async_wait([self = shared_from_this()](std::error_code) { self->attempt(); });
}

}  // namespace mesoscore::unix_transport
