// Function tasks end to end through the real shell: offer -> accept -> RUNNING -> ack -> FINISHED -> ack, 100
// agents.
//
// inproc: everything on one io_context. unix and tcp: the master in a process of its own, the agents and the
// scheduler in this one; CPU is that of the busier process. The message rate is compared with a bare asio
// ping-pong of frames of the same size, over the same number of connections with as many frames in flight, in
// the same run.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "macro/pingpong.hpp"
#include "macro/side_process.hpp"
#include "mesoscore/agent_server.hpp"
#include "mesoscore/master_server.hpp"
#include "mesoscore/scheduler_driver.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "mesoscore/transports/tcp.hpp"
#include "mesoscore/transports/unix.hpp"
#include "support/report.hpp"

namespace mesoscore::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kAgents = 100;
constexpr int kTasksPerAgent = 8;
// Messages that cross the master's connections for one task: RunTask, two updates in and out, two
// acknowledgements in and out; and for each offer: the offer and its accept.
constexpr double kMessagesPerTask = 9;
constexpr double kMessagesPerOffer = 2;

TransportSet all_transports() {
  TransportSet set;
  set.add(transports::inproc()).add(transports::tcp()).add(transports::unix_socket());
  return set;
}

MasterServerConfig master_config(const std::string& endpoint) {
  MasterServerConfig config;
  config.listen = {endpoint};
  config.master.offer_timeout = 0s;
  return config;
}

// The agents and the scheduler on one io_context.
class Workers {
 public:
  Workers(asio::io_context& io, const TransportSet& transports, const std::string& master) : io_(io) {
    FunctionSet functions;
    functions.add("noop", [](FunctionTask task) { task.finish(); });
    for (int i = 0; i < kAgents; ++i) {
      AgentServerConfig config;
      config.master = master;
      config.hostname = "agent-" + std::to_string(i);
      // As much memory as the tasks need: what is left over would be offered again and again, to no use.
      config.resources = "cpus:" + std::to_string(kTasksPerAgent) +
                         ";mem:" + std::to_string(kTasksPerAgent * each_.scalar("mem").milli / 1000);
      config.agent.first_registration_within = 0ms;
      config.functions = functions;
      agents_.push_back(std::make_unique<AgentServer>(io.get_executor(), transports, std::move(config)));
      started(agents_.back()->start());
    }
    SchedulerDriverConfig config;
    config.master = master;
    config.framework.name = "bench";
    driver_ = std::make_unique<SchedulerDriver>(io.get_executor(), transports, std::move(config));
    driver_->on_offers([this](std::span<Offer> offers) {
      offers_ += offers.size();
      for (Offer& offer : offers) launch_on(offer);
    });
    driver_->on_update([this](const TaskStatus& status) {
      if (is_terminal(status.state) && ++finished_ == target_) io_.stop();
    });
    started(driver_->start());
  }

  std::uint64_t offers() const noexcept { return offers_; }  // so far
  void run(std::uint64_t tasks) {
    target_ = finished_ + tasks;
    io_.restart();
    io_.run();
  }

 private:
  static void started(const Status& status) {
    if (status) return;
    std::fprintf(stderr, "bench: %s\n", status.error().message.c_str());
    std::exit(1);
  }
  void launch_on(Offer& offer) {
    std::vector<TaskInfo> tasks;
    tasks.reserve(kTasksPerAgent);
    for (int n = static_cast<int>(offer.resources.get("cpus")); n > 0; --n) {
      TaskInfo& task = tasks.emplace_back();
      task.task_id = TaskId("task-" + std::to_string(next_++));
      task.agent_id = offer.agent_id;
      task.resources = each_;
      task.function = "noop";
    }
    driver_->accept(offer, {launch(std::move(tasks))}, {.refuse = 0s});
  }

  asio::io_context& io_;
  std::vector<std::unique_ptr<AgentServer>> agents_;
  std::unique_ptr<SchedulerDriver> driver_;
  const Resources each_{Resource("cpus", Scalar{1000}), Resource("mem", Scalar{64000})};
  std::uint64_t finished_ = 0, target_ = 0, next_ = 0, offers_ = 0;
};

