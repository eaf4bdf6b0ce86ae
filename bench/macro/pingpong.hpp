// The yardstick: frames over bare asio sockets and nothing else. 100 connections between two processes, eight
// frames of 150 bytes in flight on each; every frame is sent back.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/write.hpp>

#include "macro/side_process.hpp"
#include "mesoscore/endpoint.hpp"

namespace mesoscore::bench {

inline constexpr std::size_t kFrameBytes = 150;  // the mean of ours: 1380 bytes for 9.25 frames per task
inline constexpr int kConnections = 100;
inline constexpr int kInFlight = 8;

// Sends back whatever comes, and counts it.
class Echo : public std::enable_shared_from_this<Echo> {
 public:
  Echo(asio::generic::stream_protocol::socket socket, std::uint64_t& bytes)
      : socket_(std::move(socket)), bytes_(bytes) {}
  void begin(std::size_t first) {
    if (first > 0) return reply(first);
    receive();
  }

 private:
  void receive() {
    socket_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](asio::error_code error, std::size_t n) {
                              if (error) return;
                              self->bytes_ += n;
                              self->reply(n);
                            });
  }
  void reply(std::size_t n) {
    asio::async_write(socket_, asio::buffer(buffer_.data(), n),
                      [self = shared_from_this()](asio::error_code error, std::size_t) {
                        if (!error) self->receive();
                      });
  }
  asio::generic::stream_protocol::socket socket_;
  std::uint64_t& bytes_;
  std::array<char, 64 * 1024> buffer_{};
};

inline asio::generic::stream_protocol::endpoint pingpong_endpoint(const Endpoint& at) {
  if (at.scheme == "unix") return asio::local::stream_protocol::endpoint(at.host);
  return asio::ip::tcp::endpoint(asio::ip::make_address(at.host), at.port);
}

template <class Protocol>
int run_echo_on(const typename Protocol::endpoint& at) {
  asio::io_context io(1);
  typename Protocol::acceptor acceptor(io, at);
  std::uint64_t bytes = 0;
  std::function<void()> next = [&] {
    acceptor.async_accept([&](asio::error_code error, typename Protocol::socket socket) {
      if (error) return;
      if constexpr (std::is_same_v<Protocol, asio::ip::tcp>) socket.set_option(asio::ip::tcp::no_delay(true));
      std::make_shared<Echo>(std::move(socket), bytes)->begin(0);
      next();
    });
  };
  next();
  return serve_parent(io);
}

inline int run_echo(const std::string& endpoint) {
  const Endpoint at = Endpoint::parse(endpoint).value();
  if (at.scheme == "unix") {
    ::unlink(at.host.c_str());
    const int result =
        run_echo_on<asio::local::stream_protocol>(asio::local::stream_protocol::endpoint(at.host));
    ::unlink(at.host.c_str());
    return result;
  }
  return run_echo_on<asio::ip::tcp>(asio::ip::tcp::endpoint(asio::ip::make_address(at.host), at.port));
}

// The side that begins. Between two calls of rate() nothing happens.
class PingPong {
 public:
  explicit PingPong(const std::string& endpoint) : echo_({"--echo", endpoint}) {
    const auto at = pingpong_endpoint(Endpoint::parse(endpoint).value());
    for (int i = 0; i < kConnections; ++i) {
      asio::generic::stream_protocol::socket socket(io_);
      socket.connect(at);
      if (at.protocol().family() != AF_UNIX) socket.set_option(asio::ip::tcp::no_delay(true));
      std::make_shared<Echo>(std::move(socket), bytes_)->begin(kFrameBytes * kInFlight);
    }
  }

  // Messages per second during that time, counted at this side, both directions.
  double rate(std::chrono::milliseconds time) {
    io_.run_for(std::chrono::milliseconds(10));  // until both sides are at it
    bytes_ = 0;
    const auto begin = std::chrono::steady_clock::now();
    io_.run_for(time);
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return 2.0 * static_cast<double>(bytes_) / kFrameBytes / wall;
  }

 private:
  SideProcess echo_;
  std::uint64_t bytes_ = 0;
  asio::io_context io_{1};
};

}  // namespace mesoscore::bench
