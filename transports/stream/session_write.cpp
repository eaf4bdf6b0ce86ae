#include "stream/session.hpp"

#include <utility>

#include <asio/buffer.hpp>

#include "stream/errors.hpp"

namespace mesoscore::stream {
namespace {

// A burst may have left a buffer much larger than what is needed now.
constexpr std::size_t kWorthKeeping = 256u << 10;

}  // namespace

void Session::send(Message&& message) {
  if (state_ != State::open) return;
  if (pending_.empty()) pending_ = scratch_.bytes.take();
  const std::size_t before = pending_.size();
  const std::size_t at = wire::begin_frame(pending_);
  wire::encode(message, pending_, &sent_);
  wire::end_frame(pending_, at);
  const ConnectionLimits& limits = options_.limits;
  if (const std::size_t size = pending_.size() - at; size > limits.max_frame_bytes) {
    pending_.resize(before);
    return end(
        Error(Errc::limit_exceeded, std::string(message_name(message)) + " of " + std::to_string(size) +
                                        " bytes is larger than a frame may be: at most " +
                                        std::to_string(limits.max_frame_bytes) + " (max_frame_bytes)"),
        Tell::after_all);
  }
  ++pending_count_;
  ++stats_.messages_sent;
  if (queued_bytes() > limits.max_queued_bytes) {
    end(Error(Errc::limit_exceeded, "the peer reads too slowly: more than " +
                                        std::to_string(limits.max_queued_bytes) +
                                        " bytes wait for it (max_queued_bytes)"),
        Tell::at_once);
  }
}

void Session::flush() {
  if (state_ != State::open) return;
  flush_wanted_ = true;
  write();
}

// Hands over everything that is pending, unless an earlier part is still under way: then that comes first.
void Session::write() {
  if (write_active_ || pending_.empty()) return;
  flush_wanted_ = false;
  // Most writes fit into the socket's buffer: no need to wait for the reactor.
  std::error_code error;
  const std::size_t size = socket_.send(asio::buffer(pending_), 0, error);
  if (error == asio::error::would_block) error = {};
  stats_.bytes_sent += size;
  if (!error && size == pending_.size()) return all_sent();
  writing_ = std::exchange(pending_, {});
  writing_count_ = std::exchange(pending_count_, 0);
  written_ = size;
  write_more();  // reports an error too, later: not from inside this call
}

void Session::all_sent() {
  pending_count_ = 0;
  pending_.clear();
  if (pending_.capacity() <= kWorthKeeping) scratch_.bytes.give_back(std::move(pending_));
  pending_ = {};
}

void Session::write_more() {
  write_active_ = true;
  const asio::const_buffer rest = asio::buffer(writing_) + written_;
  socket_.async_write_some(rest, [self = shared_from_this()](std::error_code error, std::size_t size) {
    self->write_active_ = false;
    self->on_written(error, size);
  });
}

void Session::on_written(std::error_code error, std::size_t size) {
  if (state_ == State::closed) return;
  if (error) {
    if (state_ == State::open) return end(system_error("connection lost", error), Tell::nothing);
    if (state_ == State::closing) close_now();
    return;  // a handshake ends by its read
  }
  written_ += size;
  stats_.bytes_sent += size;
  if (!farewell_.empty()) cut_after_current_frame();
  if (written_ < writing_.size()) return write_more();
  writing_ = {};
  written_ = 0;
  writing_count_ = 0;
  if (flush_wanted_ || state_ == State::closing) write();
  if (state_ == State::closing && !write_active_) shut_down();
}

// The frame whose bytes have begun to leave is completed; the farewell follows in place of those behind it.
void Session::cut_after_current_frame() {
  std::size_t boundary = 0;
  while (boundary < written_) boundary += wire::frame_size(std::string_view(writing_).substr(boundary));
  writing_.resize(boundary);
  writing_ += farewell_;
  farewell_.clear();
}

}  // namespace mesoscore::stream
