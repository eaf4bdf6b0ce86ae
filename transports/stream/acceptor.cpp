#include "stream/acceptor.hpp"

namespace mesoscore::stream {
namespace {

// Out of file descriptors or memory: others must close something first.
constexpr auto kPause = std::chrono::milliseconds(50);

}  // namespace

Acceptor::Acceptor(AcceptorSocket socket, ConnectionOptions options, Prepare prepare,
                   Transport::AcceptHandler on_accept)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      options_(std::move(options)),
      prepare_(std::move(prepare)),
      on_accept_(std::make_shared<Transport::AcceptHandler>(std::move(on_accept))) {}

void Acceptor::stop() {
  on_accept_.reset();
  std::error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
  for (const auto& session : std::exchange(shaking_, {})) session->abandon();
}

void Acceptor::accept() {
  socket_.async_accept([self = shared_from_this()](std::error_code error, Socket socket) {
    if (self->on_accept_) self->on_socket(error, std::move(socket));
  });
}

void Acceptor::on_socket(std::error_code error, Socket socket) {
  if (error == asio::error::connection_aborted) return accept();
  if (error) return pause();
  if (connections_->load(std::memory_order_relaxed) >= options_.limits.max_connections) {
    refuse(std::move(socket));
  } else {
    shake_hands(std::move(socket));
  }
  accept();
}

void Acceptor::pause() {
  timer_.expires_after(kPause);
  timer_.async_wait([self = shared_from_this()](std::error_code) {
    if (self->on_accept_) self->accept();
  });
}

// In one go, so that a flood of connections costs us nothing that lasts. What the peer has already said is
// read: the system would else reset the connection, and the peer might not see our reason.
void Acceptor::refuse(Socket socket) const {
  const std::string most = std::to_string(options_.limits.max_connections);
  wire::Greeting greeting{
      options_.hello,
      wire::Goodbye{Errc::connection_refused, "all " + most + " connections are in use (max_connections)"}};
  std::string frame;
  const std::size_t at = wire::begin_frame(frame);
  wire::encode(greeting, frame);
  wire::end_frame(frame, at);
  std::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.send(asio::buffer(frame), 0, ignored);
  char thrown_away[512];
  socket.receive(asio::buffer(thrown_away), 0, ignored);
  socket.shutdown(Socket::shutdown_send, ignored);
}

void Acceptor::shake_hands(Socket socket) {
  PeerInfo peer = prepare_(socket);
  connections_->fetch_add(1, std::memory_order_relaxed);
  std::shared_ptr<void> slot(
      nullptr, [count = connections_](void*) { count->fetch_sub(1, std::memory_order_relaxed); });
  auto session = std::make_shared<Session>(std::move(socket), options_, std::move(peer), std::move(slot));
  shaking_.insert(session);
  session->handshake(std::chrono::steady_clock::now() + options_.handshake_timeout,
                     [self = shared_from_this(), weak = std::weak_ptr(session)](Status status) {
                       self->on_ready(weak.lock(), status.has_value());
                     });
}

// A peer that fails the handshake has been told why; here nobody waits for it.
void Acceptor::on_ready(const std::shared_ptr<Session>& session, bool ok) {
  shaking_.erase(session);
  const auto on_accept = on_accept_;
  if (ok && on_accept) (*on_accept)(std::make_shared<StreamConnection>(session));
}

}  // namespace mesoscore::stream
