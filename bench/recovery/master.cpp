// A master that has been started again, in one process with its agents, over inproc.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "macro/side_process.hpp"
#include "mesoscore/master_server.hpp"
#include "mesoscore/scheduler_driver.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "recovery/fake_agents.hpp"
#include "recovery/goals.hpp"
#include "recovery/parts.hpp"

namespace mesoscore::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kRuns = 3;
constexpr const char* kEndpoint = "inproc://recovery";

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

// A master that was started again, with agents that have come back to it.
class Rebuilt {
 public:
  Rebuilt(int agents, int tasks_each) : agents_(io_, agents, tasks_each) {
    transports_.add(transports::inproc());
    MasterServerConfig config;
    config.listen = {kEndpoint};
    cost_ = cost_of([&] {
      master_.emplace(io_.get_executor(), transports_, config);
      if (Status started = master_->start(); !started) fail(started.error().message);
      agents_.come_back(transports_, kEndpoint);
    });
    const auto wanted = static_cast<std::uint32_t>(agents * tasks_each);
    if (master_->view()->tasks != wanted) fail("the master does not know all tasks");
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
  [[noreturn]] static void fail(const std::string& why) {
    std::fprintf(stderr, "bench_recovery: %s\n", why.c_str());
    std::exit(1);
  }

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
