// A cluster on one io_context, for tests that go from end to end.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "mesoscore/mesoscore.hpp"
#include "support/catch.hpp"

namespace mesoscore::test {

using namespace std::chrono_literals;

// Runs until the condition holds; fails the test if that takes too long.
template <class Condition>
void run_until(asio::io_context& io, Condition condition, std::chrono::seconds limit = 20s) {
  io.restart();
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    io.run_one_for(100ms);
    io.restart();
  }
}
// Lets everything happen that can happen now.
inline void settle(asio::io_context& io, Duration for_so_long = 30ms) {
  io.restart();
  io.run_for(for_so_long);
}

inline FunctionSet test_functions() {
  FunctionSet functions;
  functions.add("echo", [](FunctionTask task) { task.finish(task.info().data); });
  functions.add("fail", [](FunctionTask task) { task.fail("as it was asked to"); });
  functions.add("throw", [](FunctionTask) { throw std::runtime_error("out of luck"); });
  functions.add("until killed", [](FunctionTask task) { task.on_kill([task]() mutable { task.finish(); }); });
  return functions;
}

struct Cluster {
  explicit Cluster(TransportSet set, std::string at = "inproc://master")
      : transports(std::move(set)), listen(at) {}

  void start_master() {
    MasterServerConfig config;
    config.listen = {listen};
    master.emplace(io.get_executor(), transports, std::move(config));
    const Status started = master->start();
    if (!started) FAIL(started.error().message);
    if (address.empty()) address = listen = master->endpoints().at(0).str();  // the same port again next time
  }
  AgentServer& add_agent(std::string hostname = "h", std::string resources = "cpus:4;mem:1024") {
    AgentServerConfig config;
    config.master = address;
    config.hostname = std::move(hostname);
    config.resources = std::move(resources);
    config.functions = test_functions();
    config.agent.first_registration_within = 0s;
    config.agent.registration_backoff = 20ms;
    config.agent.registration_backoff_max = 50ms;
    config.agent.update_retry = 100ms;
    agents.push_back(std::make_unique<AgentServer>(io.get_executor(), transports, std::move(config)));
    const Status started = agents.back()->start();
    if (!started) FAIL(started.error().message);
    return *agents.back();
  }
  void start(int agent_count = 1) {
    start_master();
    for (int i = 0; i < agent_count; ++i) add_agent("h" + std::to_string(i));
  }
  SchedulerDriverConfig scheduler_config(std::string name = "test") const {
    SchedulerDriverConfig config;
    config.master = address;
    config.framework.name = std::move(name);
    config.framework.failover_timeout = 60s;
    config.scheduler.reconnect_backoff = 10ms;
    config.scheduler.reconnect_backoff_max = 50ms;
    return config;
  }

  asio::io_context io;
  TransportSet transports;
  std::string listen, address;
  std::optional<MasterServer> master;
  std::vector<std::unique_ptr<AgentServer>> agents;
};

// A framework that launches what waits in `todo`, one cpu each, and keeps what it hears.
class App {
 public:
  explicit App(Cluster& cluster, SchedulerDriverConfig config) {
    driver.emplace(cluster.io.get_executor(), cluster.transports, std::move(config));
    driver->on_offers([this](std::span<Offer> offers) {
      for (const Offer& offer : offers) answer(offer);
    });
    driver->on_update([this](const TaskStatus& status) { updates[status.task_id.str()].push_back(status); });
    driver->on_subscribed([this](const FrameworkId&) { ++subscriptions; });
    driver->on_disconnected([this](std::string_view why) { losses.emplace_back(why); });
    driver->on_error([this](const Error& error) { errors.push_back(error.message); });
  }
  explicit App(Cluster& cluster, std::string name = "test")
      : App(cluster, cluster.scheduler_config(std::move(name))) {}

  void start() {
    const Status started = driver->start();
    if (!started) FAIL(started.error().message);
  }
  void add(std::string id, std::string function, std::string data = {}) {
    TaskInfo task;
    task.task_id = TaskId(id);
    task.name = std::move(id);
    task.resources = *Resources::parse("cpus:1;mem:32");
    task.function = std::move(function);
    task.data = std::move(data);
    todo.push_back(std::move(task));
    driver->revive();
  }
  void answer(const Offer& offer) {
    Resources left = offer.resources;
    std::vector<TaskInfo> tasks;
    while (!todo.empty() && left.contains(todo.front().resources)) {
      left -= todo.front().resources;
      tasks.push_back(std::move(todo.front()));
      tasks.back().agent_id = offer.agent_id;
      todo.pop_front();
    }
    if (tasks.empty()) return driver->decline(offer, Filters{1h});
    driver->accept(offer, {launch(std::move(tasks))}, Filters{0s});
  }
  std::optional<TaskState> state(const std::string& task) const {
    const auto found = updates.find(task);
    return found == updates.end() ? std::nullopt : std::optional(found->second.back().state);
  }
  bool ended(const std::string& task) const { return state(task) && is_terminal(*state(task)); }
  const TaskStatus& last(const std::string& task) { return updates.at(task).back(); }
  std::size_t ended_count() const {
    std::size_t count = 0;
    for (const auto& [task, list] : updates) count += is_terminal(list.back().state);
    return count;
  }

  std::optional<SchedulerDriver> driver;
  std::deque<TaskInfo> todo;
  std::map<std::string, std::vector<TaskStatus>> updates;
  int subscriptions = 0;
  std::vector<std::string> losses, errors;
};

}  // namespace mesoscore::test
