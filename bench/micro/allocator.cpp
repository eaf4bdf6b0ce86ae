// The allocator alone, on workload W1: A agents with cpus:24;mem:4096;disk:4096;ports:[31000-32000] and F
// frameworks in role *; a run with everything free, then rounds in which everybody declines everything for
// good, until every framework has declined every agent. Baselines are the CPU times of Mesos's own allocator
// (c1b42f79, -O2) on this kind of machine; ratio = baseline / value, so many times less CPU.
#include <ctime>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "mesoscore/allocator.hpp"
#include "support/report.hpp"

namespace {

using namespace mesoscore;
using bench::Report;

// CPU milliseconds of this process.
double cpu_ms() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

template <class Work>
double ms_of(Work&& work) {
  const double begin = cpu_ms();
  work();
  return cpu_ms() - begin;
}

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  double pages = 0, resident = 0;
  file >> pages >> resident;
  return resident * 4096 / (1 << 20);
}

struct Baseline {
  double add_agents, add_frameworks, full_run, decline, round_run, filtered_run, memory;
};

class Workload {
 public:
  Workload(unsigned agents, unsigned frameworks)
      : agents_(agents), frameworks_(frameworks), allocator_(AllocatorOptions{}, nullptr, Rng(7)) {
    agent_.resources = Resources::parse("cpus:24;mem:4096;disk:4096;ports:[31000-32000]").value();
  }

  void add_agents() {
    for (unsigned a = 0; a < agents_; ++a) allocator_.add_agent(AgentHandle{a}, agent_, {});
  }
  void add_frameworks() {
    for (unsigned f = 0; f < frameworks_; ++f) {
      FrameworkInfo info;
      info.id = "8e2f1c7a-0000-4000-8000-000000000000-" + std::to_string(10'000 + f);
      allocator_.add_framework(FrameworkHandle{f}, info, {});
    }
  }
  void run() { allocator_.run(now_, grants_); }
  void decline_all() {
    const Filters forever{std::chrono::seconds((std::int64_t{1} << 31) - 1)};
    for (const Grant& grant : grants_) {
      allocator_.recover(grant.framework, grant.agent, grant.role, grant.resources, &forever, now_);
    }
    grants_.clear();
  }
  // Makes every agent a candidate again, for everybody.
  void touch_all() {
    for (unsigned a = 0; a < agents_; ++a) {
      allocator_.deactivate_agent(AgentHandle{a});
      allocator_.activate_agent(AgentHandle{a});
    }
  }

  unsigned agents_, frameworks_;
  Allocator allocator_;
  AgentInfo agent_;
  TimePoint now_{};
  std::vector<Grant> grants_;
};

void w1(Report& report, unsigned agents, unsigned frameworks, const Baseline& mesos) {
  const std::string name = "allocator.w1." + std::to_string(agents) + "x" + std::to_string(frameworks) + ".";
  const auto add = [&](const char* what, double ms, double baseline) {
    report.add(name + what, ms, "ms", baseline, baseline / ms);
  };
  const double before = resident_mib();
  Workload w(agents, frameworks);
  w.allocator_.pause();
  add("add_agents", ms_of([&] { w.add_agents(); }), mesos.add_agents);
  add("add_frameworks", ms_of([&] { w.add_frameworks(); }), mesos.add_frameworks);
  w.allocator_.resume();
  w.grants_.reserve(agents);
  add("full_run", ms_of([&] { w.run(); }), mesos.full_run);
  double decline = 0, run = 0;
  unsigned rounds = 0;
  while (!w.grants_.empty()) {
    decline += ms_of([&] { w.decline_all(); });
    run += ms_of([&] { w.run(); });
    ++rounds;
  }
  if (rounds != frameworks) std::printf("%u rounds, but %u frameworks\n", rounds, frameworks);
  add("decline_round", decline / rounds, mesos.decline);
  add("run_round", run / rounds, mesos.round_run);
  w.touch_all();
  add("all_filtered_run", ms_of([&] { w.run(); }), mesos.filtered_run);
  const double memory = resident_mib() - before;
  report.add(name + "memory", memory, "MiB", mesos.memory, mesos.memory / memory);
}

// Agents that are all in use; one comes free and is offered again.
void one_freed(Report& report, unsigned agents, unsigned frameworks) {
  Workload w(agents, frameworks);
  w.add_agents();
  w.add_frameworks();
  w.run();
  std::vector<Grant> held = std::move(w.grants_);
  w.grants_ = {};
  w.grants_.reserve(1);
  constexpr unsigned kTimes = 20'000;
  Rng rng(3);
  const double ms = ms_of([&] {
    for (unsigned i = 0; i < kTimes; ++i) {
      Grant& grant = held[rng.below(held.size())];
      w.allocator_.recover(grant.framework, grant.agent, grant.role, grant.resources, nullptr, w.now_);
      w.run();
      grant = std::move(w.grants_.front());
      w.grants_.clear();
    }
  });
  report.add("allocator.one_freed_of." + std::to_string(agents) + "x" + std::to_string(frameworks),
             ms * 1e3 / kTimes, "us");
}

}  // namespace

int main() {
  Report report;
  w1(report, 1'000, 50, {8, 7, 16, 20, 13, 140, 205});
  w1(report, 10'000, 200, {117, 401, 249, 250, 254, 9'770, 6'860});
  for (const unsigned agents : {1'000u, 10'000u, 100'000u}) one_freed(report, agents, 200);
}
