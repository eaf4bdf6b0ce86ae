// Which operators a master takes over sockets.
#include <filesystem>

#include <unistd.h>

#include "mesoscore/operator_client.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"
#include "unit/runtime/cluster.hpp"

using namespace mesoscore;
using namespace mesoscore::test;
using Catch::Matchers::Contains;

namespace {

struct Served {
  explicit Served(OperatorAccess access) {
    MasterServerConfig config;
    config.listen = {"tcp://127.0.0.1:0", "unix://" + socket};
    config.operators = access;
    TransportSet transports;
    transports.add(transports::tcp()).add(transports::unix_socket());
    cluster.emplace(transports);
    cluster->master.emplace(cluster->io.get_executor(), transports, std::move(config));
    const Status started = cluster->master->start();
    if (!started) FAIL(started.error().message);
  }
  ~Served() { std::filesystem::remove(socket); }

  Result<msg::OperatorAnswer> ask_over(std::size_t endpoint) {
    OperatorClientConfig config;
    config.master = cluster->master->endpoints().at(endpoint).str();
    OperatorClient client(cluster->io.get_executor(), cluster->transports, config);
    std::optional<Result<msg::OperatorAnswer>> got;
    client.async_call(ListRoles{}, [&](Result<msg::OperatorAnswer> answer) { got = std::move(answer); });
    run_until(cluster->io, [&] { return got.has_value(); });
    return *got;
  }

  std::string socket =
      (std::filesystem::temp_directory_path() / ("mesoscore-operators-" + std::to_string(getpid()) + ".sock"))
          .string();
  std::optional<Cluster> cluster;
};

}  // namespace

TEST_CASE("operators are taken over unix sockets, and over tcp only when that is said") {
  Served local(OperatorAccess::local);
  CHECK(local.ask_over(1));
  const auto over_tcp = local.ask_over(0);
  REQUIRE_FALSE(over_tcp);
  CHECK(over_tcp.error() == Errc::permission_denied);
  CHECK_THAT(over_tcp.error().message, Contains("not over tcp"));
}

TEST_CASE("a master that takes any operator takes those over tcp") {
  Served any(OperatorAccess::any);
  CHECK(any.ask_over(0));
  CHECK(any.ask_over(1));
}

TEST_CASE("a master that takes none takes none") {
  Served none(OperatorAccess::none);
  CHECK_FALSE(none.ask_over(0));
  CHECK_FALSE(none.ask_over(1));
}
