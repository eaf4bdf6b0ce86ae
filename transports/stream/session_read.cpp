#include "stream/session.hpp"

#include <utility>

#include <asio/buffer.hpp>

#include "stream/errors.hpp"

namespace mesoscore::stream {

void Session::read() {
  if (reading_ || peer_finished_ || state_ == State::closed) return;
  reading_ = true;
  const std::span<char> space = in_.space();
  socket_.async_read_some(asio::buffer(space.data(), space.size()),
                          [self = shared_from_this()](std::error_code error, std::size_t size) {
                            self->reading_ = false;
                            self->on_read(error, size);
                          });
}

void Session::on_read(std::error_code error, std::size_t size) {
  if (state_ == State::closed) return;
  if (error) return on_read_error(error);
  if (state_ == State::closing) return read();  // thrown away
  stats_.bytes_received += size;
  in_.received(size);
  if (state_ == State::handshake) {
    on_hello();
  } else {
    on_frames();
  }
}

void Session::on_read_error(std::error_code error) {
  peer_finished_ = true;
  if (state_ == State::handshake) {
    const std::string where = peer_.address + " ended the connection before it said hello";
    return finish_handshake(fail(Error(Errc::connection_closed, system_error(where, error).message)),
                            Tell::nothing);
  }
  if (state_ == State::open) {
    if (error != asio::error::eof) return end(system_error("connection lost", error), Tell::nothing);
    const bool cut = !in_.pending().empty();
    return end(Error(Errc::connection_closed, cut ? "the peer closed the connection in the middle of a frame"
                                                  : "the peer closed the connection"),
               Tell::nothing);
  }
  if (error != asio::error::eof || !write_active_) close_now();  // closing
}

// Delivers all complete frames, then reads on.
void Session::on_frames() {
  const bool more = decode_frames();
  deliver();
  if (more && state_ == State::open) read();
}

// False when nothing more is to be read: the connection ends. Much is delivered in parts, because messages
// take several times the space of their frames: the processor's cache should still hold them when they are
// used.
bool Session::decode_frames() {
  constexpr std::size_t kMostPerPart = 64;
  while (state_ == State::open) {
    const auto frame = in_.next();
    if (!frame) {
      end(frame.error(), Tell::after_all);
      return false;
    }
    if (!*frame) return true;
    if (!on_frame(**frame)) return false;
    if (batch_.size() == kMostPerPart) deliver();
  }
  return false;
}

bool Session::on_frame(std::string_view bytes) {
  if (batch_.capacity() == 0) batch_ = scratch_.messages.take();
  auto frame = wire::decode(bytes, batch_, &received_);
  if (!frame) {
    end(frame.error(), Tell::after_all);
    return false;
  }
  if (const auto* goodbye = std::get_if<wire::Goodbye>(&*frame)) {
    end(Error(goodbye->code, "the peer closed the connection: " + goodbye->text), Tell::nothing);
    return false;
  }
  return true;
}

void Session::deliver() {
  if (batch_.empty()) return;
  stats_.messages_received += batch_.size();
  const auto handlers = handlers_;
  std::vector<Message> batch = std::exchange(batch_, {});
  if (handlers) handlers->on_messages(batch);
  recycle(scratch_.messages, std::move(batch));
}

}  // namespace mesoscore::stream
