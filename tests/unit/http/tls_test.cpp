// Servers that speak TLS: who is believed, and who is not.
#include "support/skip.hpp"
#include "support/tls_server.hpp"
#include "world.hpp"

namespace mesoscore {
namespace {

using Catch::Matchers::Contains;
using test::skip;
using test::TlsServer;
using test::Trust;
using test::World;

constexpr const char* kStranger = "SSL certificate problem";  // libcurl's words for OpenSSL's

void refused(World& world, const std::string& url, const std::string& why) {
  const auto got = world.ask({.url = url});
  REQUIRE_FALSE(got);
  CHECK(got.error().code == make_error_code(Errc::protocol_error));
  CHECK_THAT(got.error().message, Catch::Matchers::StartsWith("GET " + url + ": ") && Contains(why));
}

void hello(World& world, http::Request request) {
  const auto got = world.ask(std::move(request));
  INFO((got ? "" : got.error().message));
  REQUIRE(got);
  CHECK(got->status == 200);
  CHECK(got->body == "hello");
}

}  // namespace

TEST_CASE("a server whose certificate nobody knows is refused, unless nobody wants to know") {
  if (const std::string why = TlsServer::missing(); !why.empty()) return skip(why);
  const TlsServer server;
  World world;
  refused(world, server.url("/hello"), kStranger);
  hello(world, {.url = server.url("/hello"), .verify_tls = false});
  refused(world, server.url("/hello"), kStranger);  // also when there is a connection to it
}

TEST_CASE("a server is believed if the machine trusts its certificate") {
  if (const std::string why = TlsServer::missing(); !why.empty()) return skip(why);
  const TlsServer server, stranger;
  const Trust trust(server.certificate());
  if (!trust.problem().empty()) return skip(trust.problem());
  World world;
  hello(world, {.url = server.url("/hello")});
  refused(world, stranger.url("/hello"), kStranger);
}

TEST_CASE("a server with the certificate of another host is refused") {
  if (const std::string why = TlsServer::missing(); !why.empty()) return skip(why);
  const TlsServer server("DNS:elsewhere.example");
  const Trust trust(server.certificate());
  if (!trust.problem().empty()) return skip(trust.problem());
  World world;
  refused(world, server.url("/hello"), "'127.0.0.1'");
  hello(world, {.url = server.url("/hello"), .verify_tls = false});
}

TEST_CASE("redirects lead from TLS to plain text and back, and to nobody who is not believed") {
  if (const std::string why = TlsServer::missing(); !why.empty()) return skip(why);
  const TlsServer server, stranger;
  const Trust trust(server.certificate());
  if (!trust.problem().empty()) return skip(trust.problem());
  World world;
  hello(world, {.url = server.url("/to?" + world.url("/hello")), .max_redirects = 1});
  test::TinyServer<asio::ip::tcp> plain(
      world.context, {asio::ip::address_v4::loopback(), 0}, [&](const std::string& head, const std::string&) {
        const auto& to = head.starts_with("GET /known") ? server : stranger;
        return test::TinyAnswer{test::with_length("", "HTTP/1.1 302 Found\r\nLocation: " + to.url("/hello"))};
      });
  const std::string at = "http://127.0.0.1:" + std::to_string(plain.endpoint().port());
  hello(world, {.url = at + "/known", .max_redirects = 1});
  const auto got = world.ask({.url = at + "/other", .max_redirects = 1});
  REQUIRE_FALSE(got);
  CHECK(got.error().code == make_error_code(Errc::protocol_error));
  CHECK_THAT(got.error().message, Contains(at + "/other: ") && Contains(kStranger));
}

TEST_CASE("one who speaks TLS and one who does not do not understand each other") {
  if (const std::string why = TlsServer::missing(); !why.empty()) return skip(why);
  const TlsServer server;
  World world;
  const auto plain = world.ask({.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/hello"});
  REQUIRE_FALSE(plain);
  CHECK(plain.error().code == make_error_code(Errc::connection_closed));
  const std::string url = "https://127.0.0.1:" + std::to_string(world.server.endpoint().port()) + "/hello";
  const auto refused = world.ask({.url = url, .timeout = std::chrono::milliseconds(300)});
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains(url));
}

}  // namespace mesoscore
