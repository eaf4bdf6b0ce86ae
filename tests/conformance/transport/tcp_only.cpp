// Ports, addresses and names.
#include "harness.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "support/skip.hpp"

using namespace mesoscore;

TEST_CASE("port 0: each listener gets a port of its own and tells it") {
  Net one(factory("tcp")), two(factory("tcp"));
  one.listen();
  two.listen();
  const Endpoint a = one.listener->endpoint(), b = two.listener->endpoint();
  CHECK(a.port != 0);
  CHECK(a.port != b.port);
  CHECK(a.str() == "tcp://127.0.0.1:" + std::to_string(a.port));
  CHECK(one.connect().has_value());
}

TEST_CASE("addresses of IPv6 and of both families") {
  if (!ipv6_works()) return test::skip("IPv6 is not available on this machine");
  Net net(factory("tcp"));
  net.endpoint = "tcp://[::]:0";
  net.listen();
  const std::string port = std::to_string(net.listener->endpoint().port);
  CHECK(net.endpoint == "tcp://[::]:" + port);
  for (const char* host : {"[::1]", "127.0.0.1", "localhost"}) {
    INFO(host);
    net.endpoint = std::string("tcp://") + host + ":" + port;
    const auto connected = net.connect();
    REQUIRE(connected);
    REQUIRE(net.until([&] { return !net.accepted.empty(); }));
    CHECK(net.accepted.back()->peer().address.starts_with("tcp://"));
    net.accepted.clear();
  }
}

TEST_CASE("localhost tries both families") {
  Net net(factory("tcp"));
  net.endpoint = "tcp://localhost:0";
  net.listen();
  CHECK(net.connect().has_value());
}

TEST_CASE("a port that cannot be had is said clearly") {
  Net net(factory("tcp"));
  net.endpoint = "tcp://192.0.2.1:0";  // an address of nobody (RFC 5737)
  const auto made = net.set.listen(net.io.get_executor(), net.endpoint, {}, [](auto) {});
  REQUIRE_FALSE(made);
  CHECK(made.error().message.find("cannot listen at tcp://192.0.2.1:0") != std::string::npos);
}

TEST_CASE("connecting to an address that does not answer ends in time") {
  Net net(factory("tcp"));
  net.endpoint = "tcp://192.0.2.1:9";
  net.client_options.handshake_timeout = 100ms;
  const auto result = net.connect();
  REQUIRE_FALSE(result);  // unreachable at once, or no answer in time
  CHECK(result.error().message.find("tcp://192.0.2.1:9") != std::string::npos);
}
