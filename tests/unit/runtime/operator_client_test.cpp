// OperatorClient over inproc: what is asked and answered, and how calls end.
#include <future>

#include <asio/use_future.hpp>

#include "cluster.hpp"
#include "mesoscore/operator_client.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "support/operation_resources.hpp"

using namespace mesoscore;
using namespace mesoscore::test;
using Catch::Matchers::Contains;

namespace {

TransportSet inproc() {
  TransportSet transports;
  transports.add(transports::inproc());
  return transports;
}

struct Desk {
  explicit Desk(Cluster& its, std::string master = {}) : cluster(its) {
    OperatorClientConfig config;
    config.master = master.empty() ? cluster.address : master;
    config.timeout = 2s;
    client.emplace(cluster.io.get_executor(), cluster.transports, config);
  }
  Result<msg::OperatorAnswer> ask(OperatorAction action) {
    std::optional<Result<msg::OperatorAnswer>> got;
    client->async_call(std::move(action),
                       [&](Result<msg::OperatorAnswer> answer) { got = std::move(answer); });
    run_until(cluster.io, [&] { return got.has_value(); });
    return *got;
  }
  msg::OperatorAnswer answer(OperatorAction action) {
    const auto got = ask(std::move(action));
    if (!got) FAIL(got.error().message);
    return *got;
  }
  Cluster& cluster;
  std::optional<OperatorClient> client;
};

}  // namespace

TEST_CASE("an operator sees frameworks, agents and roles") {
  Cluster cluster(inproc());
  cluster.start(2);
  App app(cluster);
  app.start();
  app.add("t", "until killed");
  run_until(cluster.io, [&] { return app.state("t") == TaskState::running; });
  Desk desk(cluster);
  const auto frameworks = desk.answer(ListFrameworks{});
  REQUIRE(frameworks.frameworks.size() == 1);
  CHECK(frameworks.text == "1 framework");
  CHECK(frameworks.frameworks[0].id == app.driver->framework_id());
  CHECK(frameworks.frameworks[0].connected);
  CHECK(frameworks.frameworks[0].tasks == 1);
  CHECK(frameworks.frameworks[0].used.get("cpus") == 1);
  const auto agents = desk.answer(ListAgents{});
  REQUIRE(agents.agents.size() == 2);
  CHECK(agents.agents[0].hostname == "h0");
  CHECK(agents.agents[0].total.get("cpus") == 4);
  const auto roles = desk.answer(ListRoles{});
  REQUIRE(roles.roles.size() == 1);
  CHECK(roles.roles[0].role == "*");
  CHECK(roles.roles[0].frameworks == 1);
  CHECK_THAT(desk.answer(ExplainOffers{FrameworkId("test"), {}, {}}).text, Contains("of 2 agents"));
}

TEST_CASE("an operator changes things, and hears what is wrong") {
  Cluster cluster(inproc());
  cluster.start(1);
  run_until(cluster.io, [&] { return cluster.master->view()->agents.size() == 1; });
  const AgentId agent = cluster.master->view()->agents[0].info.id;
  Desk desk(cluster);
  CHECK(desk.answer(SetWeight{"web", 2}).text == "the weight of role \"web\" is set");
  CHECK(desk.answer(ListRoles{}).roles.at(0).weight == 2);
  const auto wrong = desk.ask(SetWeight{"web", -1});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error() == Errc::invalid_argument);
  CHECK_THAT(wrong.error().message, Contains("-1"));
  desk.answer(DeactivateAgent{agent});
  CHECK(cluster.master->view()->agents[0].deactivated);
  const auto twice = desk.ask(DeactivateAgent{agent});
  REQUIRE_FALSE(twice);
  CHECK(twice.error() == Errc::already_exists);
  desk.answer(ReactivateAgent{agent});
  CHECK_FALSE(cluster.master->view()->agents[0].deactivated);
  const auto unknown = desk.ask(TeardownFramework{FrameworkId("nobody")});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error() == Errc::not_found);
}

TEST_CASE("what the values show to be wrong with an operation is refused at once") {
  Cluster cluster(inproc());
  cluster.start(1);
  run_until(cluster.io, [&] { return cluster.master->view()->agents.size() == 1; });
  const AgentId agent = cluster.master->view()->agents[0].info.id;
  const Operation bad = reserve(reserved("cpus:1", "*"));
  const Status in_process = cluster.master->operate(agent, bad);
  REQUIRE_FALSE(in_process);
  CHECK_THAT(in_process.error().message, Contains("role '*'"));
  Desk desk(cluster);
  const auto refused = desk.ask(OperateOnAgent{agent, bad});
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == Errc::invalid_argument);
  CHECK(refused.error().message == in_process.error().message);
  CHECK_FALSE(cluster.master->operate(agent, launch({})));
}

