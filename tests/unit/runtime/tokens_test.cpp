// Completion tokens: callbacks, futures, coroutines, another executor than the driver's.
#include <future>
#include <thread>

#include <asio/bind_executor.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

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

// Every call on a server is made on its executor; a future is waited for elsewhere.
template <class F>
auto on_executor(asio::io_context& io, F f) {
  std::promise<decltype(f())> promise;
  auto future = promise.get_future();
  asio::post(io, [&] { promise.set_value(f()); });
  return future.get();
}

}  // namespace

TEST_CASE("callbacks") {
  Cluster cluster(inproc());
  cluster.start();
  std::optional<Status> registered;
  std::optional<Result<FrameworkId>> subscribed;
  cluster.agents[0]->async_registered([&](Status status) { registered = std::move(status); });
  App app(cluster);
  app.driver->async_subscribed([&](Result<FrameworkId> id) { subscribed = std::move(id); });
  CHECK_FALSE(registered);
  app.start();
  run_until(cluster.io, [&] { return registered && subscribed; });
  CHECK(registered->has_value());
  REQUIRE(subscribed->has_value());
  CHECK(**subscribed == app.driver->framework_id());

  SECTION("for what is already so they come later, not from within the call") {
    bool again = false;
    app.driver->async_subscribed([&](Result<FrameworkId> id) { again = id.has_value(); });
    CHECK_FALSE(again);
    run_until(cluster.io, [&] { return again; });
    bool still = false;
    cluster.agents[0]->async_registered([&](Status status) { still = status.has_value(); });
    CHECK_FALSE(still);
    run_until(cluster.io, [&] { return still; });
  }
}

TEST_CASE("futures") {
  Cluster cluster(inproc());
  cluster.start();
  App app(cluster);
  app.start();
  std::thread runner([&] { cluster.io.run(); });
  auto registered =
      on_executor(cluster.io, [&] { return cluster.agents[0]->async_registered(asio::use_future); });
  CHECK(registered.get().has_value());
  auto subscribed = on_executor(cluster.io, [&] { return app.driver->async_subscribed(asio::use_future); });
  CHECK_FALSE(subscribed.get()->empty());
  on_executor(cluster.io, [&] { return app.driver->async_teardown(asio::use_future); }).get();
  on_executor(cluster.io, [&] { return cluster.agents[0]->async_stop(asio::use_future); }).get();
  on_executor(cluster.io, [&] { return cluster.master->async_stop(asio::use_future); }).get();
  runner.join();  // run() returned by itself
}

#ifdef ASIO_HAS_CO_AWAIT
TEST_CASE("coroutines") {
  Cluster cluster(inproc());
  cluster.start();
  App app(cluster);
  app.start();
  bool done = false;
  const auto story = [&]() -> asio::awaitable<void> {
    const Status registered = co_await cluster.agents[0]->async_registered(asio::use_awaitable);
    CHECK(registered);
    const Result<FrameworkId> id = co_await app.driver->async_subscribed(asio::use_awaitable);
    CHECK(id);
    app.add("t", "echo");
    while (!app.ended("t")) co_await asio::post(asio::use_awaitable);
    co_await app.driver->async_teardown(asio::use_awaitable);
    co_await cluster.agents[0]->async_stop(asio::use_awaitable);
    co_await cluster.master->async_stop(asio::use_awaitable);
    done = true;
  };
  asio::co_spawn(cluster.io, story, asio::detached);
  cluster.io.run();
  CHECK(done);
}
#endif

TEST_CASE("a completion runs on the executor of its handler, whose run() waits for it") {
  Cluster cluster(inproc());
  cluster.start();
  App app(cluster);
  asio::io_context other;
  std::thread::id where;
  app.driver->async_subscribed(
      asio::bind_executor(other, [&](const Result<FrameworkId>&) { where = std::this_thread::get_id(); }));
  std::thread elsewhere([&] { other.run(); });  // does not return before
  const std::thread::id expected = elsewhere.get_id();
  app.start();
  run_until(cluster.io, [&] { return app.subscriptions == 1; });
  settle(cluster.io);
  elsewhere.join();
  CHECK(where == expected);
}

TEST_CASE("operations under way complete when their server or driver is destroyed") {
  Cluster cluster(inproc());
  cluster.address = "inproc://nobody";
  cluster.add_agent();
  App app(cluster);
  app.start();
  std::vector<std::string> told;
  app.driver->async_subscribed([&](const Result<FrameworkId>& id) { told.push_back(id.error().message); });
  cluster.agents[0]->async_registered([&](const Status& status) { told.push_back(status.error().message); });
  settle(cluster.io);
  CHECK(told.empty());
  app.driver.reset();
  cluster.agents.clear();
  run_until(cluster.io, [&] { return told.size() == 2; });
  CHECK(told[0] == "the scheduler driver was destroyed");
  CHECK(told[1] == "the agent server was destroyed");
  cluster.io.restart();
  cluster.io.run();
}

TEST_CASE("stop before start, and twice") {
  Cluster cluster(inproc());
  int done = 0;
  MasterServer master(cluster.io.get_executor(), cluster.transports, {.listen = {"inproc://m"}});
  master.async_stop([&] { ++done; });
  master.async_stop([&] { ++done; });
  AgentServer agent(cluster.io.get_executor(), cluster.transports,
                    {.master = "inproc://m", .resources = "cpus:1"});
  agent.async_stop([&] { ++done; });
  SchedulerDriver driver(cluster.io.get_executor(), cluster.transports, cluster.scheduler_config());
  driver.async_teardown([&] { ++done; });
  CHECK(done == 0);
  cluster.io.run();
  CHECK(done == 4);
  CHECK(master.start().error() == Errc::already_exists);
  CHECK(agent.start().error() == Errc::already_exists);
}

TEST_CASE("an agent that the master sends away is over, and says so") {
  Cluster cluster(inproc());
  cluster.start(1);
  AgentServer& agent = *cluster.agents[0];
  bool ended = false, registered = false;
  agent.async_ended([&] { ended = true; });
  agent.async_registered([&](const Status&) { registered = true; });
  run_until(cluster.io, [&] { return registered; });
  settle(cluster.io);
  CHECK_FALSE(ended);
  cluster.master->mark_agent_gone(agent.info().id);
  run_until(cluster.io, [&] { return ended; });
  CHECK(cluster.master->view()->gone_agents.size() == 1);
  bool told_later = false;
  agent.async_ended([&] { told_later = true; });
  run_until(cluster.io, [&] { return told_later; });
}

TEST_CASE("an agent that is stopped before it found its master says so") {
  Cluster cluster(inproc());
  cluster.address = "inproc://nobody";
  AgentServer& agent = cluster.add_agent();
  std::optional<Status> registered;
  bool stopped = false;
  agent.async_registered([&](Status status) { registered = std::move(status); });
  settle(cluster.io);
  agent.async_stop([&] { stopped = true; });
  run_until(cluster.io, [&] { return stopped && registered; });
  CHECK(registered->error() == Errc::stopped);
}
