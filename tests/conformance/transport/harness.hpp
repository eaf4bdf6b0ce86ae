// What the cases share: a network of one transport, peers that note what happens to them, and waiting with a
// limit.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "catch.hpp"
#include "factories.hpp"
#include "mesoscore/transport.hpp"

using namespace std::chrono_literals;

// A message that carries a number and, if wanted, a load.
mesoscore::Message numbered(std::uint64_t number, std::size_t load = 0);
std::uint64_t number_of(const mesoscore::Message& message);

// One side of a connection.
class Peer {
 public:
  ~Peer();
  void attach(std::shared_ptr<mesoscore::Connection> connection);  // and start
  void send(std::uint64_t first, std::uint64_t count, std::size_t load = 0);
  void send_all(std::uint64_t first, std::uint64_t count, std::size_t load = 0);  // and flush
  bool in_order(std::uint64_t first = 0) const;  // received first, first + 1, ...

  std::shared_ptr<mesoscore::Connection> connection;
  std::vector<std::uint64_t> numbers;  // of what was received
  std::size_t batches = 0;
  std::uint64_t load_bytes = 0;
  std::optional<mesoscore::Error> closed;
  int closes = 0;
  bool after_close = false;                                     // something was delivered after on_close
  std::function<void(std::span<mesoscore::Message>)> on_batch;  // called besides
  std::function<void()> on_closed;
};

// An io_context, the transport, and one listener.
class Net {
 public:
  explicit Net(const Factory& factory);
  ~Net();

  // Runs the io_context until it is true. False when it does not become so in time.
  bool until(const std::function<bool()>& done, std::chrono::milliseconds limit = 20s);
  void run_for(std::chrono::milliseconds time);
  void listen();  // appends to `accepted`, starts nothing
  void listen(mesoscore::Transport::AcceptHandler on_accept);
  mesoscore::Result<std::shared_ptr<mesoscore::Connection>> connect();  // waits
  void connect(mesoscore::Transport::ConnectHandler on_connect);
  void make_pair();  // listens, connects, attaches `server` and `client`

  const Factory& factory;
  asio::io_context io;
  mesoscore::TransportSet set;
  std::string endpoint;  // where `listener` listens or will
  mesoscore::ConnectionOptions server_options, client_options;
  std::unique_ptr<mesoscore::Listener> listener;
  std::vector<std::shared_ptr<mesoscore::Connection>> accepted;
  Peer server, client;
};

// Every transport in turn; those over sockets only.
#define FOR_EACH_TRANSPORT(net)                                              \
  Net net(factories()[GENERATE(range(std::size_t{0}, factories().size()))]); \
  INFO("over " << net.factory.name)
#define FOR_EACH_STREAM(net) \
  FOR_EACH_TRANSPORT(net);   \
  if (!net.factory.stream) return
