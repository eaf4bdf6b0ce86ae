// Many connections, and much traffic both ways.
#include <sys/resource.h>

#include "harness.hpp"

using namespace mesoscore;

TEST_CASE("1,000 connections at once") {
  FOR_EACH_TRANSPORT(net);
  constexpr std::size_t kCount = 1000;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);

  std::vector<std::unique_ptr<Peer>> servers, clients;
  net.client_options.handshake_timeout = 20s;
  net.server_options.handshake_timeout = 20s;
  net.listen([&](std::shared_ptr<Connection> connection) {
    Peer& peer = *servers.emplace_back(std::make_unique<Peer>());
    peer.attach(std::move(connection));
    peer.on_batch = [&peer](std::span<Message> messages) {
      for (Message& message : messages) peer.connection->send(std::move(message));
      peer.connection->flush();
    };
  });
  std::size_t failed = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    net.connect([&](Result<std::shared_ptr<Connection>> result) {
      if (!result) {
        ++failed;
        return;
      }
      Peer& peer = *clients.emplace_back(std::make_unique<Peer>());
      peer.attach(std::move(*result));
      peer.send_all(0, 10);
    });
  }
  REQUIRE(net.until([&] { return failed + clients.size() == kCount; }, 30s));
  REQUIRE(failed == 0);
  const auto all_back = [&] {
    for (const auto& peer : clients) {
      if (peer->numbers.size() < 10) return false;
    }
    return true;
  };
  CHECK(net.until(all_back, 30s));
  for (const auto& peer : clients) REQUIRE(peer->in_order());
  CHECK(servers.size() == kCount);
}

TEST_CASE("a flood both ways at once") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  constexpr std::uint64_t kCount = 100'000, kAtOnce = 500;
  // Each side sends the next part when it has got a part: never more than two parts are under way.
  std::uint64_t sent[2] = {0, 0};
  Peer* const sides[2] = {&net.client, &net.server};
  const auto next = [&](int side) {
    if (sent[side] == kCount) return;
    sides[side]->send_all(sent[side], kAtOnce, 100);
    sent[side] += kAtOnce;
  };
  for (int side : {0, 1}) {
    sides[side]->on_batch = [&, side](auto) {
      while (sent[side] < kCount && sent[side] < sides[side]->numbers.size() + kAtOnce) next(side);
    };
    next(side);
    next(side);
  }
  REQUIRE(net.until(
      [&] { return net.client.numbers.size() == kCount && net.server.numbers.size() == kCount; }, 60s));
  CHECK(net.client.in_order());
  CHECK(net.server.in_order());
}
