// The contract of a transport: ordered, framed messages both ways between two peers.
//
// Threading: a connection or listener belongs to the executor that it was made with. Every call on it must be
// made there (or while nothing runs there), and every handler is called there, never from inside the call
// that caused it. Transports start no thread. Two ends of an inproc connection may live on different
// executors and threads. Every plug-in passes tests/conformance/transport.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <asio/any_io_executor.hpp>

#include "mesoscore/endpoint.hpp"
#include "mesoscore/hello.hpp"
#include "mesoscore/limits.hpp"
#include "mesoscore/message.hpp"
#include "mesoscore/result.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

struct PeerInfo {
  Hello hello{};
  std::string address{};               // for people: "tcp://127.0.0.1:41312"
  std::optional<std::uint32_t> uid{};  // of the peer process; unix only
};

struct ConnectionOptions {
  Hello hello{};  // what this side says
  ConnectionLimits limits{};
  Duration handshake_timeout = std::chrono::seconds(5);  // a peer that does not say hello in time is dropped
  // tcp: unacknowledged or silent for so long (keep-alive probes) = the peer is gone. Zero: the system's
  // defaults.
  Duration dead_peer_timeout = std::chrono::seconds(30);
  std::uint32_t unix_mode = 0600;  // permissions of a listening unix socket
};

struct ConnectionStats {
  std::uint64_t messages_sent = 0, messages_received = 0;
  std::uint64_t bytes_sent = 0, bytes_received = 0;   // zero for inproc
  std::size_t queued_messages = 0, queued_bytes = 0;  // not yet taken over by the system or the peer
};

// One established connection (the handshake is done). Destroying it closes it at once without calling
// on_close.
class Connection {
 public:
  struct Handlers {
    // One or more messages, in order. The callee may move from them; they are gone when it returns.
    std::function<void(std::span<Message>)> on_messages;
    // Called once, after the last on_messages, unless this side called close(). connection_closed,
    // limit_exceeded (a frame over the bound), protocol_error (garbage), io_error.
    std::function<void(Error)> on_close;
  };

  virtual ~Connection() = default;
  virtual const PeerInfo& peer() const noexcept = 0;
  virtual void start(Handlers handlers) = 0;  // once; nothing is delivered before
  // Queues; flush() hands everything queued over in as few system calls as possible. When the queue is over
  // its bound the connection closes (on_close: limit_exceeded): a peer that reads slower than it is told is
  // dropped. After the connection ended it does nothing.
  virtual void send(Message&& message) = 0;
  virtual void flush() = 0;
  virtual void close() = 0;  // delivers what was sent, then closes; no handler is called any more
  virtual ConnectionStats stats() const noexcept = 0;
};

// Accepts connections until it is destroyed. A unix socket file is removed then.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual Endpoint endpoint() const = 0;  // as bound: the port that the system chose
};

class Transport {
 public:
  using AcceptHandler = std::function<void(std::shared_ptr<Connection>)>;
  using ConnectHandler = std::function<void(Result<std::shared_ptr<Connection>>)>;

  virtual ~Transport() = default;
  virtual std::string_view scheme() const noexcept = 0;
  // Errors: invalid_argument, already_exists (address in use), permission_denied, io_error.
  virtual Result<std::unique_ptr<Listener>> listen(asio::any_io_executor executor, const Endpoint& at,
                                                   ConnectionOptions options, AcceptHandler on_accept) = 0;
  // Calls the handler once: with the connection, or connection_refused, version_mismatch, io_error, ...
  virtual void connect(asio::any_io_executor executor, const Endpoint& to, ConnectionOptions options,
                       ConnectHandler on_connect) = 0;
};

// The transports composed into a program. A copy shares the transports.
class TransportSet {
 public:
  TransportSet& add(
      std::shared_ptr<Transport> transport);  // a later one of the same scheme replaces the earlier
  // Errc::unsupported_transport names the component to link and the call to add.
  Result<std::shared_ptr<Transport>> find(std::string_view scheme) const;

  Result<std::unique_ptr<Listener>> listen(asio::any_io_executor executor, std::string_view endpoint,
                                           ConnectionOptions options,
                                           Transport::AcceptHandler on_accept) const;
  void connect(asio::any_io_executor executor, std::string_view endpoint, ConnectionOptions options,
               Transport::ConnectHandler on_connect) const;

 private:
  std::vector<std::shared_ptr<Transport>> transports_;
};

}  // namespace mesoscore
