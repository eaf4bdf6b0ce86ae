// Which operators a master takes over sockets, and what they do to agents from there.
#include <filesystem>

#include <unistd.h>

#include "mesoscore/operator_client.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"
#include "support/operation_resources.hpp"
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

  Result<msg::OperatorAnswer> ask_over(std::size_t endpoint, OperatorAction action = ListRoles{}) {
    OperatorClientConfig config;
    config.master = cluster->master->endpoints().at(endpoint).str();
    OperatorClient client(cluster->io.get_executor(), cluster->transports, config);
    std::optional<Result<msg::OperatorAnswer>> got;
    client.async_call(std::move(action),
                      [&](Result<msg::OperatorAnswer> answer) { got = std::move(answer); });
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

namespace {

// A framework of one role that declines for no time, and remembers what it was offered last.
struct Onlooker {
  Onlooker(Cluster& cluster, const std::string& role) {
    SchedulerDriverConfig config = cluster.scheduler_config(role + "'s");
    config.framework.roles = {role};
    driver.emplace(cluster.io.get_executor(), cluster.transports, std::move(config));
    driver->on_offers([this](std::span<Offer> offers) {
      for (const Offer& offer : offers) {
        seen = offer.resources;
        driver->decline(offer, Filters{10ms});
      }
    });
    const Status started = driver->start();
    if (!started) FAIL(started.error().message);
  }
  std::optional<SchedulerDriver> driver;
  Resources seen;
};

}  // namespace

TEST_CASE("what an operator has reserved is offered to that role and to no other") {
  Served served(OperatorAccess::local);
  Cluster& cluster = *served.cluster;
  cluster.address = cluster.master->endpoints().at(1).str();
  cluster.add_agent("h", "cpus:4;mem:1024;disk:1000");
  Onlooker eng(cluster, "eng"), ads(cluster, "ads");
  const Resources all = parsed("cpus:4;mem:1024;disk:1000");
  run_until(cluster.io, [&] { return eng.seen == all && ads.seen == all; });
  const AgentId agent = cluster.master->view()->agents.at(0).info.id;
  const auto operate = [&](Operation operation) {
    const auto answer = served.ask_over(1, OperateOnAgent{agent, std::move(operation)});
    if (!answer) FAIL(answer.error().message);
    return answer->text;
  };
  const Resources rest = parsed("cpus:2;mem:1024;disk:936");

  CHECK(operate(reserve(reserved("cpus:2;disk:64", "eng"))) ==
        "RESERVE on agent " + agent.str() +
            ": cpus:2;disk:64 is now cpus{dynamic=eng}:2;disk{dynamic=eng}:64");
  run_until(cluster.io,
            [&] { return ads.seen == rest && eng.seen == rest + reserved("cpus:2;disk:64", "eng"); });
  operate(create({volume("v1", "eng")}));
  run_until(cluster.io, [&] {
    return ads.seen == rest && eng.seen == rest + reserved("cpus:2", "eng") + Resources{volume("v1", "eng")};
  });
  CHECK(cluster.agents[0]->view()->info.resources.contains(volume("v1", "eng")));

  const auto taken = served.ask_over(1, OperateOnAgent{agent, unreserve({volume("v1", "eng")})});
  REQUIRE_FALSE(taken);
  CHECK_THAT(taken.error().message, Contains("DESTROY it first"));
  operate(destroy({volume("v1", "eng")}));
  operate(unreserve(reserved("cpus:2;disk:64", "eng")));
  run_until(cluster.io, [&] { return ads.seen == all && eng.seen == all; });

  // The decoder would refuse it, and close the connection.
  const auto malformed = served.ask_over(1, OperateOnAgent{agent, reserve(reserved("cpus:1", "*"))});
  REQUIRE_FALSE(malformed);
  CHECK(malformed.error() == Errc::invalid_argument);
  CHECK_THAT(malformed.error().message, Contains("role '*'"));
  const auto too_much = served.ask_over(1, OperateOnAgent{agent, reserve(reserved("cpus:5", "eng"))});
  REQUIRE_FALSE(too_much);
  CHECK(too_much.error() == Errc::limit_exceeded);
  const auto nobody = served.ask_over(1, OperateOnAgent{"nobody", reserve(reserved("cpus:1", "eng"))});
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error() == Errc::not_found);
}
