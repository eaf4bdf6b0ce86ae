#include <sys/socket.h>

#include <optional>

#include "support/catch.hpp"
#include "support/folder.hpp"
#include "world.hpp"

namespace mesoscore {
namespace {

using asio::ip::tcp;
using asio::local::stream_protocol;
using namespace std::chrono_literals;
using test::tiny_answer;
using test::World;

TEST_CASE("an answer has its status, its headers and its body") {
  World world;
  const auto hello = world.get("/hello");
  REQUIRE(hello);
  CHECK(hello->status == 200);
  CHECK(hello->body == "hello");
  CHECK(hello->bytes == 5);
  CHECK(hello->header("content-length") == "5");
  const auto missing = world.get("/missing");
  REQUIRE(missing);
  CHECK(missing->status == 404);
  CHECK(missing->header("x-why") == "because");
  CHECK(missing->header("x-other").empty());
}

TEST_CASE("a request has its method, its headers and its body, and nothing else") {
  World world;
  const auto echo = world.ask({.method = "POST",
                               .url = world.url("/echo"),
                               .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}},
                               .body = std::string("{\0}", 3)});
  REQUIRE(echo);
  CHECK(echo->body.starts_with("POST /echo HTTP/1.1\r\n"));
  CHECK(echo->body.ends_with(std::string("\r\n\r\n{\0}", 7)));
  CHECK(echo->body.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(echo->body.find("X-Empty:") != std::string::npos);
  CHECK(echo->body.find("Expect") == std::string::npos);
  const auto empty = world.ask({.method = "DELETE", .url = world.url("/echo")});
  REQUIRE(empty);
  CHECK(empty->body.starts_with("DELETE /echo HTTP/1.1\r\n"));
  CHECK(empty->body.find("Content-Type") == std::string::npos);
}

TEST_CASE("connections are used again, over tcp and over unix sockets") {
  World world;
  for (int i = 0; i < 5; ++i) CHECK(world.get("/hello"));
  CHECK(world.server.connections == 1);

  const test::Folder folder;
  test::TinyServer<stream_protocol> server(world.context, folder / "socket", tiny_answer);
  for (int i = 0; i < 5; ++i) {
    const auto hello = world.ask({.url = "http://name/hello", .unix_socket = folder / "socket"});
    REQUIRE(hello);
    CHECK(hello->body == "hello");
  }
  CHECK(server.connections == 1);
}

TEST_CASE("not more connections are made than are allowed") {
  World world;
  world.client = http::Client(world.context.get_executor(), {.max_connections = 3, .max_idle = 3});
  int answers = 0;
  for (int i = 0; i < 50; ++i) {
    world.client.start({.url = world.url("/hello")},
                       [&](Result<http::Response> got) { answers += got ? 1 : 1000; });
  }
  world.run_until([&] { return answers >= 50; });
  CHECK(answers == 50);
  CHECK(world.server.connections == 3);
}

TEST_CASE("nobody who listens is an error that says where") {
  World world;
  const auto closed = world.ask({.url = "http://127.0.0.1:1/"});
  REQUIRE_FALSE(closed);
  CHECK(closed.error() == Errc::connection_refused);
  CHECK(closed.error().message == "GET http://127.0.0.1:1/: Connection refused");
  const auto none = world.ask({.url = "http://docker/_ping", .unix_socket = "/nonexistent/docker.sock"});
  REQUIRE_FALSE(none);
  CHECK(none.error() == Errc::connection_refused);
  CHECK(none.error().message ==
        "GET http://docker/_ping at /nonexistent/docker.sock: No such file or directory");
}

TEST_CASE("an answer that breaks off is an error, and so is none") {
  World world;
  for (const char* path : {"/half", "/closed"}) {
    const auto broken = world.get(path);
    REQUIRE_FALSE(broken);
    CAPTURE(broken.error().message);
    CHECK(broken.error() == Errc::connection_closed);
  }
  const auto other = world.get("/not-http");
  REQUIRE_FALSE(other);
  CHECK(other.error() == Errc::protocol_error);
}

TEST_CASE("who does not answer in time is given up") {
  World world;
  const auto began = std::chrono::steady_clock::now();
  const auto silent = world.ask({.url = world.url("/silent"), .timeout = 100ms});
  REQUIRE_FALSE(silent);
  CHECK(silent.error().code == std::errc::timed_out);
  const auto stalled = world.ask({.url = world.url("/slow"), .stall_timeout = 100ms});
  REQUIRE_FALSE(stalled);
  CHECK(stalled.error().code == std::errc::timed_out);
  CHECK(stalled.error().message == "GET " + world.url("/slow") + ": not a byte has come for 100 ms");
  CHECK(std::chrono::steady_clock::now() - began >= 200ms);
  CHECK(std::chrono::steady_clock::now() - began < 5s);
}

TEST_CASE("what is too large is not read to its end") {
  World world;
  const auto huge = world.get("/huge");
  REQUIRE_FALSE(huge);
  CHECK(huge.error() == Errc::limit_exceeded);
  CHECK(huge.error().message == "GET " + world.url("/huge") + ": the answer is larger than 1048576 bytes");

  test::TinyServer<tcp> endless(
      world.context, {asio::ip::address_v4::loopback(), 0}, [](const auto&, const auto&) {
        return test::TinyAnswer{"HTTP/1.1 200 OK\r\n\r\n" + std::string(10'000, 'x'), true};
      });
  const std::string url = "http://127.0.0.1:" + std::to_string(endless.endpoint().port());
  const auto body = world.ask({.url = url, .max_body_bytes = 100'000});
  REQUIRE_FALSE(body);
  CHECK(body.error() == Errc::limit_exceeded);

  test::TinyServer<tcp> headers(world.context, {asio::ip::address_v4::loopback(), 0},
                                [](const auto&, const auto&) {
                                  return test::TinyAnswer{"HTTP/1.1 200 OK\r\n" + [] {
                                    std::string lines;
                                    for (int i = 0; i < 100; ++i)
                                      lines += "X-Name: " + std::string(1000, 'x') + "\r\n";
                                    return lines;
                                  }()};
                                });
  const auto head = world.ask({.url = "http://127.0.0.1:" + std::to_string(headers.endpoint().port())});
  REQUIRE_FALSE(head);
  CHECK(head.error() == Errc::limit_exceeded);
}

TEST_CASE("data is given away piece by piece, of good answers only") {
  World world;
  std::string data;
  const auto take = [&](std::string_view piece) -> Status {
    data += piece;
    return {};
  };
  const auto pieces = world.ask({.url = world.url("/pieces"), .max_body_bytes = 0, .on_data = take});
  REQUIRE(pieces);
  CHECK(data == "abcdef");
  CHECK(pieces->body.empty());
  CHECK(pieces->bytes == 6);
  data.clear();
  const auto missing = world.ask({.url = world.url("/missing"), .max_body_bytes = 0, .on_data = take});
  REQUIRE(missing);
  CHECK(missing->body == "there is no such thing");
  CHECK(data.empty());

  test::TinyServer<tcp> long_error(
      world.context, {asio::ip::address_v4::loopback(), 0}, [](const auto&, const auto&) {
        return test::TinyAnswer{"HTTP/1.1 500 Oh\r\n\r\n" + std::string(10'000, 'x'), true};
      });
  const auto cut = world.ask({.url = "http://127.0.0.1:" + std::to_string(long_error.endpoint().port()),
                              .max_body_bytes = 0,
                              .on_data = take});
  REQUIRE(cut);
  CHECK(cut->status == 500);
  CHECK((cut->body == std::string(65'536, 'x')));
}

TEST_CASE("the error of who takes the data is the result") {
  World world;
  const auto full = world.ask({.url = world.url("/hello"), .on_data = [](std::string_view) -> Status {
                                 return fail(Errc::io_error, "the disk is full");
                               }});
  REQUIRE_FALSE(full);
  CHECK(full.error() == Errc::io_error);
  CHECK(full.error().message == "GET " + world.url("/hello") + ": the disk is full");
}

TEST_CASE("redirects are followed as far as is allowed, and never to files") {
  World world;
  const auto not_followed = world.get("/again");
  REQUIRE(not_followed);
  CHECK(not_followed->status == 302);
  CHECK(not_followed->redirect_url == world.url("/hello"));
  const auto followed = world.ask({.url = world.url("/again"), .max_redirects = 1});
  REQUIRE(followed);
  CHECK(followed->body == "hello");
  CHECK(followed->url == world.url("/hello"));
  const auto for_ever = world.ask({.url = world.url("/for-ever"), .max_redirects = 5});
  REQUIRE_FALSE(for_ever);
  CHECK(for_ever.error() == Errc::limit_exceeded);
  const auto file = world.ask({.url = world.url("/ftp"), .max_redirects = 5});
  REQUIRE_FALSE(file);
  CHECK(file.error() == Errc::protocol_error);
}

TEST_CASE("malformed requests are refused") {
  World world;
  const http::Request wrong[] = {
      {.url = "file:///etc/passwd"},
      {.url = "http://host\r\nX-Evil: 1"},
      {.method = "GET / HTTP/1.1\r\nX-Evil: 1\r\n", .url = world.url("/hello")},
      {.url = world.url("/hello"), .headers = {{"X", "1\r\nX-Evil: 1"}}},
      {.url = world.url("/hello"), .headers = {{"X: 1\r\nY", "1"}}},
      {.url = world.url("/hello"), .max_body_bytes = 0},
      {.url = ""},
  };
  for (const http::Request& request : wrong) {
    CAPTURE(request.url, request.method);
    const auto refused = world.ask(request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == Errc::invalid_argument);
  }
  CHECK(world.server.connections == 0);
}

TEST_CASE("a cancelled call says nothing, whenever it is cancelled") {
  World world;
  bool called = false;
  const auto note = [&](const Result<http::Response>&) { called = true; };
  world.client.cancel(world.client.start({.url = world.url("/hello")}, note));
  const auto silent = world.client.start({.url = world.url("/silent")}, note);
  CHECK(world.get("/hello"));
  world.client.cancel(silent);
  http::CallId own = http::CallId::none;
  own = world.client.start({.url = world.url("/hello"),
                            .on_data = [&](std::string_view) -> Status {
                              world.client.cancel(own);
                              return {};
                            }},
                           note);
  CHECK(world.get("/hello"));
  world.client.cancel(http::CallId{12345});
  world.context.run_for(50ms);
  CHECK_FALSE(called);
}

TEST_CASE("a client may be destroyed at any time") {
  World world;
  int called = 0;
  const auto note = [&](const Result<http::Response>&) { ++called; };
  std::optional<http::Client> client(world.context.get_executor());
  SECTION("at once") { client->start({.url = world.url("/hello")}, note); }
  SECTION("while a call is under way") {
    client->start({.url = world.url("/silent"), .stall_timeout = 1h}, note);
    CHECK(world.get("/hello"));
  }
  SECTION("by who takes data") {
    client->start({.url = world.url("/hello"),
                   .on_data = [&](std::string_view) -> Status {
                     client.reset();
                     return {};
                   }},
                  note);
    world.run_until([&] { return !client; });
  }
  SECTION("by a handler") {
    client->start({.url = world.url("/hello")}, [&](const Result<http::Response>&) { client.reset(); });
    client->start({.url = world.url("/silent")}, note);
    world.run_until([&] { return !client; });
    CHECK_FALSE(client);
  }
  client.reset();
  world.context.run_for(50ms);
  CHECK(called == 0);
}

TEST_CASE("a handler may start the next call") {
  World world;
  int answers = 0;
  std::function<void(Result<http::Response>)> next = [&](const Result<http::Response>& got) {
    REQUIRE(got);
    if (++answers < 10) world.client.start({.url = world.url("/hello")}, next);
  };
  world.client.start({.url = world.url("/hello")}, next);
  world.run_until([&] { return answers == 10; });
  CHECK(answers == 10);
  CHECK(world.server.connections == 1);
}

TEST_CASE("sockets may be made by the caller") {
  World world;
  int made = 0;
  const auto open_socket = [&](int family, int type, int protocol) -> Result<int> {
    ++made;
    return ::socket(family, type | SOCK_CLOEXEC, protocol);
  };
  CHECK(world.get("/hello"));
  for (int i = 0; i < 2; ++i) CHECK(world.ask({.url = world.url("/hello"), .open_socket = open_socket}));
  CHECK(world.get("/hello"));
  CHECK(made == 2);
  CHECK(world.server.connections == 3);
  const auto failed = world.ask({.url = world.url("/hello"), .open_socket = [](int, int, int) -> Result<int> {
                                   return fail(Errc::permission_denied, "no such network namespace");
                                 }});
  REQUIRE_FALSE(failed);
  CHECK(failed.error() == Errc::permission_denied);
  CHECK(failed.error().message == "GET " + world.url("/hello") + ": no such network namespace");
}

}  // namespace
}  // namespace mesoscore
