// /bin/true as a task of the process isolator, and through a whole cluster, against a bare posix_spawn + wait
// loop with the same number in flight.
//
//   bench_spawn [rounds] [launches per round]
//
// The work directory is below TMPDIR (or /tmp): its file system is part of what is measured. Bare and ours
// take turns in one run, so that a busy machine slows both; the figures are medians of the rounds.
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "mesoscore/agent_server.hpp"
#include "mesoscore/isolators/process.hpp"
#include "mesoscore/master_server.hpp"
#include "mesoscore/scheduler_driver.hpp"
#include "mesoscore/transports/inproc.hpp"
#include "support/launches.hpp"
#include "support/report.hpp"

namespace {

using namespace mesoscore;
using namespace mesoscore::bench;

// What runs on top of the launcher alone: a directory of its own for every launch, as for a task.
class LauncherLoop {
 public:
  LauncherLoop(bool hold, std::string directory) : hold_(hold), directory_(std::move(directory)) {
    const std::string state = directory_ + "/state";
    std::filesystem::create_directories(state);
    launcher_ = isolator_->launcher();
    const Status started =
        launcher_->start(context_.get_executor(), state, [this](ContainerEvent event) { on_event(event); });
    if (!started) die(started.error().message);
  }
  ~LauncherLoop() { launcher_->stop(); }
  LauncherLoop(const LauncherLoop&) = delete;
  LauncherLoop& operator=(const LauncherLoop&) = delete;

  double run(int in_flight, int count) {
    const auto begin = Steady::now();
    wanted_ = count;
    started_ = ended_ = 0;
    for (int i = 0; i < in_flight; ++i) launch();
    while (ended_ < count) context_.run_one();
    return rate(count, begin);
  }

 private:
  void launch() {
    ++started_;
    LaunchPlan plan;
    plan.program = "/bin/true";
    plan.argv = {"true"};
    plan.working_directory = directory_;
    plan.stdout_path = plan.stderr_path = "/dev/null";
    Launcher::HoldHandler held;
    if (hold_) held = [](pid_t) { return Status{}; };
    launcher_->launch("c" + std::to_string(++last_), std::move(plan), std::move(held));
  }
  void on_event(const ContainerEvent& event) {
    if (event.kind == ContainerEvent::Kind::started) return;
    if (event.kind != ContainerEvent::Kind::exited || event.wait_status != 0) die(event.message);
    launcher_->forget(event.container_id);
    ++ended_;
    if (started_ < wanted_) launch();
  }

  bool hold_;
  std::string directory_;
  asio::io_context context_;
  std::shared_ptr<Isolator> isolator_ = isolators::process();
  std::shared_ptr<Launcher> launcher_;
  int wanted_ = 0, started_ = 0, ended_ = 0, last_ = 0;
};

// The whole way: scheduler, master, agent, supervisor and back, all but the supervisors on one thread.
class ClusterLoop {
 public:
  ClusterLoop(int in_flight, std::string directory) {
    TransportSet transports;
    transports.add(transports::inproc());
    MasterServerConfig master;
    master.listen = {"inproc://master"};
    master_.emplace(context_.get_executor(), transports, std::move(master));
    AgentServerConfig agent;
    agent.master = "inproc://master";
    agent.resources = "cpus:" + std::to_string(in_flight) + ";mem:1024";
    agent.work_dir = std::move(directory);
    agent.isolators.add(isolators::process());
    agent_.emplace(context_.get_executor(), transports, std::move(agent));
    SchedulerDriverConfig scheduler;
    scheduler.master = "inproc://master";
    scheduler.framework.name = "bench";
    driver_.emplace(context_.get_executor(), transports, std::move(scheduler));
    driver_->on_offers([this](std::span<Offer> offers) {
      for (const Offer& offer : offers) launch_on(offer);
    });
    driver_->on_update([this](const TaskStatus& status) { on_update(status); });
    for (const Status& started : {master_->start(), agent_->start(), driver_->start()}) {
      if (!started) die(started.error().message);
    }
  }

  double run(int count) {
    const auto begin = Steady::now();
    ended_ = 0;
    left_ = count;
    driver_->revive({});
    while (ended_ < count) context_.run_one();
    return rate(count, begin);
  }

 private:
  void launch_on(const Offer& offer) {
    std::vector<TaskInfo> tasks;
    for (auto room = static_cast<int>(offer.resources.get("cpus")); room > 0 && left_ > 0; --room, --left_) {
      TaskInfo& task = tasks.emplace_back();
      task.task_id = TaskId("task-" + std::to_string(++last_));
      task.agent_id = offer.agent_id;
      task.resources = each_;
      task.command.emplace(CommandInfo{.value = "/bin/true", .shell = false});
    }
    // What is left is of no use, and is refused for a while as any framework would: to be offered it again
    // and again would keep this thread busy. An offer with more in it, such as the cpu of a task that has
    // ended, comes at once all the same.
    driver_->accept(offer, {mesoscore::launch(std::move(tasks))}, {});
    if (left_ == 0) driver_->suppress({});
  }
  void on_update(const TaskStatus& status) {
    if (!is_terminal(status.state)) return;
    if (status.state != TaskState::finished) die(status.message);
    ++ended_;
  }

  const Resources each_{Resource("cpus", Scalar{1000}), Resource("mem", Scalar{10'000})};
  asio::io_context context_;
  std::optional<MasterServer> master_;
  std::optional<AgentServer> agent_;
  std::optional<SchedulerDriver> driver_;
  int left_ = 0, ended_ = 0, last_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 7;
  const int count = argc > 2 ? std::atoi(argv[2]) : 1000;
  Directories directories;
  LauncherLoop launcher(false, directories.make()), held(true, directories.make());
  ContainersLoop containers(directories.make(), IsolatorSet().add(isolators::process()));
  bench::Report report;
  for (int in_flight : {1, 16}) {
    ClusterLoop cluster(in_flight, directories.make());
    std::vector<double> rates[5];
    for (int round = 0; round < rounds; ++round) {
      rates[0].push_back(bare(in_flight, count, spawn_true));
      rates[1].push_back(launcher.run(in_flight, count));
      rates[2].push_back(held.run(in_flight, count));
      rates[3].push_back(containers.run(in_flight, count));
      rates[4].push_back(cluster.run(count));
    }
    // Held: as for isolators that want to see the process first. Containers: with sandbox, output,
    // environment.
    const char* names[] = {"bare", "launcher", "launcher_held", "containers", "cluster"};
    const double base = median(rates[0]);
    for (int i = 0; i < 5; ++i) {
      const std::string name = std::string("spawn.") + names[i] + "." + std::to_string(in_flight);
      const double value = median(rates[i]);
      if (i == 0) {
        report.add(name, value, "1/s");
      } else {
        report.add(name, value, "1/s", base, value / base);
      }
    }
  }
}
