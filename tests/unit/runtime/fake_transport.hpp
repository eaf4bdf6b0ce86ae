// A transport that the test plays: connections that record what is sent, and a dial that the test answers.
#pragma once

#include <string>
#include <vector>

#include "mesoscore/transport.hpp"

namespace mesoscore::test {

class FakeConnection final : public Connection {
 public:
  explicit FakeConnection(PeerRole role, std::string address = "fake://peer") {
    info_.hello.role = role;
    info_.address = std::move(address);
  }
  ~FakeConnection() override {
    if (destroyed) *destroyed = true;
  }

  const PeerInfo& peer() const noexcept override { return info_; }
  void start(Handlers given) override { handlers = std::move(given); }
  void send(Message&& message) override {
    sent.push_back(std::move(message));
    trace += 's';
  }
  void flush() override { trace += 'f'; }
  void close() override { trace += 'c'; }
  ConnectionStats stats() const noexcept override { return {}; }

  template <class... Messages>
  void receive(Messages... messages) {
    std::vector<Message> batch;
    (batch.emplace_back(std::move(messages)), ...);
    handlers.on_messages(batch);
  }
  void lose(std::string why) { handlers.on_close(Error(Errc::connection_closed, std::move(why))); }

  Handlers handlers;
  std::vector<Message> sent;
  std::string trace;  // s = send, f = flush, c = close
  std::shared_ptr<bool> destroyed;

 private:
  PeerInfo info_;
};

class FakeTransport final : public Transport {
 public:
  std::string_view scheme() const noexcept override { return "fake"; }
  Result<std::unique_ptr<Listener>> listen(asio::any_io_executor, const Endpoint& at,
                                           ConnectionOptions options, AcceptHandler on_accept) override {
    if (at.host == "taken") return fail(Errc::already_exists, at.str() + " is in use");
    class Open final : public Listener {
     public:
      Open(Endpoint at, int* count) : at_(std::move(at)), count_(count) { ++*count_; }
      ~Open() override { --*count_; }
      Endpoint endpoint() const override { return at_; }

     private:
      Endpoint at_;
      int* count_;
    };
    hello = options.hello;
    accept = std::move(on_accept);
    return std::make_unique<Open>(at, &listeners);
  }
  void connect(asio::any_io_executor, const Endpoint&, ConnectionOptions options,
               ConnectHandler on_connect) override {
    hello = options.hello;
    dials.push_back(std::move(on_connect));
  }

  Hello hello;  // of the last listen or connect
  AcceptHandler accept;
  std::vector<ConnectHandler> dials;
  int listeners = 0;
};

}  // namespace mesoscore::test
