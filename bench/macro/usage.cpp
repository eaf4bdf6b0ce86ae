// What it costs to sample the usage of many containers: GetContainers of an agent whose tasks are processes.
//
//   bench_usage [containers] [samples]
//
// The figures are processor time of the agent, the kernel's part included: of one sample of all containers,
// and as a part of one core when somebody asks once a second. The process isolator alone reads /proc, which
// is the dearest way; with control groups (as root) it is a few small files for each container.
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>

#include "mesoscore/isolators/cgroups.hpp"
#include "mesoscore/isolators/process.hpp"
#include "runtime/containers/containers.hpp"
#include "support/launches.hpp"
#include "support/report.hpp"

namespace {

using namespace mesoscore;
using namespace mesoscore::bench;
using namespace std::chrono_literals;

constexpr double kGoal = 0.02;  // of one core, for a thousand containers at one sample a second

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Host {
 public:
  Host(std::string directory, IsolatorSet isolators) {
    runtime::ContainersConfig config;
    config.work_dir = std::move(directory);
    config.usage_interval = 1ms;  // so that every question finds its samples too old
    config.isolators = std::move(isolators);
    containers_ = std::make_unique<runtime::Containers>(
        io_.get_executor(), std::move(config), [this](std::span<ContainerEvent> events) { take(events); });
    if (const Status started = containers_->start(); !started) die(started.error().message);
  }
  ~Host() {
    for (int i = 0; i < launched_; ++i) containers_->apply(KillContainer{id_of(i), 0s});
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (containers_->size() > 0 && std::chrono::steady_clock::now() < deadline) io_.run_one_for(100ms);
    containers_->stop();
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  void launch(int count) {
    const auto framework = std::make_shared<FrameworkInfo>();
    framework->id = FrameworkId("bench");
    for (; launched_ < count; ++launched_) {
      LaunchContainer call;
      call.container_id = id_of(launched_);
      call.framework = framework;
      call.agent_id = AgentId("agent");
      call.task.task_id = TaskId("t" + std::to_string(launched_));
      call.task.command.emplace(CommandInfo{"exec sleep 10000", true, {}, {}, {}, {}});
      containers_->apply(std::move(call));
    }
    while (started_ < count) io_.run_one();
  }
  void wait(std::chrono::milliseconds time) { io_.run_for(time); }
  // How many containers were in it.
  std::size_t sample() {
    answered_ = 0;
    containers_->apply(AskContainers{1, GetContainers{}});
    while (answered_ == 0) io_.run_one();
    return answered_;
  }

 private:
  static ContainerId id_of(int i) { return ContainerId("c" + std::to_string(i)); }
  void take(std::span<ContainerEvent> events) {
    for (const ContainerEvent& event : events) {
      if (event.kind == ContainerEvent::Kind::started) ++started_;
      if (event.kind == ContainerEvent::Kind::launch_failed) die(event.message);
      if (event.kind == ContainerEvent::Kind::answered)
        answered_ = event.report ? event.report->containers.size() : 0;
    }
  }

  asio::io_context io_;
  std::unique_ptr<runtime::Containers> containers_;
  int launched_ = 0, started_ = 0;
  std::size_t answered_ = 0;
};

IsolatorSet with_cgroups() {
  isolators::CgroupsOptions options;
  options.root = "mesoscore-bench-" + std::to_string(::getpid());
  return IsolatorSet().add(isolators::process()).add(isolators::cgroups(options));
}

// The median of all samples, in seconds of the processor.
double measure(IsolatorSet isolators, int containers, int samples) {
  Directories directories;
  Host host(directories.make(), std::move(isolators));
  host.launch(containers);
  host.sample();
  std::vector<double> costs;
  for (int i = 0; i < samples; ++i) {
    host.wait(1s);  // as somebody who looks once a second
    const double before = processor_seconds();
    if (host.sample() != static_cast<std::size_t>(containers)) die("some containers were not sampled");
    costs.push_back(processor_seconds() - before);
  }
  return median(std::move(costs));
}

void tell(Report& report, const std::string& set, double seconds, int containers) {
  const std::string name = "usage." + set + "." + std::to_string(containers);
  report.add(name + ".each", seconds * 1e6 / containers, "us");
  const double core = seconds * 1000 / containers;
  report.add("usage." + set + ".core_at_1000_containers_1hz", core, "of a core", kGoal, core / kGoal);
}

}  // namespace

int main(int argc, char** argv) {
  const int containers = argc > 1 ? std::atoi(argv[1]) : 1000;
  const int samples = argc > 2 ? std::atoi(argv[2]) : 12;
  if (containers < 1 || samples < 1) die("give numbers above zero");
  raise_descriptor_limit();
  Report report;
  tell(report, "process", measure(IsolatorSet().add(isolators::process()), containers, samples), containers);
  if (::geteuid() == 0) {
    tell(report, "cgroups", measure(with_cgroups(), containers, samples), containers);
  } else {
    std::fputs("left out: cgroups: they need root\n", stderr);
  }
}
