// /bin/true as a task of the process isolator, and through a whole cluster, against a bare posix_spawn + wait
// loop with the same number in flight.
//
//   bench_spawn [rounds] [launches per round]
//
// The work directory is below TMPDIR (or /tmp): its file system is part of what is measured. Bare and ours
// take turns in one run, so that a busy machine slows both; the figures are medians of the rounds.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
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
#include "runtime/containers/containers.hpp"
#include "support/report.hpp"

namespace {

using namespace mesoscore;
using Steady = std::chrono::steady_clock;

double rate(int count, Steady::time_point since) {
  return count / std::chrono::duration<double>(Steady::now() - since).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "bench_spawn: %s\n", why.c_str());
  std::exit(1);
}

void spawn_true() {
  char name[] = "true";
  char* argv[] = {name, nullptr};
  char* environment[] = {nullptr};
  pid_t pid = 0;
  if (::posix_spawn(&pid, "/bin/true", nullptr, nullptr, argv, environment) != 0) die("posix_spawn failed");
}

double bare(int in_flight, int count) {
  const auto begin = Steady::now();
  int started = 0, ended = 0;
  for (; started < in_flight; ++started) spawn_true();
  for (; ended < count; ++ended) {
    int status = 0;
    if (::wait(&status) < 0) die("wait failed");
    if (started < count) {
      spawn_true();
      ++started;
    }
  }
  return rate(count, begin);
}

// A directory for each loop, all in one that is removed when the last figure is known: what removing costs is
// no part of a command, and without a journal ext4 is slow to make files for minutes where others were
// removed.
class Directories {
 public:
  Directories() {
    const char* base = std::getenv("TMPDIR");
    root_ = std::string(base ? base : "/tmp") + "/bench_spawn." + std::to_string(::getpid());
  }
  ~Directories() { std::filesystem::remove_all(root_); }
  Directories(const Directories&) = delete;
  Directories& operator=(const Directories&) = delete;

  std::string make() {
    std::string path = root_ + "/" + std::to_string(++last_);
    std::filesystem::create_directories(path);
    return path;
  }

 private:
  std::string root_;
  int last_ = 0;
};

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

// The same with sandboxes, output files and the environment: what an agent asks for.
class ContainersLoop {
 public:
  explicit ContainersLoop(std::string directory) {
    framework_->id = FrameworkId(agent_id_.str() + "-0000");
    runtime::ContainersConfig config;
    config.work_dir = std::move(directory);
    config.isolators.add(isolators::process());
    containers_.emplace(context_.get_executor(), std::move(config),
                        [this](std::span<const ContainerEvent> events) {
                          for (const ContainerEvent& event : events) on_event(event);
                        });
    if (Status started = containers_->start(); !started) die(started.error().message);
  }
  ~ContainersLoop() { containers_->stop(); }
  ContainersLoop(const ContainersLoop&) = delete;
  ContainersLoop& operator=(const ContainersLoop&) = delete;

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
    const std::string number = std::to_string(++last_);
    LaunchContainer call;
    call.container_id = ContainerId("container-" + number);
    call.framework = framework_;
    call.agent_id = agent_id_;
    call.task.task_id = TaskId("task-" + number);
    call.task.command.emplace(CommandInfo{"/bin/true", false, {}, {}, {}});
    containers_->apply(std::move(call));
  }
  void on_event(const ContainerEvent& event) {
    if (event.kind == ContainerEvent::Kind::started) return;
    if (event.kind != ContainerEvent::Kind::exited || event.wait_status != 0) die(event.message);
    ++ended_;
    if (started_ < wanted_) launch();
  }

  // As unique as those that a master gives out: file systems may choose a place by the name of a directory.
  const AgentId agent_id_{"bench-" + std::to_string(Steady::now().time_since_epoch().count())};
  std::shared_ptr<FrameworkInfo> framework_ = std::make_shared<FrameworkInfo>();
  asio::io_context context_;
  std::optional<runtime::Containers> containers_;
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
      task.command.emplace(CommandInfo{"/bin/true", false, {}, {}, {}});
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
  ContainersLoop containers(directories.make());
  bench::Report report;
  for (int in_flight : {1, 16}) {
    ClusterLoop cluster(in_flight, directories.make());
    std::vector<double> rates[5];
    for (int round = 0; round < rounds; ++round) {
      rates[0].push_back(bare(in_flight, count));
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
