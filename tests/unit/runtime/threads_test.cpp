// Each part on a thread of its own; what blocks, on yet another. For the thread sanitizer.
#include <future>
#include <thread>

#include <asio/post.hpp>
#include <asio/thread_pool.hpp>

#include "cluster.hpp"
#include "mesoscore/transports/inproc.hpp"

using namespace mesoscore;
using namespace mesoscore::test;

namespace {

// An io_context with its thread; objects that live on it are made and destroyed there.
struct Home {
  asio::io_context io;
  asio::any_io_executor work = asio::prefer(io.get_executor(), asio::execution::outstanding_work.tracked);
  std::thread thread{[this] { io.run(); }};

  template <class F>
  void run(F f) {
    std::promise<void> done;
    asio::post(io, [&] {
      f();
      done.set_value();
    });
    done.get_future().get();
  }
  ~Home() {
    work = {};
    thread.join();
  }
};

}  // namespace

TEST_CASE("master, agents and scheduler on threads of their own") {
  TransportSet transports;
  transports.add(transports::inproc());
  Home at_master, at_agent, at_blocking, at_scheduler;
  asio::thread_pool pool(2);
  std::optional<MasterServer> master;
  std::optional<AgentServer> agent;
  std::optional<SchedulerDriver> driver;
  std::promise<void> all_done;

  at_master.run([&] {
    master.emplace(at_master.io.get_executor(), transports, MasterServerConfig{.listen = {"inproc://m"}});
    REQUIRE(master->start());
  });
  at_agent.run([&] {
    AgentServerConfig config{.master = "inproc://m", .resources = "cpus:8;mem:1024"};
    config.functions.add(
        "square",
        [](FunctionTask task) {
          const int n = std::stoi(task.info().data);
          task.finish(std::to_string(n * n));
        },
        pool.get_executor());
    config.blocking_executor = at_blocking.io.get_executor();
    config.agent.first_registration_within = 0s;
    agent.emplace(at_agent.io.get_executor(), transports, std::move(config));
    REQUIRE(agent->start());
  });

  constexpr int kTasks = 200;
  int launched = 0, finished = 0, sum = 0;
  at_scheduler.run([&] {
    SchedulerDriverConfig config;
    config.master = "inproc://m";
    config.framework.name = "f";
    driver.emplace(at_scheduler.io.get_executor(), transports, std::move(config));
    driver->on_offers([&](std::span<Offer> offers) {
      for (const Offer& offer : offers) {
        Resources left = offer.resources;
        std::vector<TaskInfo> tasks;
        const Resources each = *Resources::parse("cpus:1;mem:1");
        for (; launched < kTasks && left.contains(each); left -= each, ++launched) {
          tasks.push_back({.task_id = TaskId(std::to_string(launched)),
                           .agent_id = offer.agent_id,
                           .name = "square",
                           .resources = each,
                           .function = "square",
                           .data = std::to_string(launched)});
        }
        driver->accept(offer, {launch(std::move(tasks))}, Filters{0s});
      }
    });
    driver->on_update([&](const TaskStatus& status) {
      if (status.state != TaskState::finished) return;
      sum += std::stoi(status.data) == std::stoi(status.task_id.str()) * std::stoi(status.task_id.str());
      if (++finished == kTasks) all_done.set_value();
    });
    REQUIRE(driver->start());
  });
  REQUIRE(all_done.get_future().wait_for(20s) == std::future_status::ready);
  at_scheduler.run([&] {
    CHECK(sum == kTasks);
    driver.reset();
  });
  at_agent.run([&] { agent.reset(); });
  at_master.run([&] { master.reset(); });
  pool.join();
}
