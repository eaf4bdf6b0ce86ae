#include "stream/errors.hpp"
#include "stream/session.hpp"

namespace mesoscore::stream {

void Session::handshake(Deadline deadline, Ready ready) {
  ready_ = std::move(ready);
  std::error_code ignored;
  socket_.non_blocking(true, ignored);
  timer_.expires_at(deadline);
  timer_.async_wait([self = shared_from_this()](std::error_code error) {
    if (error || self->state_ != State::handshake) return;
    self->finish_handshake(fail(Errc::io_error, self->peer_.address + " did not say hello in time"),
                           Tell::nothing);
  });
  say_hello();
  read();
}

void Session::say_hello() {
  const std::size_t at = wire::begin_frame(pending_);
  wire::encode(wire::Greeting{options_.hello, std::nullopt}, pending_);
  wire::end_frame(pending_, at);
  write();
}

void Session::on_hello() {
  const std::string_view begin = in_.pending();
  const std::string_view magic =
      begin.substr(std::min(begin.size(), wire::kPrefixBytes), wire::kMagic.size());
  const auto frame = in_.next();
  if (!frame || !wire::kMagic.starts_with(magic)) {
    return finish_handshake(fail(Errc::protocol_error, peer_.address + " does not speak our protocol"),
                            Tell::after_all);
  }
  if (!*frame) return read();
  const Status status = accept_hello(**frame);
  finish_handshake(status, status ? Tell::nothing : Tell::after_all);
}

Status Session::accept_hello(std::string_view frame) {
  auto greeting = wire::decode_greeting(frame);
  if (!greeting) return fail(Errc::protocol_error, peer_.address + ": " + greeting.error().message);
  if (greeting->refusal) {
    return fail(greeting->refusal->code,
                peer_.address + " refused the connection: " + greeting->refusal->text);
  }
  peer_.hello = std::move(greeting->hello);
  if (peer_.hello.major == options_.hello.major) return {};
  return fail(Errc::version_mismatch, peer_.address + " speaks protocol version " +
                                          std::to_string(peer_.hello.major) + ", this side version " +
                                          std::to_string(options_.hello.major));
}

void Session::finish_handshake(Status status, Tell tell) {
  timer_.cancel();
  const Ready ready = std::move(ready_);
  if (status) {
    state_ = State::open;
    in_.set_max_frame(options_.limits.max_frame_bytes);
  } else {
    begin_closing(&status.error(), tell);
  }
  ready(std::move(status));
}

}  // namespace mesoscore::stream
