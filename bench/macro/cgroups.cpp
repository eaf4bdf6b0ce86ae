// What it costs to limit containers by control groups, and to look at what they use: a thousand of them, once
// a second.
//
// bench_cgroups [containers] [seconds]. Needs root, or groups of one's own.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include <asio/io_context.hpp>

#include "mesoscore/isolators/cgroups.hpp"
#include "support/launches.hpp"
#include "support/report.hpp"

using namespace mesoscore;
using namespace mesoscore::bench;

namespace {

constexpr double kGoal = 0.02;  // of one core, for a thousand containers at one sample a second

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void enter(const std::string& group) {
  const int file = ::open((group + "/cgroup.procs").c_str(), O_WRONLY);
  if (file < 0 || ::write(file, "0", 1) != 1) ::_exit(1);
  ::close(file);
}

// A task that has some memory and does a little now and then.
pid_t start_task(const LaunchPlan& plan) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!plan.cgroup.empty()) enter(plan.cgroup);
  for (const std::string& group : plan.cgroups_v1) enter(group);
  std::vector<char> memory(500'000);
  for (char value = 0;; ++value) {
    std::memset(memory.data(), value, memory.size());
    ::usleep(500'000);
  }
}

class Containers {
 public:
  explicit Containers(int count) {
    char name[] = "/tmp/mesoscore-bench-XXXXXX";
    if (!::mkdtemp(name)) die("cannot make a directory");
    directory_ = name;
    isolators::CgroupsOptions options;
    options.root = "mesoscore-bench-" + std::to_string(::getpid());
    cgroups_ = isolators::cgroups(options);
    const Status started =
        cgroups_->start({.executor = context_.get_executor(), .state_directory = directory_});
    if (!started) die(started.error().message);
    const double begin = cpu_seconds();
    for (int i = 0; i < count; ++i) prepare(i);
    prepare_seconds = (cpu_seconds() - begin) / count;
    for (const LaunchPlan& plan : plans_) pids_.push_back(start_task(plan));
  }
  Containers(const Containers&) = delete;
  Containers& operator=(const Containers&) = delete;
  ~Containers() {
    cgroups_->stop();
    std::system(("rm -rf " + directory_).c_str());
  }

  // Seconds of cpu.
  double sample() {
    const double begin = cpu_seconds();
    for (std::size_t i = 0; i < pids_.size(); ++i) {
      ContainerUsage usage;
      cgroups_->usage(id(i), usage);
      if (!usage.cpus_user_time_secs || !usage.mem_rss_bytes) die("a container without figures");
    }
    return cpu_seconds() - begin;
  }

  double end() {
    for (const pid_t pid : pids_) ::kill(pid, SIGKILL);
    for (const pid_t pid : pids_) ::waitpid(pid, nullptr, 0);
    const double begin = cpu_seconds();
    for (std::size_t i = 0; i < pids_.size(); ++i) {
      if (!cgroups_->cleanup(id(i))) die("cannot clean up");
    }
    const double seconds = (cpu_seconds() - begin) / static_cast<double>(pids_.size());
    context_.run_for(std::chrono::seconds(5));  // those that were not empty yet
    return seconds;
  }

  double prepare_seconds = 0;

 private:
  static ContainerId id(std::size_t i) { return ContainerId("container-" + std::to_string(i)); }
  void prepare(int i) {
    LaunchContainer call;
    call.container_id = id(static_cast<std::size_t>(i));
    call.resources = *Resources::parse("cpus:0.1;mem:64");
    LaunchPlan plan;
    if (Status prepared = cgroups_->prepare({.call = call}, plan); !prepared) die(prepared.error().message);
    plans_.push_back(std::move(plan));
  }

  std::string directory_;
  asio::io_context context_;
  std::shared_ptr<Isolator> cgroups_;
  std::vector<LaunchPlan> plans_;
  std::vector<pid_t> pids_;
};

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 1000;
  const int seconds = argc > 2 ? std::atoi(argv[2]) : 12;
  raise_descriptor_limit();
  Containers containers(count);
  std::this_thread::sleep_for(std::chrono::seconds(2));
  Report report;
  report.add("cgroups.prepare", containers.prepare_seconds * 1e6, "us");
  report.add("cgroups.first_sample", containers.sample() / count * 1e6, "us");
  double used = 0, least = 1e9, most = 0;
  for (int i = 0; i < seconds; ++i) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const double one = containers.sample();
    used += one;
    least = std::min(least, one);
    most = std::max(most, one);
  }
  report.add("cgroups.sample", used / seconds / count * 1e6, "us");
  report.add("cgroups.sample.cheapest_second", least / count * 1e6, "us");
  report.add("cgroups.sample.dearest_second", most / count * 1e6, "us");
  const double core = used / seconds * 1000 / count;
  report.add("cgroups.core_at_1000_containers_1hz", core, "of a core", kGoal, core / kGoal);
  report.add("cgroups.cleanup", containers.end() * 1e6, "us");
}
