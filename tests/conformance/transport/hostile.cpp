// Peers that are silent, rude, or of another version. Sockets only, except for the version.
#include "harness.hpp"
#include "mesoscore/rng.hpp"
#include "raw.hpp"
#include "wire/codec.hpp"

using namespace mesoscore;

namespace {

bool still_works(Net& net) {
  const std::size_t before = net.accepted.size();
  const auto connected = net.connect();
  return connected && net.until([&] { return net.accepted.size() == before + 1; });
}

}  // namespace

TEST_CASE("a peer of another version is refused on both sides") {
  FOR_EACH_TRANSPORT(net);
  net.client_options.hello.major = kProtocolMajor + 1;
  net.listen();
  const auto result = net.connect();
  REQUIRE_FALSE(result);
  CHECK(result.error() == Errc::version_mismatch);
  CHECK(result.error().message.find("version " + std::to_string(kProtocolMajor)) != std::string::npos);
  CHECK(result.error().message.find("version " + std::to_string(kProtocolMajor + 1)) != std::string::npos);
  net.run_for(20ms);
  CHECK(net.accepted.empty());
  net.client_options.hello.major = kProtocolMajor;
  net.client_options.hello.minor = kProtocolMinor + 7;  // minor versions get along
  CHECK(still_works(net));
}

TEST_CASE("a peer of another version is told why before the end") {
  FOR_EACH_STREAM(net);
  net.listen();
  Raw raw(net.endpoint);
  raw.send(hello_bytes(kProtocolMajor + 1));
  REQUIRE(net.until([&] { return raw.ended(); }));
  CHECK(raw.received.find("MSC1") == 4);
  CHECK(raw.received.find("speaks protocol version 2, this side version 1") != std::string::npos);
  CHECK(net.accepted.empty());
}

TEST_CASE("a peer that connects and says nothing is dropped in time") {
  FOR_EACH_STREAM(net);
  net.server_options.handshake_timeout = 100ms;
  net.listen();
  Raw silent(net.endpoint);
  Raw half(net.endpoint);
  half.send(hello_bytes(kProtocolMajor).substr(0, 9));
  CHECK(still_works(net));  // they hold up nobody
  REQUIRE(net.until([&] { return silent.ended() && half.ended(); }, 2s));
  CHECK(net.accepted.size() == 1);
  CHECK(still_works(net));
}

TEST_CASE("a listener that never speaks: connecting fails in time") {
  FOR_EACH_STREAM(net);
  const SilentListener silent(Endpoint::parse(net.endpoint).value());
  net.endpoint = silent.endpoint;
  net.client_options.handshake_timeout = 100ms;
  const auto begin = std::chrono::steady_clock::now();
  const auto result = net.connect();
  REQUIRE_FALSE(result);
  CHECK(result.error() == Errc::io_error);
  CHECK(result.error().message.find("in time") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
}

TEST_CASE("garbage instead of a hello is answered and dropped") {
  FOR_EACH_STREAM(net);
  net.listen();
  const std::vector<std::string> rude = {"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
                                         std::string(100'000, 'x'),
                                         std::string(3, '\0'),
                                         framed(""),
                                         framed("MSC1"),
                                         framed("MSC1\xff\xff\xff"),
                                         framed("MSC2\x10\x01"),
                                         std::string("\xff\xff\xff\xff", 4)};
  std::vector<Raw> raws;
  for (const std::string& bytes : rude) {
    raws.emplace_back(net.endpoint);
    raws.back().send(bytes);
  }
  CHECK(still_works(net));
  for (std::size_t i = 0; i < raws.size(); ++i) {
    if (i == 2) continue;  // too short to be judged: the timeout's case
    INFO("bytes " << i);
    REQUIRE(net.until([&] { return raws[i].ended(); }));
    CHECK(raws[i].received.find("MSC1") == 4);
  }
  CHECK(raws[0].received.find("does not speak our protocol") != std::string::npos);
  CHECK(net.accepted.size() == 1);
}

TEST_CASE("garbage after the hello ends the connection with a reason") {
  FOR_EACH_STREAM(net);
  net.listen();
  Raw raw(net.endpoint);
  raw.send(hello_bytes(kProtocolMajor));
  REQUIRE(net.until([&] { return !net.accepted.empty(); }));
  net.server.attach(net.accepted.front());
  std::string good;
  wire::encode(numbered(0), good);
  raw.send(framed(good));
  raw.send(framed("\x0a\xff garbage"));
  REQUIRE(net.until([&] { return net.server.closed && raw.ended(); }));
  CHECK(*net.server.closed == Errc::protocol_error);
  CHECK(net.server.numbers.size() == 1);
  CHECK(raw.received.find(net.server.closed->message) != std::string::npos);
  CHECK(still_works(net));
}

TEST_CASE("random bytes never harm the listener") {
  FOR_EACH_STREAM(net);
  net.server_options.handshake_timeout = 200ms;
  net.listen([&](std::shared_ptr<Connection> connection) {
    connection->start({[](auto) {}, [](const Error&) {}});
    net.accepted.push_back(std::move(connection));
  });
  Rng rng(7);
  std::vector<Raw> raws;
  for (int i = 0; i < 100; ++i) {
    std::string bytes = i % 2 == 0 ? hello_bytes(kProtocolMajor) : std::string();
    const std::uint64_t size = rng.below(2000);
    for (std::uint64_t j = 0; j < size; ++j) bytes += static_cast<char>(rng.next());
    raws.emplace_back(net.endpoint);
    raws.back().send(bytes);
    if (i % 3 == 0) raws.back().reset_on_close();
    if (i % 4 == 0) raws.pop_back();
    net.io.poll();
  }
  net.run_for(300ms);
  net.accepted.clear();
  CHECK(still_works(net));
}

TEST_CASE("a message of a newer minor version is passed over") {
  FOR_EACH_STREAM(net);
  net.listen();
  Raw raw(net.endpoint);
  raw.send(hello_bytes(kProtocolMajor));
  REQUIRE(net.until([&] { return !net.accepted.empty(); }));
  net.server.attach(net.accepted.front());
  std::string good;
  wire::encode(numbered(0), good);
  raw.send(framed("\xa2\x06\x02hi") + framed(good));  // number 100
  REQUIRE(net.until([&] { return net.server.numbers.size() == 1; }));
  CHECK_FALSE(net.server.closed);
}

TEST_CASE("a connection that is reset is reported as closed") {
  FOR_EACH_STREAM(net);
  net.listen();
  {
    Raw raw(net.endpoint);
    raw.send(hello_bytes(kProtocolMajor));
    REQUIRE(net.until([&] { return !net.accepted.empty(); }));
    net.server.attach(net.accepted.front());
    raw.send(std::string("\0\0\1", 3));
    net.run_for(20ms);
    raw.reset_on_close();
  }
  REQUIRE(net.until([&] { return net.server.closed.has_value(); }));
  CHECK(*net.server.closed == Errc::connection_closed);
}
