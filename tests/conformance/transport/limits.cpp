// Every bound is reached here: what happens is said on both sides, and nobody else is harmed.
#include <sys/resource.h>
#include <unistd.h>

#include "harness.hpp"
#include "raw.hpp"

using namespace mesoscore;

namespace {

bool mentions(const std::optional<Error>& error, const std::string& what) {
  return error && error->message.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("a frame over the sender's limit: clear on both sides, others unharmed") {
  FOR_EACH_STREAM(net);
  net.client_options.limits.max_frame_bytes = 10'000;
  net.make_pair();
  auto other = net.connect();
  REQUIRE(other);
  Peer bystander;
  bystander.attach(*other);
  net.client.send(0, 3);
  net.client.send_all(3, 1, 20'000);
  REQUIRE(net.until([&] { return net.client.closed && net.server.closed; }));
  CHECK(*net.client.closed == Errc::limit_exceeded);
  CHECK(mentions(net.client.closed, "ExecutorMessage of 200"));
  CHECK(mentions(net.client.closed, "10000"));
  CHECK(*net.server.closed == Errc::limit_exceeded);
  CHECK(mentions(net.server.closed, "10000"));
  CHECK(net.server.numbers.size() == 3);  // what was sent before arrives
  REQUIRE(net.until([&] { return net.accepted.size() == 1; }));
  Peer its_server;
  its_server.attach(net.accepted.front());
  bystander.send_all(0, 5);
  CHECK(net.until([&] { return its_server.numbers.size() == 5; }));
}

TEST_CASE("a frame over the receiver's limit: clear on both sides") {
  FOR_EACH_STREAM(net);
  net.server_options.limits.max_frame_bytes = 10'000;
  net.make_pair();
  net.client.send(0, 3);
  net.client.send_all(3, 1, 3'000'000);
  REQUIRE(net.until([&] { return net.client.closed && net.server.closed; }));
  CHECK(*net.server.closed == Errc::limit_exceeded);
  CHECK(mentions(net.server.closed, "a frame of 3000"));
  CHECK(*net.client.closed == Errc::limit_exceeded);
  CHECK(mentions(net.client.closed, "10000"));
  CHECK(net.server.numbers.size() == 3);
}

TEST_CASE("a slow reader is dropped, and told") {
  FOR_EACH_TRANSPORT(net);
  net.client_options.limits.max_queued_bytes = 1u << 20;
  net.client_options.limits.max_queued_messages = 1000;
  net.listen();
  auto connected = net.connect();
  REQUIRE(connected);
  net.client.attach(*connected);
  std::size_t most = 0;
  for (std::uint64_t i = 0; i < 100'000 && !net.client.closed; ++i) {
    net.client.send_all(i, 1, 1000);
    most = std::max(most, net.client.connection->stats().queued_bytes);
    if (i % 50 == 0) net.io.poll();
  }
  REQUIRE(net.until([&] { return net.client.closed.has_value(); }));
  CHECK(*net.client.closed == Errc::limit_exceeded);
  CHECK(mentions(net.client.closed, "too slowly"));
  CHECK(most <= net.client_options.limits.max_queued_bytes + 2000);
  // Once it reads, it gets what had left in time, whole, and then the reason.
  net.server.attach(net.accepted.front());
  REQUIRE(net.until([&] { return net.server.closed.has_value(); }));
  CHECK(*net.server.closed == Errc::limit_exceeded);
  CHECK(mentions(net.server.closed, "too slowly"));
  CHECK(net.server.numbers.size() > 10);
  CHECK(net.server.in_order());
}

TEST_CASE("a slow reader that never reads does not hold the connection for ever") {
  Net net(factory("unix"));  // tcp does the same; each takes as long as a session lingers
  net.client_options.limits.max_queued_bytes = 1u << 20;
  net.listen();
  auto connected = net.connect();
  REQUIRE(connected);
  net.client.attach(*connected);
  connected = fail(Errc::stopped, "");
  net.client.send_all(0, 20'000, 1000);
  REQUIRE(net.until([&] { return net.client.closed.has_value(); }));
  net.client.connection.reset();
  net.listener.reset();
  std::weak_ptr<Connection> server = net.accepted.front();
  const auto begin = std::chrono::steady_clock::now();
  net.io.restart();
  net.io.run();  // until the linger time is over: the server's side has no pending operation
  CHECK(std::chrono::steady_clock::now() - begin < 8s);
  CHECK_FALSE(server.expired());
}

TEST_CASE("more than max_connections are refused at once, and a place that is free again is given") {
  FOR_EACH_TRANSPORT(net);
  net.server_options.limits.max_connections = 3;
  net.listen();
  std::vector<std::shared_ptr<Connection>> connections;
  for (int i = 0; i < 3; ++i) connections.push_back(net.connect().value());
  const auto fourth = net.connect();
  REQUIRE_FALSE(fourth);
  CHECK(fourth.error() == Errc::connection_refused);
  CHECK(fourth.error().message.find("max_connections") != std::string::npos);
  REQUIRE(net.until([&] { return net.accepted.size() == 3; }));
  net.accepted.pop_back();
  bool again = false;
  REQUIRE(net.until([&] {
    again = net.connect().has_value();
    return again;
  }));
}

TEST_CASE("the accept loop survives the end of file descriptors") {
  FOR_EACH_STREAM(net);
  net.listen();
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  std::vector<Raw> raws;
  for (int i = 0; i < 20; ++i)
    raws.emplace_back(net.endpoint);  // the system completes them; we have not accepted
  const int next = ::dup(0);
  ::close(next);
  rlimit low = before;
  low.rlim_cur = static_cast<rlim_t>(next) + 4;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  for (Raw& raw : raws) raw.send(hello_bytes(kProtocolMajor));
  net.run_for(300ms);
  const std::size_t during = net.accepted.size();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(during < 20);
  CHECK(net.until([&] { return net.accepted.size() == 20; }));
}
