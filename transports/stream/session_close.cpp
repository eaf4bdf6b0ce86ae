#include "stream/session.hpp"

#include <asio/post.hpp>

namespace mesoscore::stream {

void Session::close() {
  handlers_.reset();
  if (state_ == State::open) begin_closing(nullptr, Tell::nothing);
}

void Session::abandon() {
  handlers_.reset();
  ready_ = nullptr;
  if (state_ != State::closing) close_now();  // what was sent before a close() is still delivered
}

void Session::end(Error why, Tell tell) {
  if (state_ != State::open) return;
  if (tell == Tell::nothing) {
    close_now();
  } else {
    begin_closing(&why, tell);
  }
  end_reason_ = std::move(why);
  report_end();
}

void Session::report_end() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (!self->handlers_ || !self->end_reason_) return;  // not started yet, or not wanted any more
    const auto handlers = std::move(self->handlers_);
    const Error why = *std::exchange(self->end_reason_, std::nullopt);
    handlers->on_close(why);
  });
}

void Session::begin_closing(const Error* why, Tell tell) {
  state_ = State::closing;
  timer_.expires_after(kLinger);
  timer_.async_wait([self = shared_from_this()](std::error_code error) {
    if (!error) self->close_now();
  });
  if (why && tell != Tell::nothing) {
    std::string& out = tell == Tell::at_once ? farewell_ : pending_;
    const std::size_t at = wire::begin_frame(out);
    wire::encode(wire::Goodbye{static_cast<Errc>(why->code.value()), why->message}, out);
    wire::end_frame(out, at);
  }
  if (tell == Tell::at_once) {
    pending_ = std::string();
    pending_count_ = 0;
    if (!write_active_) pending_ = std::exchange(farewell_, std::string());
  }
  write();
  read();
  if (!write_active_) shut_down();
}

// All is written. The peer sees the end of the stream, closes, and we see it.
void Session::shut_down() {
  if (peer_finished_) return close_now();
  std::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Session::close_now() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  timer_.cancel();
  std::error_code ignored;
  socket_.close(ignored);
  pending_ = std::string();
  slot_.reset();
}

}  // namespace mesoscore::stream
