// Function tasks end to end through the real shell: offer -> accept -> RUNNING -> ack -> FINISHED -> ack, 100
// agents.
//
// inproc: everything on one io_context. unix and tcp: the master in a process of its own, the agents and the
// scheduler in this one; CPU is that of the busier process. The message rate is compared with a bare asio
// ping-pong of frames of the same size, over the same number of connections with as many frames in flight,
// which takes turns with it.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
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

// One slice of a measurement. The host is noisy: what is compared takes turns, some tenths of a second each,
// and the median slice counts.
struct Slice {
  double busier_cpu_us = 0;  // per task
  double rate = 0;           // tasks per second
  double messages = 0;       // per second, over the master's connections
  double bare = 0;           // per second, of the ping-pong right after it
};
constexpr int kSlices = 15;

double median(const std::vector<Slice>& slices, double (*figure)(const Slice&)) {
  std::vector<double> values;
  for (const Slice& slice : slices) values.push_back(figure(slice));
  std::nth_element(values.begin(), values.begin() + kSlices / 2, values.end());
  return values[kSlices / 2];
}

// Runs so many tasks. `other_cpu`: of the other process, if there is one.
Slice run_slice(Workers& workers, std::uint64_t tasks, const std::function<double()>& other_cpu) {
  const std::uint64_t offers_before = workers.offers();
  const double others = other_cpu();
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  workers.run(tasks);
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double busier = std::max(cpu_seconds() - cpu, other_cpu() - others);
  const auto count = static_cast<double>(tasks);
  const auto offers = static_cast<double>(workers.offers() - offers_before);
  return {busier * 1e6 / count, count / wall, (count * kMessagesPerTask + offers * kMessagesPerOffer) / wall,
          0};
}

std::vector<Slice> measure_inproc(std::uint64_t tasks) {
  asio::io_context io(1);
  const TransportSet transports = all_transports();
  MasterServer master(io.get_executor(), transports, master_config("inproc://bench"));
  if (!master.start()) std::exit(1);
  Workers workers(io, transports, "inproc://bench");
  workers.run(tasks);
  std::vector<Slice> slices;
  for (int i = 0; i < kSlices; ++i) slices.push_back(run_slice(workers, tasks, [] { return 0.0; }));
  return slices;
}

std::vector<Slice> measure_processes(const std::string& endpoint, const std::string& bare_endpoint,
                                     std::uint64_t tasks) {
  SideProcess master({"--master", endpoint});
  asio::io_context io(1);
  Workers workers(io, all_transports(), endpoint);
  PingPong pingpong(bare_endpoint);
  workers.run(tasks);
  std::vector<Slice> slices;
  for (int i = 0; i < kSlices; ++i) {
    slices.push_back(run_slice(workers, tasks, [&] { return master.cpu_seconds(); }));
    slices.back().bare = pingpong.rate(std::chrono::milliseconds(150));
  }
  return slices;
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

void report_cluster(Report& report, const std::string& name, const std::vector<Slice>& slices,
                    const std::string& cpu, double most_cpu) {
  const double cpu_us = median(slices, [](const Slice& slice) { return slice.busier_cpu_us; });
  report.add("function_task." + name + cpu, cpu_us, "us/task", most_cpu, cpu_us / most_cpu);
  report.add("function_task." + name + ".rate", median(slices, [](const Slice& slice) { return slice.rate; }),
             "tasks/s");
}

void report_processes(Report& report, const std::string& name, const std::vector<Slice>& slices) {
  report_cluster(report, name, slices, ".cpu_busier_side", 25);
  report.add("function_task." + name + ".messages",
             median(slices, [](const Slice& slice) { return slice.messages; }), "messages/s",
             median(slices, [](const Slice& slice) { return slice.bare; }),
             median(slices, [](const Slice& slice) { return slice.messages / slice.bare; }));
}

}  // namespace
}  // namespace mesoscore::bench

int main(int argc, char** argv) {
  using namespace mesoscore::bench;
  const std::vector<std::string> args(argv + 1, argv + argc);
  const std::string only = args.size() == 3 ? args[2] : std::string();  // a transport
  if (args.size() == 2 && args[0] == "--master") return run_master(args[1]);
  if (args.size() == 2 && args[0] == "--echo") return run_echo(args[1]);
  // Of a slice.
  const std::uint64_t tasks = args.size() >= 2 && args[0] == "--tasks" ? std::stoull(args[1]) : 20'000;
  const std::string socket = "unix:///tmp/mesoscore-bench-" + std::to_string(::getpid()) + ".sock";
  const int port = 20000 + ::getpid() % 10000;
  const auto tcp = [](int at) { return "tcp://127.0.0.1:" + std::to_string(at); };
  Report report;
  if (only.empty() || only == "inproc") report_cluster(report, "inproc", measure_inproc(tasks), ".cpu", 5);
  if (only.empty() || only == "unix")
    report_processes(report, "unix", measure_processes(socket, socket + ".pp", tasks));
  if (only.empty() || only == "tcp")
    report_processes(report, "tcp", measure_processes(tcp(port), tcp(port + 10000), tasks));
  return 0;
}
