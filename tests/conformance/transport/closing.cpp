// The ends of connections and listeners, in every order.
#include "harness.hpp"

using namespace mesoscore;

TEST_CASE("close delivers what was sent and says so once") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  net.client.send(0, 3000, 2000);  // more than a socket's buffer; not even flushed
  net.client.connection->close();
  net.client.connection.reset();  // does not cut it off
  REQUIRE(net.until([&] { return net.server.closed.has_value(); }));
  CHECK(net.server.numbers.size() == 3000);
  CHECK(net.server.in_order());
  CHECK(*net.server.closed == Errc::connection_closed);
  net.run_for(20ms);
  CHECK(net.server.closes == 1);
  CHECK_FALSE(net.server.after_close);
  CHECK(net.client.closes == 0);
}

TEST_CASE("close delivers while the peer sends without end") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  net.server.send_all(0, 2000, 1000);
  net.run_for(5ms);
  net.server.send_all(2000, 2000, 1000);
  net.client.send(0, 500, 4000);
  net.client.connection->close();
  net.server.send_all(4000, 2000, 1000);
  REQUIRE(net.until([&] { return net.server.closed.has_value(); }));
  CHECK(net.server.numbers.size() == 500);
  const std::size_t before = net.client.numbers.size();
  net.run_for(20ms);
  CHECK(net.client.numbers.size() == before);  // no handler is called after close()
  CHECK(net.client.closes == 0);
}

TEST_CASE("both sides may close at once") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  net.client.send(0, 100);
  net.server.send(0, 100);
  net.client.connection->close();
  net.server.connection->close();
  net.client.connection.reset();
  net.server.connection.reset();
  net.listener.reset();
  const auto begin = std::chrono::steady_clock::now();
  net.io.restart();
  net.io.run();  // nothing is left over that keeps it busy
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
  CHECK(net.client.closes + net.server.closes == 0);
}

TEST_CASE("destroying a connection closes it at once, without a call") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  net.client.send_all(0, 10);
  net.client.connection.reset();
  REQUIRE(net.until([&] { return net.server.closed.has_value(); }));
  CHECK(*net.server.closed == Errc::connection_closed);
  CHECK(net.client.closes == 0);
  net.server.send_all(0, 10);  // after the end: nothing happens
  net.server.connection->close();
  net.run_for(10ms);
  CHECK(net.server.closes == 1);
}

TEST_CASE("a connection may be destroyed in its own handlers") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  const bool in_on_close = GENERATE(false, true);
  if (in_on_close) {
    net.server.on_closed = [&] { net.server.connection.reset(); };
    net.client.connection->close();
  } else {
    net.server.on_batch = [&](std::span<Message> messages) {
      net.server.connection.reset();
      for (const Message& message : messages) number_of(message);  // they live until we return
    };
    net.client.send_all(0, 100, 100);
  }
  REQUIRE(net.until([&] { return !net.server.connection; }));
  if (!in_on_close) {
    REQUIRE(net.until([&] { return net.client.closed.has_value(); }));
    CHECK(net.server.batches == 1);
    CHECK(net.server.closes == 0);
  }
}

TEST_CASE("a connection may be closed in its own handlers") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  net.server.on_batch = [&](auto) {
    net.server.send(0, 7);
    net.server.connection->close();
    net.server.connection.reset();
  };
  net.client.send_all(0, 100, 100);
  REQUIRE(net.until([&] { return net.client.closed.has_value(); }));
  CHECK(net.client.numbers.size() == 7);
  CHECK(net.server.batches == 1);
}

TEST_CASE("what came in one piece is delivered in parts, and none follows a close") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  net.client.send_all(0, 1000);
  REQUIRE(net.until([&] { return net.server.numbers.size() == 1000; }));
  net.server.on_batch = [&](auto) { net.server.connection->close(); };
  const auto before = net.server.batches;
  net.client.send_all(1000, 1000);
  REQUIRE(net.until([&] { return net.client.closed.has_value(); }));
  CHECK(net.server.batches == before + 1);
  CHECK(net.server.closes == 0);
}

TEST_CASE("handlers that were replaced by destruction are not called for what is under way") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  net.client.send_all(0, 100);
  net.server.connection.reset();  // while the messages are on their way
  net.run_for(20ms);
  CHECK(net.server.batches == 0);
  CHECK(net.server.closes == 0);
}

TEST_CASE("a listener may be destroyed in its own handler, and accepted connections outlive it") {
  FOR_EACH_TRANSPORT(net);
  net.listen([&](std::shared_ptr<Connection> connection) {
    net.listener.reset();
    net.accepted.push_back(std::move(connection));
  });
  auto connected = net.connect();
  REQUIRE(connected);
  REQUIRE(net.until([&] { return !net.accepted.empty(); }));
  net.server.attach(net.accepted.front());
  net.client.attach(*connected);
  net.client.send_all(0, 10);
  CHECK(net.until([&] { return net.server.numbers.size() == 10; }));
  const auto again = net.connect();
  REQUIRE_FALSE(again);
  CHECK(again.error() == Errc::connection_refused);
}

TEST_CASE("a connection that nobody keeps is closed") {
  FOR_EACH_TRANSPORT(net);
  net.listen([](std::shared_ptr<Connection>) {});
  auto connected = net.connect();
  REQUIRE(connected);
  net.client.attach(*connected);
  connected = fail(Errc::stopped, "");
  REQUIRE(net.until([&] { return net.client.closed.has_value(); }));
  CHECK(*net.client.closed == Errc::connection_closed);
}

TEST_CASE("everything may be destroyed while work is pending") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  net.client.send_all(0, 1000, 1000);
  net.connect([](auto) {});
  net.io.poll_one();
}

TEST_CASE("a client connects again after its listener came back at the same place") {
  FOR_EACH_TRANSPORT(net);
  net.make_pair();
  const std::string endpoint = net.endpoint;
  for (int round = 0; round < 3; ++round) {
    net.listener.reset();
    net.server.connection.reset();
    REQUIRE(net.until([&] { return net.client.closed.has_value(); }));
    const auto refused = net.connect();
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == Errc::connection_refused);
    net.client.closed.reset();
    net.client.numbers.clear();
    net.make_pair();
    CHECK(net.endpoint == endpoint);
    net.server.send_all(0, 3);
    REQUIRE(net.until([&] { return net.client.numbers.size() == 3; }));
    CHECK(net.client.in_order());
  }
}

TEST_CASE("nobody listens: refused, with the endpoint in the message") {
  FOR_EACH_TRANSPORT(net);
  net.listen();
  net.listener.reset();  // a place where certainly nobody is
  const auto result = net.connect();
  REQUIRE_FALSE(result);
  CHECK(result.error() == Errc::connection_refused);
  CHECK(result.error().message.find(net.endpoint) != std::string::npos);
}

TEST_CASE("a place can be listened at once only") {
  FOR_EACH_TRANSPORT(net);
  net.listen();
  const auto second = net.set.listen(net.io.get_executor(), net.endpoint, net.server_options, [](auto) {});
  REQUIRE_FALSE(second);
  CHECK(second.error() == Errc::already_exists);
  CHECK(net.connect().has_value());  // the first is unharmed
}
