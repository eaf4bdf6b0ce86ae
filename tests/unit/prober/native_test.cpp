// TCP and HTTP probes against servers of the test.
#include <fcntl.h>
#include <sys/socket.h>

#include <chrono>
#include <optional>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/v6_only.hpp>

#include "mesoscore/probers/native.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"
#include "unit/http/tiny_server.hpp"

namespace mesoscore::test {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

TinyAnswer answer(const std::string& head, const std::string& body) {
  const auto redirect = [](const std::string& to) {
    return TinyAnswer{with_length("", "HTTP/1.1 302 Found\r\nLocation: " + to)};
  };
  const std::string path = head.substr(4, head.find(' ', 4) - 4);
  if (path == "/") return {with_length("root")};
  if (path == "/twice") return redirect("/again");
  if (path == "/away") return redirect("http://127.0.0.1:1/");
  if (path == "/name") return redirect("http://localhost/");
  if (path == "/endless") return {"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n", true};
  if (path == "/big") return {with_length(std::string(3 << 20, 'x'))};
  if (path == "/busy") return {with_length("", "HTTP/1.1 503 Service Unavailable")};
  return tiny_answer(head, body);
}

class World {
 public:
  explicit World(probers::NativeOptions options = {})
      : server(io, {asio::ip::address_v4::loopback(), 0}, answer), prober(probers::native(options)) {
    prober->start(io.get_executor());
  }
  ~World() { prober->stop(); }

  Result<ProbeResult> probe(const Probe& what, Duration timeout = 5s, pid_t pid = 0) {
    std::optional<Result<ProbeResult>> found;
    prober->probe(what, pid, timeout, [&](Result<ProbeResult> result) { found = std::move(result); });
    CHECK_FALSE(found);  // never from within
    while (!found) {
      if (io.stopped()) io.restart();
      REQUIRE(io.run_one_for(20s) == 1);
    }
    return *found;
  }
  Result<ProbeResult> get(const std::string& path, Duration timeout = 5s) {
    return probe(HttpProbe{.port = port(), .path = path}, timeout);
  }
  std::uint32_t port() const { return server.endpoint().port(); }

  asio::io_context io;
  TinyServer<tcp> server;
  std::shared_ptr<Prober> prober;
};

std::uint32_t unused_port() {
  asio::io_context io;
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  return acceptor.local_endpoint().port();
}

// Listens, and accepts nobody: the queue is full, and connections hang.
class FullServer {
 public:
  FullServer() : acceptor_(io_, tcp::v4()) {
    acceptor_.bind({asio::ip::address_v4::loopback(), 0});
    ::listen(acceptor_.native_handle(), 0);
    for (int i = 0; i < 3; ++i) {
      tcp::socket& socket = waiting_.emplace_back(io_, tcp::v4());
      const tcp::endpoint at = acceptor_.local_endpoint();
      ::fcntl(socket.native_handle(), F_SETFL, O_NONBLOCK);
      ::connect(socket.native_handle(), at.data(), static_cast<socklen_t>(at.size()));
    }
  }
  std::uint32_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::vector<tcp::socket> waiting_;
};

ProbeResult http_result(bool success, std::uint32_t code) {
  return {success, {.type = CheckType::http, .status_code = code}};
}
ProbeResult tcp_result(bool success) { return {success, {.type = CheckType::tcp, .succeeded = success}}; }

}  // namespace

TEST_CASE("a TCP probe succeeds when it is accepted, and a refusal is a result") {
  World world;
  CHECK(world.probe(TcpProbe{.port = world.port()}).value() == tcp_result(true));
  const auto refused = world.probe(TcpProbe{.port = unused_port()});
  INFO((refused ? "" : refused.error().message));
  CHECK(refused.value() == tcp_result(false));
  CHECK(world.probe(TcpProbe{.port = world.port()}, 0s).value() == tcp_result(true));  // without a timeout
}

TEST_CASE("a TCP probe that takes too long has no result") {
  World world;
  FullServer full;
  const auto found = world.probe(TcpProbe{.port = full.port()}, 50ms);
  REQUIRE_FALSE(found);
  CHECK(found.error().code == std::errc::timed_out);
  CHECK(found.error().message ==
        "no connection to 127.0.0.1:" + std::to_string(full.port()) + " within 0.05 s");
}

TEST_CASE("an HTTP probe succeeds with 200 to 399") {
  World world;
  CHECK(world.get("/hello").value() == http_result(true, 200));
  CHECK(world.get("").value() == http_result(true, 200));
  CHECK(world.get("/missing").value() == http_result(false, 404));
  CHECK(world.get("/busy").value() == http_result(false, 503));
  CHECK(world.get("/pieces", 0s).value() == http_result(true, 200));
}

TEST_CASE("redirects to the same host and port are followed, others are the result") {
  World world;
  CHECK(world.get("/twice").value() == http_result(true, 200));
  CHECK(world.server.connections == 3);
  CHECK(world.get("/away").value() == http_result(true, 302));
  CHECK(world.get("/name").value() == http_result(true, 302));
  CHECK(world.get("/ftp").value() == http_result(true, 302));
}