TEST_CASE("the program that hosts the master operates on agents") {
  Cluster cluster(inproc());
  cluster.start(1);
  run_until(cluster.io, [&] { return cluster.master->view()->agents.size() == 1; });
  const auto resources = [&] { return cluster.master->view()->agents[0].info.resources; };
  const AgentId agent = cluster.master->view()->agents[0].info.id;
  REQUIRE(cluster.master->operate(agent, reserve(reserved("cpus:1", "eng"))));
  run_until(cluster.io, [&] { return resources().reserved_to("eng") == reserved("cpus:1", "eng"); });
  REQUIRE(cluster.master->operate(agent, unreserve(reserved("cpus:1", "eng"))));
  run_until(cluster.io, [&] { return resources() == parsed("cpus:4;mem:1024"); });
  REQUIRE(cluster.master->operate(agent, destroy({volume("v1", "eng")})));  // there is none: that is logged
  settle(cluster.io);
  CHECK(resources() == parsed("cpus:4;mem:1024"));
}

TEST_CASE("calls that are made together are answered in order, over one connection") {
  Cluster cluster(inproc());
  cluster.start_master();
  Desk desk(cluster);
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    desk.client->async_call(ListAgents{}, [&order, i](const auto& answer) {
      CHECK(answer);
      order.push_back(i);
    });
  }
  run_until(cluster.io, [&] { return order.size() == 3; });
  CHECK(order == std::vector<int>{0, 1, 2});
}

TEST_CASE("a call without a master, or to one that goes away, ends with an error") {
  Cluster cluster(inproc());
  Desk none(cluster, "inproc://nobody");
  const auto refused = none.ask(ListAgents{});
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == Errc::connection_refused);
  Desk malformed(cluster, "tcp://h:1");
  const auto unsupported = malformed.ask(ListAgents{});
  REQUIRE_FALSE(unsupported);
  CHECK(unsupported.error() == Errc::unsupported_transport);

  cluster.start_master();
  Desk desk(cluster);
  desk.answer(ListAgents{});
  std::optional<Result<msg::OperatorAnswer>> got;
  cluster.master.reset();
  desk.client->async_call(ListAgents{}, [&](auto answer) { got = std::move(answer); });
  run_until(cluster.io, [&] { return got.has_value(); });
  REQUIRE_FALSE(*got);
  CHECK(got->error() == Errc::not_connected);
  cluster.start_master();
  desk.answer(ListAgents{});  // over a new connection
}

TEST_CASE("a master that does not answer is not waited for, and the rest of the program goes on") {
  Cluster cluster(inproc());
  std::vector<std::shared_ptr<Connection>> taken;
  ConnectionOptions options;
  options.hello.role = PeerRole::master;
  auto listener =
      cluster.transports.listen(cluster.io.get_executor(), "inproc://mute", options, [&](auto peer) {
        peer->start({[](std::span<Message>) {}, [](const Error&) {}});
        taken.push_back(std::move(peer));
      });
  REQUIRE(listener);
  Desk desk(cluster, "inproc://mute");
  const auto late = desk.ask(ListAgents{});
  REQUIRE_FALSE(late);
  CHECK(late.error() == Errc::not_connected);
  CHECK_THAT(late.error().message, Contains("inproc://mute"));

  std::optional<Result<msg::OperatorAnswer>> got;
  desk.client->async_call(ListAgents{}, [&](auto answer) { got = std::move(answer); });
  desk.client.reset();
  run_until(cluster.io, [&] { return got.has_value(); });
  REQUIRE_FALSE(*got);
  CHECK(got->error() == Errc::stopped);
  taken.clear();
  listener->reset();
  cluster.io.restart();
  cluster.io.run();  // returns: nothing is left to do
}

TEST_CASE("a master may take no operators at all") {
  Cluster cluster(inproc());
  MasterServerConfig config;
  config.listen = {"inproc://closed"};
  config.operators = OperatorAccess::none;
  cluster.master.emplace(cluster.io.get_executor(), cluster.transports, std::move(config));
  REQUIRE(cluster.master->start());
  Desk desk(cluster, "inproc://closed");
  const auto refused = desk.ask(ListAgents{});
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == Errc::permission_denied);
  CHECK_THAT(refused.error().message, Contains("takes no operators"));
}
