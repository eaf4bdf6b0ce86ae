// One framed connection over a stream socket: what tcp and unix share.
//
//   handshake --hello of the peer--> open --close() or an error--> closing --all is written, peer read it-->
//   closed
//
// Reading pauses in `open` until start(). In `closing` everything that was sent is written out, then our
// direction is shut down, and what the peer still sends is read and thrown away until it closes too: closing
// with unread input would make the system reset the connection, and the peer could lose our last frames.
// kLinger bounds all that.
//
// Pending operations keep the session alive; nothing else does. All calls are on the executor of the socket.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/generic/stream_protocol.hpp>
#include <asio/steady_timer.hpp>

#include "mesoscore/transport.hpp"
#include "runtime/scratch.hpp"
#include "wire/codec.hpp"
#include "wire/decoder.hpp"
#include "wire/framing.hpp"

namespace mesoscore::stream {

using Socket = asio::generic::stream_protocol::socket;
using Deadline = asio::steady_timer::time_point;

inline constexpr auto kLinger = std::chrono::seconds(5);

class Session : public std::enable_shared_from_this<Session> {
 public:
  using Ready = std::function<void(Status)>;

  // `slot` is released when the socket is closed: a listener counts its connections with it.
  Session(Socket socket, ConnectionOptions options, PeerInfo peer, std::shared_ptr<void> slot);

  void handshake(Deadline deadline, Ready ready);  // calls `ready` once, unless abandoned before
  void abandon();  // no handler is called any more; closes at once unless closing

  // As in Connection.
  const PeerInfo& peer() const noexcept { return peer_; }
  void start(Connection::Handlers handlers);
  void send(Message&& message);
  void flush();
  void close();
  ConnectionStats stats() const noexcept;

 private:
  enum class State { handshake, open, closing, closed };
  enum class Tell { nothing, after_all, at_once };  // at_once: instead of the frames that wait

  // session_handshake.cpp
  void say_hello();
  void on_hello();
  Status accept_hello(std::string_view frame);
  void finish_handshake(Status status, Tell tell);

  // session_read.cpp
  void read();
  void on_read(std::error_code error, std::size_t size);
  void on_frames();
  bool decode_frames();
  bool on_frame(std::string_view frame);
  void deliver();
  void on_read_error(std::error_code error);

  // session_write.cpp
  void write();
  void write_more();
  void on_written(std::error_code error, std::size_t size);
  void all_sent();
  void cut_after_current_frame();
  std::size_t queued_bytes() const noexcept { return pending_.size() + writing_.size() - written_; }

  // session_close.cpp
  void end(Error why, Tell tell);  // open -> closing or closed; on_close is called later
  void report_end();
  void begin_closing(const Error* why, Tell tell);
  void shut_down();
  void close_now();

  Socket socket_;
  runtime::Scratch& scratch_;
  asio::steady_timer timer_;  // of the handshake, then of closing
  const ConnectionOptions options_;
  PeerInfo peer_;
  std::shared_ptr<void> slot_;
  State state_ = State::handshake;
  Ready ready_;
  std::shared_ptr<Connection::Handlers>
      handlers_;  // shared: a handler may destroy the connection that called it

  std::optional<Error> end_reason_;  // waits for on_close

  wire::Deframer in_;
  wire::Remembered received_, sent_;
  std::vector<Message> batch_;  // of the scratch, while there are any
  bool reading_ = false;
  bool peer_finished_ = false;

  std::string pending_;  // frames that are not yet flushed; of the scratch, while there are any
  std::string writing_;  // what the socket did not take at once, handed over up to written_
  std::size_t written_ = 0;
  std::size_t pending_count_ = 0, writing_count_ = 0;
  bool write_active_ = false;
  bool flush_wanted_ = false;
  std::string farewell_;  // replaces all frames that are not begun
  ConnectionStats stats_;
};

// The public face of a session.
class StreamConnection final : public Connection {
 public:
  explicit StreamConnection(std::shared_ptr<Session> session) noexcept : session_(std::move(session)) {}
  ~StreamConnection() override { session_->abandon(); }
  const PeerInfo& peer() const noexcept override { return session_->peer(); }
  void start(Handlers handlers) override { session_->start(std::move(handlers)); }
  void send(Message&& message) override { session_->send(std::move(message)); }
  void flush() override { session_->flush(); }
  void close() override { session_->close(); }
  ConnectionStats stats() const noexcept override { return session_->stats(); }

 private:
  std::shared_ptr<Session> session_;
};

}  // namespace mesoscore::stream
