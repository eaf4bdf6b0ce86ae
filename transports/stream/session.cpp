#include "stream/session.hpp"

#include <asio/post.hpp>

namespace mesoscore::stream {

Session::Session(Socket socket, ConnectionOptions options, PeerInfo peer, std::shared_ptr<void> slot)
    : socket_(std::move(socket)),
      scratch_(runtime::Scratch::of(socket_.get_executor())),
      timer_(socket_.get_executor()),
      options_(std::move(options)),
      peer_(std::move(peer)),
      slot_(std::move(slot)),
      in_(options_.limits.read_chunk_bytes, wire::kMaxHelloBytes) {}

void Session::start(Connection::Handlers handlers) {
  handlers_ = std::make_shared<Connection::Handlers>(std::move(handlers));
  if (end_reason_) return report_end();
  // Frames may have come in with the hello. They are delivered later, not from inside this call.
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->state_ == State::open) self->on_frames();
  });
}

ConnectionStats Session::stats() const noexcept {
  ConnectionStats out = stats_;
  out.queued_bytes = queued_bytes();
  out.queued_messages = pending_count_ + writing_count_;
  return out;
}

}  // namespace mesoscore::stream