struct Figures {
  double busier_cpu_us = 0;  // per task
  double rate = 0;           // tasks per second
  double messages = 0;       // per second, over the master's connections
};

Figures measure_inproc(std::uint64_t tasks) {
  asio::io_context io(1);
  const TransportSet transports = all_transports();
  MasterServer master(io.get_executor(), transports, master_config("inproc://bench"));
  if (!master.start()) std::exit(1);
  Workers workers(io, transports, "inproc://bench");
  workers.run(tasks / 10);
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  workers.run(tasks);
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto count = static_cast<double>(tasks);
  return {(cpu_seconds() - cpu) * 1e6 / count, count / wall, 0};
}

Figures measure_processes(const std::string& endpoint, std::uint64_t tasks) {
  SideProcess master({"--master", endpoint});
  asio::io_context io(1);
  Workers workers(io, all_transports(), endpoint);
  workers.run(tasks / 10);
  const std::uint64_t offers_before = workers.offers();
  const double master_cpu = master.cpu_seconds();
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  workers.run(tasks);
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double mine = cpu_seconds() - cpu;
  const double masters = master.cpu_seconds() - master_cpu;
  const auto count = static_cast<double>(tasks);
  const auto offers = static_cast<double>(workers.offers() - offers_before);
  return {std::max(mine, masters) * 1e6 / count, count / wall,
          (count * kMessagesPerTask + offers * kMessagesPerOffer) / wall};
}

int run_master(const std::string& endpoint) {
  asio::io_context io(1);
  MasterServer master(io.get_executor(), all_transports(), master_config(endpoint));
  if (Status status = master.start(); !status) {
    std::fprintf(stderr, "bench: %s\n", status.error().message.c_str());
    return 1;
  }
  return serve_parent(io);
}

void report_inproc(Report& report, std::uint64_t tasks) {
  const Figures f = measure_inproc(tasks);
  report.add("function_task.inproc.cpu", f.busier_cpu_us, "us/task", 5, f.busier_cpu_us / 5);
  report.add("function_task.inproc.rate", f.rate, "tasks/s", 0, 0);
}

void report_processes(Report& report, const std::string& name, const std::string& endpoint,
                      std::uint64_t tasks) {
  const Figures f = measure_processes(endpoint, tasks);
  const double bare = pingpong_rate(endpoint + (name == "unix" ? ".pp" : ""));
  report.add("function_task." + name + ".cpu_busier_side", f.busier_cpu_us, "us/task", 25,
             f.busier_cpu_us / 25);
  report.add("function_task." + name + ".rate", f.rate, "tasks/s", 0, 0);
  report.add("function_task." + name + ".messages", f.messages, "messages/s", bare, f.messages / bare);
}

}  // namespace
}  // namespace mesoscore::bench

int main(int argc, char** argv) {
  using namespace mesoscore::bench;
  const std::vector<std::string> args(argv + 1, argv + argc);
  const std::string only = args.size() == 3 ? args[2] : std::string();  // a transport
  if (args.size() == 2 && args[0] == "--master") return run_master(args[1]);
  if (args.size() == 2 && args[0] == "--echo") return run_echo(args[1]);
  const std::uint64_t tasks = args.size() >= 2 && args[0] == "--tasks" ? std::stoull(args[1]) : 100'000;
  const std::string socket = "unix:///tmp/mesoscore-bench-" + std::to_string(::getpid()) + ".sock";
  Report report;
  if (only.empty() || only == "inproc") report_inproc(report, tasks);
  if (only.empty() || only == "unix") report_processes(report, "unix", socket, tasks);
  if (!only.empty() && only != "tcp") return 0;
  report_processes(report, "tcp", "tcp://127.0.0.1:" + std::to_string(20000 + ::getpid() % 10000), tasks);
  return 0;
}
