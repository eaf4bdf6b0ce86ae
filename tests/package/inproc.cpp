// The smallest embedder that talks: two peers in one process. Built by every consumer of the package tests.
#include <memory>

#include <asio/io_context.hpp>

#include "mesoscore/resources.hpp"
#include "mesoscore/transport.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "mesoscore/version.hpp"

int main() {
  asio::io_context io;
  mesoscore::TransportSet transports;
  transports.add(mesoscore::transports::inproc());
  int accepted = 0;
  int connected = 0;
  const auto listener =
      transports.listen(io.get_executor(), "inproc://master", {}, [&](auto) { ++accepted; });
  std::shared_ptr<mesoscore::Connection> connection;
  transports.connect(io.get_executor(), "inproc://master", {}, [&](auto result) {
    if (!result) return;
    ++connected;
    connection = *result;
    io.stop();
  });
  io.run_for(std::chrono::seconds(10));
  return listener && accepted == 1 && connected == 1 && !mesoscore::kVersion.empty() ? 0 : 1;
}
