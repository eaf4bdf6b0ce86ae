// Messages arrive once, whole, in order, in batches; nothing happens before its time.
#include "harness.hpp"

using namespace mesoscore;

TEST_CASE("both sides learn who the other is") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  CHECK(net.client.connection->peer().hello.role == PeerRole::master);
  CHECK(net.client.connection->peer().hello.software == "server");
  CHECK(net.client.connection->peer().hello.capabilities == 1);
  CHECK(net.server.connection->peer().hello.role == PeerRole::agent);
  CHECK(net.server.connection->peer().hello.software == "client");
  CHECK(net.server.connection->peer().hello.capabilities == 2);
  const std::string scheme =
      std::string(net.set.find(Endpoint::parse(net.endpoint)->scheme).value()->scheme());
  CHECK(net.client.connection->peer().address.starts_with(scheme + "://"));
  CHECK(net.server.connection->peer().address.starts_with(scheme + "://"));
}

TEST_CASE("messages arrive in order, both ways") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  constexpr std::uint64_t kCount = 20'000;
  for (std::uint64_t i = 0; i < kCount; i += 100) {
    net.client.send_all(i, 100);
    net.server.send_all(i, 100, i % 300);
    net.io.poll();
  }
  REQUIRE(
      net.until([&] { return net.server.numbers.size() == kCount && net.client.numbers.size() == kCount; }));
  CHECK(net.server.in_order());
  CHECK(net.client.in_order());
  CHECK(net.client.connection->stats().messages_sent == kCount);
  CHECK(net.client.connection->stats().messages_received == kCount);
  CHECK(net.client.connection->stats().queued_messages == 0);
  CHECK((net.client.connection->stats().bytes_sent > 0) == net.factory.stream);
}

TEST_CASE("what is flushed together arrives together") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  net.client.send_all(0, 500);
  REQUIRE(net.until([&] { return net.server.numbers.size() == 500; }));
  // Over a socket a first, small buffer may split it, and much is delivered in parts of 64.
  CHECK(net.server.batches <= (net.factory.stream ? 4u + 500 / 64 : 1u));
}

TEST_CASE("nothing leaves before flush") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  net.client.send(0, 10);
  net.run_for(50ms);
  CHECK(net.server.numbers.empty());
  CHECK(net.client.connection->stats().queued_messages == 10);
  net.client.connection->flush();
  CHECK(net.until([&] { return net.server.numbers.size() == 10; }));
}

TEST_CASE("nothing is delivered before start") {
  FOR_EACH_TRANSPORT(net);
  net.listen();
  auto connected = net.connect();
  REQUIRE(connected);
  net.client.attach(*connected);
  net.client.send_all(0, 10);
  net.run_for(50ms);
  REQUIRE(net.accepted.size() == 1);
  net.server.attach(net.accepted.front());
  CHECK(net.server.numbers.empty());
  CHECK(net.until([&] { return net.server.numbers.size() == 10; }));
  CHECK(net.server.in_order());
}

TEST_CASE("an end before start is reported after it") {
  FOR_EACH_TRANSPORT(net);
  net.listen();
  auto connected = net.connect();
  REQUIRE(connected);
  net.client.attach(*connected);
  net.client.send_all(0, 10);
  net.client.connection->close();
  net.client.connection.reset();
  connected = fail(Errc::stopped, "");
  net.run_for(50ms);
  REQUIRE(net.accepted.size() == 1);
  net.server.attach(net.accepted.front());
  REQUIRE(net.until([&] { return net.server.closed.has_value(); }));
  CHECK(net.server.numbers.size() == 10);
}

TEST_CASE("large messages pass") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  constexpr std::size_t kLoad = (4u << 20) - 8;
  net.client.send_all(0, 6, kLoad);
  net.client.send_all(6, 1);
  net.server.send_all(0, 2, kLoad);
  REQUIRE(net.until([&] { return net.server.numbers.size() == 7 && net.client.numbers.size() == 2; }));
  CHECK(net.server.in_order());
  CHECK(net.server.load_bytes == 6 * (kLoad + 8) + 8);
  CHECK(net.client.in_order());
}

TEST_CASE("handlers are never called from inside a call") {
  FOR_EACH_TRANSPORT(net);
  bool inside = true;
  bool broken = false;
  net.server_options.limits.max_frame_bytes = 1000;
  net.client_options.limits.max_queued_messages = 20;
  net.client_options.limits.max_queued_bytes = 10'000;
  net.listen([&](std::shared_ptr<Connection> connection) {
    broken |= inside;
    net.accepted.push_back(std::move(connection));
  });
  std::shared_ptr<Connection> mine;
  net.connect([&](Result<std::shared_ptr<Connection>> result) {
    broken |= inside;
    mine = result.value();
  });
  inside = false;
  REQUIRE(net.until([&] { return mine && !net.accepted.empty(); }));
  inside = true;
  for (Peer* peer : {&net.client, &net.server}) {
    peer->on_batch = [&](auto) { broken |= inside; };
    peer->on_closed = [&] { broken |= inside; };
  }
  net.server.attach(net.accepted.front());
  net.client.attach(mine);
  net.client.send_all(0, 5);
  inside = false;
  REQUIRE(net.until([&] { return net.server.numbers.size() == 5; }));
  inside = true;
  net.client.send_all(0, 300, 100);  // over the bound
  inside = false;
  REQUIRE(net.until([&] { return net.client.closed && net.server.closed; }));
  CHECK(*net.client.closed == Errc::limit_exceeded);
  CHECK_FALSE(broken);
}

TEST_CASE("messages may be moved out and sent on") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  net.server.on_batch = [&](std::span<Message> messages) {
    for (Message& message : messages) net.server.connection->send(std::move(message));
    net.server.connection->flush();
  };
  net.client.send_all(0, 1000, 200);
  REQUIRE(net.until([&] { return net.client.numbers.size() == 1000; }));
  CHECK(net.client.in_order());
}
