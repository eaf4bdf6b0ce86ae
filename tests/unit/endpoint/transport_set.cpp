#include "mesoscore/transport.hpp"

#include <asio/io_context.hpp>

#include "catch.hpp"
#include "mesoscore/transports/inproc.hpp"

using namespace mesoscore;

TEST_CASE("a scheme that is not composed: what to link and what to add") {
  TransportSet set;
  CHECK(set.find("unix").error().message ==
        "no transport for \"unix\": link mesoscore::transport_unix and add transports::unix_socket() to the "
        "TransportSet (composed: none)");
  set.add(transports::inproc());
  CHECK(set.find("inproc").has_value());
  const auto missing = set.find("tcp");
  REQUIRE_FALSE(missing);
  CHECK(missing.error() == Errc::unsupported_transport);
  CHECK(
      missing.error().message ==
      "no transport for \"tcp\": link mesoscore::transport_tcp and add transports::tcp() to the TransportSet "
      "(composed: inproc)");
  CHECK(set.find("http").error().message == "no transport for \"http\" (composed: inproc)");
}

TEST_CASE("errors of the set come as those of a transport: returned by listen, called back by connect") {
  asio::io_context io;
  TransportSet set;
  set.add(transports::inproc());
  for (const char* endpoint : {"tcp://127.0.0.1:1", "nonsense"}) {
    CHECK_FALSE(set.listen(io.get_executor(), endpoint, {}, [](auto) {}));
    std::optional<Error> error;
    set.connect(io.get_executor(), endpoint, {}, [&](auto result) { error = result.error(); });
    CHECK_FALSE(error);  // not from inside the call
    io.restart();
    io.run();
    REQUIRE(error);
  }
}

TEST_CASE("copies share their transports; a later one of a scheme replaces the earlier") {
  asio::io_context io;
  TransportSet set;
  set.add(transports::inproc());
  const TransportSet copy = set;
  const auto listener = set.listen(io.get_executor(), "inproc://a", {}, [](auto) {});
  REQUIRE(listener);
  CHECK_FALSE(copy.listen(io.get_executor(), "inproc://a", {}, [](auto) {}));
  set.add(transports::inproc());
  CHECK(set.listen(io.get_executor(), "inproc://a", {}, [](auto) {}));
}
