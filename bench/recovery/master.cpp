// A master that has been started again with its registry, in one process with its agents, over inproc.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <asio/thread_pool.hpp>

#include "macro/side_process.hpp"
#include "mesoscore/master_server.hpp"
#include "mesoscore/scheduler_driver.hpp"
#include "mesoscore/storages/sqlite.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "recovery/fake_agents.hpp"
#include "recovery/goals.hpp"
#include "recovery/parts.hpp"

namespace mesoscore::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kRuns = 3;
constexpr const char* kEndpoint = "inproc://recovery";

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "bench_recovery: %s\n", why.c_str());
  std::exit(1);
}

struct Cost {
  double wall = 0, cpu = 0;  // seconds
};

template <class Work>
Cost cost_of(Work work) {
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
          cpu_seconds() - cpu};
}

std::size_t bytes_in_use() { return mallinfo2().uordblks; }

// The registry that the master before has left behind.
class Registry {
 public:
  explicit Registry(int agents) {
    const char* base = std::getenv("TMPDIR");
    directory_ = std::string(base ? base : "/tmp") + "/bench_registry." + std::to_string(::getpid());
    std::filesystem::create_directories(directory_);
    const auto storage = open();
    std::vector<Change> admitted;
    for (int a = 0; a < agents; ++a) admitted.push_back(put(record::AdmittedAgent{old_agent(a)}));
    if (!storage->open() || !storage->commit(admitted)) fail("the registry cannot be written");
  }
  ~Registry() { std::filesystem::remove_all(directory_); }
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  std::shared_ptr<Storage> open() const { return storages::sqlite({.path = directory_ + "/master.db"}); }

 private:
  std::string directory_;
};

// A master that was started again, with agents that have come back to it.
class Rebuilt {
 public:
  Rebuilt(int agents, int tasks_each) : registry_(agents), agents_(io_, agents, tasks_each) {
    transports_.add(transports::inproc());
    MasterServerConfig config;
    config.listen = {kEndpoint};
    config.storage = registry_.open();
    config.storage_executor = disk_.get_executor();
    cost_ = cost_of([&] {
      master_.emplace(io_.get_executor(), transports_, config);
      if (Status started = master_->start(); !started) fail(started.error().message);
      agents_.come_back(transports_, kEndpoint);
    });
    const auto view = master_->view();
    if (view->tasks != static_cast<std::uint32_t>(agents * tasks_each))
      fail("the master does not know all tasks");
    if (!view->recovered_agents.empty()) fail("the master still waits for agents");
  }

  const Cost& cost() const { return cost_; }
  double bytes() const { return static_cast<double>(bytes_in_use()); }

  // The framework comes back as well, and asks for all of its tasks.
  Cost reconcile(std::size_t tasks) {
    SchedulerDriverConfig config;
    config.master = kEndpoint;
    config.framework = *old_framework();
    std::size_t told = 0;
    SchedulerDriver driver(io_.get_executor(), transports_, config);
    driver.on_update([&](const TaskStatus& status) {
      told += status.state == TaskState::running && status.reason == TaskReason::reconciliation;
    });
    return cost_of([&] {
      if (Status started = driver.start(); !started) fail(started.error().message);
      while (told < tasks) io_.run_one();
    });
  }

 private:
  Registry registry_;
  asio::thread_pool disk_{1};
  asio::io_context io_{1};
  TransportSet transports_;
  FakeAgents agents_;
  std::optional<MasterServer> master_;
  Cost cost_;
};

Cost median(std::vector<Cost> costs) {
  const auto middle = costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2);
  std::nth_element(costs.begin(), middle, costs.end(),
                   [](const Cost& a, const Cost& b) { return a.wall < b.wall; });
  return *middle;
}

void report_cost(Report& report, const std::string& name, const Cost& cost, double goal) {
  report.add(name + ".wall", cost.wall, "s", goal, cost.wall / goal);
  report.add(name + ".cpu", cost.cpu, "s", goal, cost.cpu / goal);
}

}  // namespace

void measure_master(Report& report) {
  constexpr int kAgents = 1000, kTasksEach = 100, kTasks = kAgents * kTasksEach;
  double without_tasks = 0, with_tasks = 0;
  {
    const double before = static_cast<double>(bytes_in_use());
    without_tasks = Rebuilt(kAgents, 0).bytes() - before;
  }
  std::vector<Cost> rebuilds, reconciliations, storms;
  for (int run = 0; run < kRuns; ++run) {
    const double before = static_cast<double>(bytes_in_use());
    Rebuilt rebuilt(kAgents, kTasksEach);
    with_tasks = rebuilt.bytes() - before;
    rebuilds.push_back(rebuilt.cost());
    reconciliations.push_back(rebuilt.reconcile(kTasks));
  }
  for (int run = 0; run < kRuns; ++run) storms.push_back(Rebuilt(10'000, 10).cost());
  report_cost(report, "recovery.master.1000_agents_100000_tasks", median(rebuilds), kGoalRebuild);
  report_cost(report, "recovery.master.then_reconcile_100000_tasks", median(reconciliations), kGoalRebuild);
  report_cost(report, "recovery.storm.10000_agents_100000_tasks", median(storms), kGoalStorm);
  report.add("recovery.master.memory_per_task", (with_tasks - without_tasks) / kTasks, "bytes");
}

}  // namespace mesoscore::bench
