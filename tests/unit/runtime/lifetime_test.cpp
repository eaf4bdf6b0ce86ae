// Handlers may do anything: destroy what called them, call it again, throw.
#include "cluster.hpp"
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

TEST_CASE("a driver may be destroyed in each of its handlers") {
  Cluster cluster(inproc());
  cluster.start();
  App app(cluster);
  bool destroyed = false;
  // The captures of the handler that runs are used afterwards: they must outlive the driver.
  const auto destroy = [&app, flag = &destroyed, canary = std::string(100, 'x')] {
    app.driver.reset();
    *flag = canary == std::string(100, 'x');
  };
  SECTION("on_subscribed") {
    app.driver->on_subscribed([&, destroy](const FrameworkId& id) {
      destroy();
      CHECK_FALSE(id.empty());
    });
    app.start();
  }
  SECTION("on_offers") {
    app.driver->on_offers([&, destroy](std::span<Offer> offers) {
      destroy();
      CHECK(offers[0].resources.str().find("cpus") != std::string::npos);
    });
    app.start();
  }
  SECTION("on_update") {
    app.driver->on_update([&, destroy](const TaskStatus& status) {
      destroy();
      CHECK(status.task_id == "t");
    });
    app.start();
    app.add("t", "echo");
  }
  SECTION("on_disconnected") {
    app.driver->on_disconnected([&, destroy](std::string_view why) {
      destroy();
      CHECK_FALSE(why.empty());
    });
    app.start();
    run_until(cluster.io, [&] { return app.subscriptions == 1; });
    cluster.master.reset();
  }
  SECTION("on_error") {
    app.driver->on_error([&, destroy](const Error& error) {
      destroy();
      CHECK_FALSE(error.message.empty());
    });
    app.start();
    run_until(cluster.io, [&] { return app.subscriptions == 1; });
    cluster.master->teardown(app.driver->framework_id());
  }
  SECTION("on_error, after another handler threw") {
    app.driver->on_offers([](std::span<Offer>) { throw std::runtime_error("out of ideas"); });
    app.driver->on_error([&, destroy](const Error&) { destroy(); });
    app.start();
  }
  SECTION("the completion of its teardown") {
    app.start();
    app.driver->async_teardown(destroy);
  }
  run_until(cluster.io, [&] { return destroyed; });
  settle(cluster.io);
  // The rest of the cluster goes on.
  App next(cluster, "next");
  next.start();
  next.add("n", "echo", "fine");
  if (!cluster.master) cluster.start_master();
  run_until(cluster.io, [&] { return next.ended("n"); });
}

TEST_CASE("the whole cluster may be destroyed in a handler") {
  Cluster cluster(inproc());
  cluster.start(2);
  App app(cluster), other(cluster, "other");
  bool done = false;
  app.driver->on_update([&](const TaskStatus& status) {
    if (!is_terminal(status.state)) return;
    cluster.master.reset();
    cluster.agents.clear();
    other.driver.reset();
    app.driver.reset();
    done = true;
  });
  app.start();
  other.start();
  app.add("t", "echo");
  run_until(cluster.io, [&] { return done; });
  cluster.io.restart();
  cluster.io.run();  // nothing is left behind
}

TEST_CASE(
    "a driver may be destroyed before it has begun, while it dials, and after the context has stopped") {
  asio::io_context io;
  const TransportSet transports = inproc();
  SchedulerDriverConfig config;
  config.master = "inproc://nobody";
  config.framework.name = "f";
  { SchedulerDriver never_started(io.get_executor(), transports, config); }
  {
    SchedulerDriver dials(io.get_executor(), transports, config);
    REQUIRE(dials.start());
    io.run_one();
  }
  SchedulerDriver left_over(io.get_executor(), transports, config);
  REQUIRE(left_over.start());
  io.restart();
  io.run_for(20ms);
  io.stop();
}

TEST_CASE("a handler that throws ends that framework's subscription and harms nobody else") {
  Cluster cluster(inproc());
  cluster.start(1);
  App good(cluster, "good"), bad(cluster, "bad");
  good.start();
  good.add("long", "until killed");
  run_until(cluster.io, [&] { return good.state("long") == TaskState::running; });

  SECTION("on_offers") {
    bad.driver->on_offers([](std::span<Offer>) { throw std::runtime_error("out of ideas"); });
    bad.start();
  }
  SECTION("on_subscribed") {
    bad.driver->on_subscribed([](const FrameworkId&) { throw std::runtime_error("out of ideas"); });
    bad.start();
  }
  SECTION("on_update, whose update is then not acknowledged") {
    bad.driver->on_update([](const TaskStatus&) { throw std::runtime_error("out of ideas"); });
    bad.start();
    bad.add("b", "echo", "again");
  }
  SECTION("with on_error throwing too") {
    bad.driver->on_offers([](std::span<Offer>) { throw std::runtime_error("out of ideas"); });
    bad.driver->on_error([&](const Error& error) {
      bad.errors.push_back(error.message);
      throw 42;
    });
    bad.start();
  }
  SECTION("what is no exception") {
    bad.driver->on_offers([](std::span<Offer>) { throw "out of ideas"; });
    bad.driver->on_error([&](const Error& error) { bad.errors.push_back(error.message + " out of ideas"); });
    bad.start();
  }
  run_until(cluster.io, [&] { return bad.errors.size() == 1; });
  CHECK(bad.errors[0].find("out of ideas") != std::string::npos);
  CHECK(bad.driver->stats().ended);
  std::optional<Error> told;
  bad.driver->async_subscribed([&](const Result<FrameworkId>& result) {
    if (!result) told = result.error();
  });
  run_until(cluster.io, [&] { return told.has_value(); });
  CHECK(*told == Errc::stopped);

  good.driver->kill("long");
  run_until(cluster.io, [&] { return good.ended("long"); });
  CHECK(good.errors.empty());

  // Another instance continues the framework, and gets what was not acknowledged.
  const auto views = cluster.master->view()->frameworks;
  const auto found =
      std::find_if(views.begin(), views.end(), [](const auto& f) { return f.info.name == "bad"; });
  if (found == views.end() || bad.driver->framework_id().empty()) return;
  auto config = cluster.scheduler_config("bad");
  config.framework.id = bad.driver->framework_id();
  App again(cluster, config);
  again.start();
  run_until(cluster.io, [&] { return again.subscriptions == 1; });
  if (found->tasks > 0) run_until(cluster.io, [&] { return again.ended("b"); });
}

TEST_CASE("calls from within handlers are queued, not nested") {
  Cluster cluster(inproc());
  cluster.start();
  App app(cluster);
  bool inside = false;
  int depth = 0;
  app.driver->on_offers([&](std::span<Offer> offers) {
    CHECK_FALSE(inside);
    inside = true;
    for (const Offer& offer : offers) {
      app.driver->decline(offer, Filters{0s});
      app.driver->revive();
      app.driver->reconcile();
    }
    inside = false;
    ++depth;
  });
  app.start();
  run_until(cluster.io, [&] { return depth > 5; });
}
