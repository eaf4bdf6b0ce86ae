// Stated demand through driver, master and agent, over inproc.
#include <set>

#include "cluster.hpp"
#include "mesoscore/policies/priority.hpp"
#include "mesoscore/transports/inproc.hpp"

using namespace mesoscore;
using namespace mesoscore::test;
using Catch::Matchers::Contains;

namespace {

TransportSet inproc() {
  TransportSet transports;
  transports.add(transports::inproc());
  return transports;
}

Demand demand(std::string id, std::uint32_t count, std::int32_t priority = 0) {
  Demand wanted;
  wanted.id = id;
  wanted.unit = *Quantities::parse("cpus:1;mem:32");
  wanted.count = count;
  wanted.priority = priority;
  return wanted;
}

// Launches one task that lasts for each unit that it is offered.
struct Wishing {
  explicit Wishing(Cluster& cluster, std::string name)
      : driver(cluster.io.get_executor(), cluster.transports, cluster.scheduler_config(name)) {
    driver.on_offers([this, name](std::span<Offer> offers) {
      for (const Offer& offer : offers) {
        made.push_back(offer);
        std::vector<TaskInfo> tasks;
        for (std::uint32_t i = 0; i < offer.units; ++i) {
          TaskInfo& task = tasks.emplace_back();
          task.task_id = name + std::to_string(++launched);
          task.name = "until killed";
          task.agent_id = offer.agent_id;
          task.resources = *Resources::parse("cpus:1;mem:32");
          task.function = "until killed";
        }
        driver.accept(offer, {launch(std::move(tasks))}, Filters{0s});
      }
    });
    driver.on_update([this](const TaskStatus& status) { updates.push_back(status); });
    driver.on_demand_expired([this](const msg::DemandExpired& demand) { expired.push_back(demand); });
    driver.on_demand_refused([this](const msg::DemandRefused& demand) { refused.push_back(demand); });
  }
  std::size_t running() const {  // tasks that were, told once or more often
    std::set<std::string> ids;
    for (const TaskStatus& status : updates) {
      if (status.state == TaskState::running) ids.insert(status.task_id.str());
    }
    return ids.size();
  }
  SchedulerDriver driver;
  std::vector<Offer> made;
  std::vector<TaskStatus> updates;
  std::vector<msg::DemandExpired> expired;
  std::vector<msg::DemandRefused> refused;
  int launched = 0;
};

}  // namespace

TEST_CASE("what was asked for before the start is all that is ever offered") {
  Cluster cluster(inproc());
  cluster.start(2);
  Wishing app(cluster, "app");
  app.driver.request("*", {demand("job", 6)});
  REQUIRE(app.driver.start());
  run_until(cluster.io, [&] { return app.running() == 6; });
  settle(cluster.io);
  CHECK(app.launched == 6);
  for (const Offer& offer : app.made) CHECK(offer.demand == "job");
}

TEST_CASE("a new master is asked for what is still open, and only that") {
  Cluster cluster(inproc());
  cluster.start(1);
  Wishing app(cluster, "app");
  app.driver.request("*", {demand("job", 6)});
  REQUIRE(app.driver.start());
  run_until(cluster.io, [&] { return app.running() == 4; });
  cluster.master.reset();
  cluster.start_master();
  cluster.add_agent("h1");
  run_until(cluster.io, [&] { return app.running() == 6; });
  settle(cluster.io);
  CHECK(app.launched == 6);
}

TEST_CASE("a bad request and one that is not met in time come back to the application") {
  Cluster cluster(inproc());
  cluster.start(1);
  Wishing app(cluster, "app");
  REQUIRE(app.driver.start());
  app.driver.request("*", {demand("job", 0)});
  run_until(cluster.io, [&] { return app.refused.size() == 1; });
  CHECK_THAT(app.refused[0].message, Contains("'job'"));
  Demand large = demand("large", 1);
  large.unit = *Quantities::parse("cpus:100");
  large.within = 50ms;
  app.driver.request("*", {large});
  run_until(cluster.io, [&] { return app.expired.size() == 1; });
  CHECK(app.expired[0].demand == "large");
  CHECK(app.expired[0].open_units == 1);
}

TEST_CASE("a task that is preempted ends with the reason, and the important one runs") {
  Cluster cluster(inproc());
  MasterServerConfig config;
  config.listen = {cluster.listen};
  config.policy = [] { return policies::priority({.preempt = true}); };
  cluster.master.emplace(cluster.io.get_executor(), cluster.transports, std::move(config));
  REQUIRE(cluster.master->start());
  cluster.address = cluster.listen;
  cluster.add_agent("h", "cpus:2;mem:64");
  Wishing low(cluster, "low"), high(cluster, "high");
  low.driver.request("*", {demand("batch", 2)});
  REQUIRE(low.driver.start());
  run_until(cluster.io, [&] { return low.running() == 2; });
  high.driver.request("*", {demand("urgent", 1, 5)});
  REQUIRE(high.driver.start());
  run_until(cluster.io, [&] { return high.running() == 1; });
  const TaskStatus& last = low.updates.back();
  CHECK(last.state == TaskState::killed);
  CHECK(last.reason == TaskReason::container_preempted);
  CHECK_THAT(last.message, Contains("preempted for demand urgent of framework " +
                                    high.driver.framework_id().str() + " in role *"));
}
