// What must work over every transport. Each makes its own cluster at `listen`.
#pragma once

#include "cluster.hpp"
#include "support/operation_resources.hpp"

namespace mesoscore::test {

inline void functions_run_from_end_to_end(const TransportSet& transports, const std::string& listen) {
  Cluster cluster(transports, listen);
  cluster.start(2);
  App app(cluster);
  app.start();
  for (int i = 0; i < 20; ++i) app.add("echo" + std::to_string(i), "echo", "data" + std::to_string(i));
  app.add("f", "fail");
  app.add("t", "throw");
  app.add("x", "no such function");
  run_until(cluster.io, [&] { return app.ended_count() == 23; });
  for (int i = 0; i < 20; ++i) {
    const auto& updates = app.updates.at("echo" + std::to_string(i));
    REQUIRE(updates.size() == 2);
    CHECK(updates[0].state == TaskState::running);
    CHECK(updates[1].state == TaskState::finished);
    CHECK(updates[1].data == "data" + std::to_string(i));
  }
  CHECK(app.state("f") == TaskState::failed);
  CHECK(app.last("f").message == "as it was asked to");
  CHECK(app.state("t") == TaskState::failed);
  CHECK(app.last("t").message.find("out of luck") != std::string::npos);
  CHECK(app.state("x") == TaskState::failed);
  CHECK(app.last("x").message.find("no such function") != std::string::npos);
  run_until(cluster.io, [&] { return cluster.master->view()->tasks == 0; });  // all is acknowledged
  CHECK(app.driver->stats().live_tasks == 0);
}

inline void a_master_that_comes_back_finds_everything_again(const TransportSet& transports,
                                                            const std::string& listen) {
  Cluster cluster(transports, listen);
  cluster.start(1);
  App app(cluster);
  app.start();
  app.add("long", "until killed");
  app.add("other", "until killed");
  run_until(cluster.io, [&] { return app.state("long") == TaskState::running && app.state("other"); });
  const FrameworkId id = app.driver->framework_id();
  const AgentId agent = cluster.agents[0]->info().id;

  cluster.master.reset();
  run_until(cluster.io, [&] { return app.losses.size() == 1; });
  CHECK_FALSE(app.driver->stats().subscribed);
  app.driver->kill("other");  // is sent when the master is back
  settle(cluster.io, 100ms);
  cluster.start_master();
  run_until(cluster.io, [&] { return app.subscriptions == 2 && cluster.master->view()->agents.size() == 1; });
  run_until(cluster.io, [&] { return app.ended("other"); });
  CHECK(app.driver->framework_id() == id);
  CHECK(app.state("other") == TaskState::killed);
  run_until(cluster.io, [&] { return cluster.master->view()->agents.size() == 1; });
  CHECK(cluster.master->view()->agents[0].info.id == agent);

  app.driver->kill("long");
  run_until(cluster.io, [&] { return app.ended("long"); });
  CHECK(app.state("long") == TaskState::killed);
  app.add("after", "echo", "still here");
  run_until(cluster.io, [&] { return app.ended("after"); });
  CHECK(app.last("after").data == "still here");
  CHECK(app.errors.empty());
}

inline void everything_ends_in_good_order(const TransportSet& transports, const std::string& listen) {
  Cluster cluster(transports, listen);
  cluster.start(1);
  App app(cluster);
  app.start();
  app.add("long", "until killed");
  run_until(cluster.io, [&] { return app.state("long") == TaskState::running; });

  bool torn_down = false, agent_stopped = false, master_stopped = false;
  app.driver->async_teardown([&] { torn_down = true; });
  run_until(cluster.io, [&] { return torn_down; });
  CHECK(app.errors.empty());
  CHECK(app.losses.empty());
  run_until(cluster.io, [&] { return cluster.master->view()->completed_frameworks.size() == 1; });
  CHECK(cluster.master->view()->frameworks.empty());

  cluster.agents[0]->async_stop([&] { agent_stopped = true; });
  run_until(cluster.io, [&] { return agent_stopped; });
  run_until(cluster.io, [&] { return cluster.master->view()->agents.empty(); });
  CHECK(cluster.agents[0]->tasks().empty());

  cluster.master->async_stop([&] { master_stopped = true; });
  cluster.io.restart();
  cluster.io.run();  // returns: nothing is left to do
  CHECK(master_stopped);
  CHECK(cluster.master->endpoints().empty());
}

// Reserved, made a volume, used, found again by a new master, and given back.
inline void reservations_outlive_the_master(const TransportSet& transports, const std::string& listen) {
  Cluster cluster(transports, listen);
  cluster.start_master();
  cluster.add_agent("h", "cpus:4;mem:1024;disk:1000");
  SchedulerDriverConfig config = cluster.scheduler_config();
  config.framework.roles = {"eng"};
  SchedulerDriver driver(cluster.io.get_executor(), transports, config);
  std::vector<Offer> offers;
  std::map<std::string, msg::OperationUpdate> operations;
  std::optional<TaskState> task_state;
  driver.on_offers([&](std::span<Offer> all) { offers.assign(all.begin(), all.end()); });
  driver.on_operation([&](const msg::OperationUpdate& update) {
    CHECK(operations.emplace(update.operation_id.str(), update).second);
  });
  driver.on_update([&](const TaskStatus& status) { task_state = status.state; });
  driver.on_disconnected([&](std::string_view) { offers.clear(); });
  REQUIRE(driver.start());
  run_until(cluster.io, [&] { return !offers.empty(); });

  const Resources cpus = reserved("cpus:1", "eng"), disk = reserved("disk:64", "eng");
  const Resources volumes{volume("v1", "eng", 64)};
  TaskInfo task;
  task.task_id = "t";
  task.agent_id = offers[0].agent_id;
  task.function = "echo";
  task.resources = cpus + volumes;
  driver.accept(offers[0], {reserve(cpus + disk, "reserve"), create(volumes, "create"), launch({task}),
                            destroy(volumes, "too early")});
  run_until(cluster.io, [&] { return operations.size() == 3 && task_state == TaskState::finished; });
  CHECK(operations.at("reserve").state == OperationState::finished);
  CHECK(operations.at("reserve").converted == cpus + disk);
  CHECK(operations.at("create").state == OperationState::finished);
  CHECK(operations.at("too early").state == OperationState::error);
  run_until(cluster.io, [&] { return cluster.master->view()->operations.empty(); });  // all is acknowledged

  cluster.master.reset();
  run_until(cluster.io, [&] { return !driver.stats().subscribed; });
  cluster.start_master();
  run_until(cluster.io, [&] { return !offers.empty(); });
  CHECK(offers[0].resources == parsed("cpus:3;mem:1024;disk:936") + cpus + volumes);
  driver.accept(offers[0], {destroy(volumes, "destroy"), unreserve(cpus + disk, "unreserve")});
  run_until(cluster.io, [&] { return operations.size() == 5; });
  CHECK(operations.at("unreserve").state == OperationState::finished);
  CHECK(cluster.agents[0]->info().resources == parsed("cpus:4;mem:1024;disk:1000"));
  CHECK(cluster.master->view()->agents.at(0).info.resources == cluster.agents[0]->info().resources);
}

inline void many_small_tasks(const TransportSet& transports, const std::string& listen) {
  Cluster cluster(transports, listen);
  cluster.start_master();
  for (int i = 0; i < 4; ++i) cluster.add_agent("h" + std::to_string(i), "cpus:16;mem:4096");
  App app(cluster), second(cluster, "second");
  app.start();
  second.start();
  for (int i = 0; i < 300; ++i) {
    app.add("a" + std::to_string(i), "echo");
    second.add("b" + std::to_string(i), "echo");
  }
  run_until(cluster.io, [&] { return app.ended_count() == 300 && second.ended_count() == 300; });
  CHECK(app.updates.count("b0") == 0);
  run_until(cluster.io, [&] { return cluster.master->view()->tasks == 0; });
  CHECK(app.driver->stats().duplicates == 0);
}

}  // namespace mesoscore::test
