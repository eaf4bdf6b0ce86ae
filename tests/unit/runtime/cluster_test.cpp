// Servers and drivers over inproc, from end to end.
#include "cluster_scenarios.hpp"
#include "mesoscore/transports/inproc.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

namespace {

TransportSet inproc() {
  TransportSet transports;
  transports.add(transports::inproc());
  return transports;
}

}  // namespace

TEST_CASE("functions run from end to end") { functions_run_from_end_to_end(inproc(), "inproc://m"); }
TEST_CASE("a master that comes back finds everything again") {
  a_master_that_comes_back_finds_everything_again(inproc(), "inproc://m");
}
TEST_CASE("everything ends in good order") { everything_ends_in_good_order(inproc(), "inproc://m"); }
TEST_CASE("reservations outlive the master") { reservations_outlive_the_master(inproc(), "inproc://m"); }
TEST_CASE("many small tasks of two frameworks") { many_small_tasks(inproc(), "inproc://m"); }

TEST_CASE("two clusters side by side in one process do not meet") {
  asio::io_context unused;
  Cluster first(inproc(), "inproc://same"), second(inproc(), "inproc://same");
  first.start();
  second.start();
  App one(first), two(second);
  one.start();
  two.start();
  one.add("t", "echo", "one");
  two.add("t", "echo", "two");
  run_until(first.io, [&] { return one.ended("t"); });
  CHECK(two.updates.empty());
  run_until(second.io, [&] { return two.ended("t"); });
  CHECK(one.last("t").data == "one");
  CHECK(two.last("t").data == "two");
  CHECK(first.master->id() != second.master->id());
  CHECK(first.master->view()->frameworks.size() == 1);
}

TEST_CASE("one io_context and one TransportSet may hold several clusters too") {
  const TransportSet transports = inproc();
  Cluster first(transports, "inproc://a"), second(transports, "inproc://b");
  first.start();
  second.start();
  App one(first), two(second);
  one.start();
  two.start();
  one.add("t", "echo", "one");
  two.add("t", "echo", "two");
  run_until(first.io, [&] { return one.ended("t"); });
  run_until(second.io, [&] { return two.ended("t"); });
  CHECK(one.last("t").data == "one");
}

TEST_CASE("without on_offers every offer is declined") {
  Cluster cluster(inproc());
  cluster.start();
  SchedulerDriver driver(cluster.io.get_executor(), cluster.transports, cluster.scheduler_config());
  REQUIRE(driver.start());
  run_until(cluster.io, [&] { return cluster.master->view()->offers_made == 1; });
  settle(cluster.io);
  CHECK(cluster.master->view()->frameworks.at(0).offers == 0);
}

TEST_CASE("the newest subscriber of a framework wins") {
  Cluster cluster(inproc());
  cluster.start();
  App old(cluster);
  old.start();
  run_until(cluster.io, [&] { return old.subscriptions == 1; });
  auto config = cluster.scheduler_config();
  config.framework.id = old.driver->framework_id();
  App fresh(cluster, config);
  fresh.start();
  run_until(cluster.io, [&] { return fresh.subscriptions == 1 && old.errors.size() == 1; });
  CHECK(old.errors[0].find("failed over") != std::string::npos);
  CHECK(old.losses.empty());
  CHECK(old.driver->stats().ended);
  old.driver->kill("whatever");  // without effect
  settle(cluster.io);
  CHECK(fresh.errors.empty());
}

TEST_CASE("operators act through the server") {
  Cluster cluster(inproc());
  cluster.start();
  App app(cluster);
  app.start();
  run_until(cluster.io, [&] { return app.subscriptions == 1; });
  CHECK(cluster.master->set_weight("eng", 2));
  CHECK(cluster.master->set_weight("eng/", 2).error().message.find("eng/") != std::string::npos);
  const Status negative = cluster.master->set_weight("eng", -1);
  CHECK(negative.error() == Errc::invalid_argument);
  CHECK(negative.error().message.find("-1") != std::string::npos);
  cluster.master->teardown(app.driver->framework_id());
  run_until(cluster.io, [&] { return app.errors.size() == 1; });
  CHECK(app.driver->stats().ended);
  CHECK(cluster.master->view()->frameworks.empty());
  CHECK_FALSE(cluster.master->explain(app.driver->framework_id(), "*").sentence.empty());
}