TEST_CASE("redirects in a circle have no result") {
  World world({.max_redirects = 3});
  const auto found = world.get("/for-ever");
  REQUIRE_FALSE(found);
  CHECK(found.error().message == "more than 3 redirects");
  CHECK(world.server.connections == 4);
}

TEST_CASE("a large answer is read and thrown away, an endless one takes too long") {
  World world;
  CHECK(world.get("/big").value() == http_result(true, 200));
  for (const char* path : {"/endless", "/slow", "/silent"}) {
    const auto found = world.get(path, 100ms);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == std::errc::timed_out);
    CHECK(found.error().message == "no complete answer within 0.1 s");
  }
}

TEST_CASE("redirects do not get more time") {
  World world({.max_redirects = 1000000});
  const auto begin = std::chrono::steady_clock::now();
  const auto found = world.get("/for-ever", 200ms);
  REQUIRE_FALSE(found);
  CHECK(found.error().code == std::errc::timed_out);
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("an HTTP probe that cannot be made says why") {
  World world;
  const auto refused = world.probe(HttpProbe{.port = unused_port()});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "connection refused");
  for (const char* path : {"/closed", "/half", "/not-http"}) {
    const auto found = world.get(path);
    REQUIRE_FALSE(found);
    CHECK(found.error().message.size() > 10);
  }
  CHECK(world.get("/hello"));
}

TEST_CASE("https to who does not speak it has no result") {
  World world;
  const auto found = world.probe(HttpProbe{.port = world.port(), .scheme = "https"}, 200ms);
  REQUIRE_FALSE(found);
}

TEST_CASE("probes over IPv6") {
  World world;
  const auto nobody = world.probe(TcpProbe{.port = world.port(), .ipv6 = true});
  if (!nobody) return skip("there is no IPv6 here: " + nobody.error().message);
  CHECK(nobody.value() == tcp_result(false));  // it listens on 127.0.0.1 only
  TinyServer<tcp> six(world.io, {asio::ip::address_v6::loopback(), 0}, answer);
  const std::uint32_t port = six.endpoint().port();
  CHECK(world.probe(TcpProbe{.port = port, .ipv6 = true}).value() == tcp_result(true));
  CHECK(world.probe(TcpProbe{.port = port}).value() == tcp_result(false));
  CHECK(world.probe(HttpProbe{.port = port, .path = "/twice", .ipv6 = true}).value() ==
        http_result(true, 200));
}

TEST_CASE("what is no probe for it is refused") {
  World world;
  for (const Probe& what : {Probe(CommandInfo{.value = "true"}), Probe(TcpProbe{.port = 0}),
                            Probe(TcpProbe{.port = 65536}), Probe(HttpProbe{.port = 70000})}) {
    const auto found = world.probe(what);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == make_error_code(Errc::invalid_argument));
  }
  CHECK(world.probe(TcpProbe{.port = 65536}).error().message == "port 65536: give one from 1 to 65535");
}

TEST_CASE("only so many at once, and the time of the others counts from their turn") {
  World world({.max_at_once = 2});
  int ended = 0, good = 0;
  const auto count = [&](Result<ProbeResult> result) {
    ++ended;
    good += result && result->success;
  };
  for (int i = 0; i < 2; ++i)
    world.prober->probe(HttpProbe{.port = world.port(), .path = "/silent"}, 0, 300ms, count);
  for (int i = 0; i < 20; ++i)
    world.prober->probe(HttpProbe{.port = world.port(), .path = "/hello"}, 0, 250ms, count);
  while (world.server.connections < 2) world.io.run_one_for(1s);
  world.io.run_for(100ms);
  CHECK(world.server.connections == 2);
  while (ended < 22) REQUIRE(world.io.run_one_for(5s) == 1);
  CHECK(good == 20);
}

TEST_CASE("after stop() nothing is called any more") {
  World world({.max_at_once = 1});
  int called = 0;
  for (int i = 0; i < 3; ++i)
    world.prober->probe(HttpProbe{.port = world.port(), .path = "/hello"}, 0, 5s,
                        [&](const auto&) { ++called; });
  world.prober->probe(TcpProbe{.port = world.port()}, 0, 5s, [&](const auto&) { ++called; });
  world.prober->stop();
  world.io.run_for(50ms);
  CHECK(called == 0);
}

TEST_CASE("a handler may stop the prober, and make the next probe") {
  World world({.max_at_once = 1});
  int called = 0;
  world.prober->probe(TcpProbe{.port = world.port()}, 0, 5s, [&](const auto&) {
    ++called;
    world.prober->probe(HttpProbe{.port = world.port(), .path = "/hello"}, 0, 5s, [&](const auto&) {
      ++called;
      world.prober->stop();
    });
  });
  while (called < 2) REQUIRE(world.io.run_one_for(5s) == 1);
}

}  // namespace mesoscore::test
