// An agent with a thousand processes below it is killed and comes back.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/read.hpp>
#include <asio/thread_pool.hpp>

#include "macro/side_process.hpp"
#include "mesoscore/agent_server.hpp"
#include "mesoscore/isolators/process.hpp"
#include "mesoscore/master_server.hpp"
#include "mesoscore/scheduler_driver.hpp"
#include "mesoscore/storages/sqlite.hpp"
#include "mesoscore/transports/unix.hpp"
#include "recovery/agent_process.hpp"
#include "recovery/goals.hpp"
#include "recovery/parts.hpp"

namespace mesoscore::bench {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int kTasks = 1000;
constexpr int kRuns = 5;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "bench_recovery: %s\n", why.c_str());
  std::exit(1);
}

TransportSet unix_only() {
  TransportSet set;
  set.add(transports::unix_socket());
  return set;
}

// A supervisor takes some descriptors of its agent.
void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

AgentServerConfig agent_config(const std::string& master, const std::string& directory) {
  AgentServerConfig config;
  config.master = master;
  config.hostname = "bench";
  config.resources = "cpus:" + std::to_string(kTasks) + ";mem:" + std::to_string(kTasks);
  config.work_dir = directory;
  config.agent.first_registration_within = 0ms;
  config.agent.registration_backoff = 10ms;
  config.agent.update_retry = 500ms;
  config.isolators.add(isolators::process());
  config.storage = storages::sqlite({.path = directory + "/agent.db"});
  return config;
}

// Master and scheduler, which stay.
class Cluster {
 public:
  explicit Cluster(const std::string& endpoint) {
    MasterServerConfig master;
    master.listen = {endpoint};
    master_.emplace(io_.get_executor(), unix_only(), std::move(master));
    SchedulerDriverConfig scheduler;
    scheduler.master = endpoint;
    scheduler.framework.name = "bench";
    driver_.emplace(io_.get_executor(), unix_only(), std::move(scheduler));
    driver_->on_offers([this](std::span<Offer> offers) {
      for (const Offer& offer : offers) launch_on(offer);
    });
    driver_->on_update([this](const TaskStatus& status) {
      running_ += status.state == TaskState::running && status.uuid;
      killed_ += status.state == TaskState::killed;
      if (is_terminal(status.state) && status.state != TaskState::killed)
        fail("a task is lost: " + status.message);
    });
    for (const Status& started : {master_->start(), driver_->start()}) {
      if (!started) fail(started.error().message);
    }
  }

  template <class Condition>
  void run_until(const char* what, Condition condition) {
    const auto patience = Steady::now() + 60s;
    while (!condition()) {
      if (Steady::now() > patience) fail(std::string("it takes too long: ") + what);
      io_.run_for(1ms);
    }
  }
  void run_until_all_run() {
    run_until("launching", [this] { return running_ >= kTasks; });
  }
  AgentProcess::Registered run_until_registered(AgentProcess& agent) {
    std::optional<AgentProcess::Registered> registered;
    run_until("registering", [&] { return (registered = agent.registered()).has_value(); });
    if (master_->view()->tasks != kTasks) fail("the master does not know all tasks");
    return *registered;
  }
  // What came back can be killed, and says so.
  void kill_all() {
    for (int i = 0; i < kTasks; ++i) driver_->kill(TaskId("task-" + std::to_string(i)));
    run_until("killing", [this] { return killed_ >= kTasks; });
  }

 private:
  void launch_on(const Offer& offer) {
    const auto each = Resources::parse("cpus:1;mem:1").value();
    std::vector<TaskInfo> tasks;
    for (auto room = static_cast<int>(offer.resources.get("cpus")); room > 0 && launched_ < kTasks; --room) {
      TaskInfo& task = tasks.emplace_back();
      task.task_id = TaskId("task-" + std::to_string(launched_++));
      task.agent_id = offer.agent_id;
      task.resources = each;
      task.command.emplace(CommandInfo{"sleep", false, {"sleep", "3600"}, {}, {}});
    }
    driver_->accept(offer, {launch(std::move(tasks))});
  }

  asio::io_context io_{1};
  std::optional<MasterServer> master_;
  std::optional<SchedulerDriver> driver_;
  int launched_ = 0, running_ = 0, killed_ = 0;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

int run_agent(const std::string& master, const std::string& directory) {
  raise_descriptor_limit();
  asio::io_context io(1);
  asio::thread_pool disk(1);
  AgentServerConfig config = agent_config(master, directory);
  config.storage_executor = disk.get_executor();
  const auto begin = Steady::now();
  const double cpu = cpu_seconds();
  AgentServer agent(io.get_executor(), unix_only(), std::move(config));
  if (Status started = agent.start(); !started) fail(started.error().message);
  agent.async_registered([&](const Status& registered) {
    if (!registered) return;
    const double wall = std::chrono::duration<double>(Steady::now() - begin).count();
    std::printf("registered %f %f\n", wall, cpu_seconds() - cpu);
    std::fflush(stdout);
  });
  asio::posix::stream_descriptor input(io, ::dup(0));
  char byte = 0;
  asio::async_read(input, asio::buffer(&byte, 1),
                   [&](asio::error_code, std::size_t) { agent.async_stop([&] { io.stop(); }); });
  io.run();
  return 0;
}

void measure_agent(Report& report) {
  const char* base = std::getenv("TMPDIR");
  const std::string directory =
      std::string(base ? base : "/tmp") + "/bench_recovery." + std::to_string(::getpid());
  std::filesystem::create_directories(directory);
  const std::string endpoint = "unix://" + directory + "/master.sock";
  std::vector<double> wall, cpu;
  {
    Cluster cluster(endpoint);
    auto agent = std::make_unique<AgentProcess>(endpoint, directory);
    cluster.run_until_all_run();
    for (int run = 0; run < kRuns; ++run) {
      agent->kill();
      agent = nullptr;
      agent = std::make_unique<AgentProcess>(endpoint, directory);
      const auto registered = cluster.run_until_registered(*agent);
      wall.push_back(registered.wall);
      cpu.push_back(registered.cpu);
    }
    cluster.kill_all();
  }
  std::filesystem::remove_all(directory);
  const std::string name = "recovery.agent.1000_tasks";
  report.add(name + ".wall", median(wall), "s", kGoalAgent, median(wall) / kGoalAgent);
  report.add(name + ".cpu", median(cpu), "s", kGoalAgent, median(cpu) / kGoalAgent);
}

}  // namespace mesoscore::bench
