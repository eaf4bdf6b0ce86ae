// What it costs to sample the usage of many containers: GetContainers of an agent whose tasks are processes.
//
//   bench_usage [containers] [samples]
//
// The figures are processor time of the agent, the kernel's part included: of one sample of all containers,
// and as a part of one core when somebody asks once a second. The process isolator reads /proc, which is the
// dearest way; with control groups it is a few small files for each container.
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>

#include "mesoscore/isolators/process.hpp"
#include "runtime/containers/containers.hpp"
#include "support/report.hpp"

namespace {

using namespace mesoscore;
using namespace mesoscore::bench;
using namespace std::chrono_literals;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench_usage: %s\n", why.c_str());
  std::exit(1);
}

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
  explicit Host(std::string directory) : directory_(std::move(directory)) {
    runtime::ContainersConfig config;
    config.work_dir = directory_ + "/work";
    config.usage_interval = 1ms;  // so that every question finds its samples too old
    config.isolators.add(isolators::process());
    containers_ = std::make_unique<runtime::Containers>(
        io_.get_executor(), std::move(config), [this](std::span<ContainerEvent> events) { take(events); });
    if (const Status started = containers_->start(); !started) give_up(started.error().message);
  }
  ~Host() {
    for (int i = 0; i < launched_; ++i) containers_->apply(KillContainer{id_of(i), 0s});
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (containers_->size() > 0 && std::chrono::steady_clock::now() < deadline) io_.run_one_for(100ms);
    containers_->stop();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
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
  // How many containers were in it.
  std::size_t sample() {
    io_.run_for(10ms);
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
      if (event.kind == ContainerEvent::Kind::launch_failed) give_up(event.message);
      if (event.kind == ContainerEvent::Kind::answered)
        answered_ = event.report ? event.report->containers.size() : 0;
    }
  }

  std::string directory_;
  asio::io_context io_;
  std::unique_ptr<runtime::Containers> containers_;
  int launched_ = 0, started_ = 0;
  std::size_t answered_ = 0;
};

std::string fresh_directory() {
  std::string path = (std::filesystem::temp_directory_path() / "mesoscore-bench-usage-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) give_up("cannot create " + path);
  return path;
}

}  // namespace

int main(int argc, char** argv) {
  const int containers = argc > 1 ? std::atoi(argv[1]) : 1000;
  const int samples = argc > 2 ? std::atoi(argv[2]) : 20;
  if (containers < 1 || samples < 1) give_up("give numbers above zero");
  Report report;
  Host host(fresh_directory());
  host.launch(containers);
  host.sample();
  std::vector<double> costs;
  for (int i = 0; i < samples; ++i) {
    const double before = processor_seconds();
    if (host.sample() != static_cast<std::size_t>(containers)) give_up("some containers were not sampled");
    costs.push_back(processor_seconds() - before);
  }
  std::sort(costs.begin(), costs.end());
  const double median = costs[costs.size() / 2];
  const std::string name = "usage.process." + std::to_string(containers);
  report.add(name, median * 1e6, "us");
  report.add(name + ".each", median * 1e6 / containers, "us");
  report.add(name + ".of_a_core_at_1Hz", median * 100, "%");
}
