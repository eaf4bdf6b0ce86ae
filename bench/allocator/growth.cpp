// How the costs grow with agents and frameworks, and what a run costs in which one agent has changed.
#include <cmath>
#include <cstdio>

#include "cluster.hpp"
#include "workloads.hpp"

namespace bench {
namespace {

constexpr const char* kResources = "cpus:24;mem:4096;disk:4096;ports:[31000-32000]";

double full_run_ms(unsigned agents, unsigned frameworks) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const auto infos = agent_infos(agents, kResources);
    Cluster cluster;
    cluster.add_frameworks(framework_infos(frameworks));
    cluster.add_agents(infos);
    cluster.make_room(agents);
    best = std::min(best, ms_of([&] { cluster.run(); }));
  }
  return best;
}

// The slope between the first and the last point in a plot of logarithms.
double exponent(double first_size, double first, double last_size, double last) {
  return std::log(last / first) / std::log(last_size / first_size);
}

Figures with_agents() {
  Figures out;
  const double few = full_run_ms(1'000, 200), some = full_run_ms(10'000, 200),
               many = full_run_ms(100'000, 200);
  out.push_back({"allocator.growth.agents.1000x200.full_run", few, "ms"});
  out.push_back({"allocator.growth.agents.10000x200.full_run", some, "ms"});
  out.push_back({"allocator.growth.agents.100000x200.full_run", many, "ms"});
  out.push_back({"allocator.growth.agents.exponent", exponent(1'000, few, 100'000, many), "-"});
  return out;
}

Figures with_frameworks() {
  Figures out;
  const unsigned sizes[] = {10, 100, 1'000, 5'000};
  double first = 0, last = 0;
  for (const unsigned frameworks : sizes) {
    last = full_run_ms(10'000, frameworks);
    if (first == 0) first = last;
    out.push_back(
        {"allocator.growth.frameworks.10000x" + std::to_string(frameworks) + ".full_run", last, "ms"});
  }
  out.push_back({"allocator.growth.frameworks.exponent", exponent(10, first, 5'000, last), "-"});
  return out;
}

// All agents are in use; one comes free and is offered again.
Figures one_freed(unsigned agents, unsigned frameworks) {
  Cluster cluster;
  cluster.add_frameworks(framework_infos(frameworks));
  cluster.add_agents(agent_infos(agents, kResources));
  cluster.run();
  std::vector<Grant> held = std::move(cluster.grants);
  cluster.grants = {};
  cluster.grants.reserve(1);
  constexpr unsigned kTimes = 20'000;
  Rng rng(3);
  const double ms = ms_of([&] {
    for (unsigned i = 0; i < kTimes; ++i) {
      Grant& grant = held[rng.below(held.size())];
      cluster.allocator.recover(grant.framework, grant.agent, grant.role, grant.resources, nullptr,
                                cluster.now);
      cluster.run();
      grant = std::move(cluster.grants.front());
      cluster.grants.clear();
    }
  });
  return {{"allocator.one_freed_of." + std::to_string(agents) + "x" + std::to_string(frameworks),
           ms * 1e3 / kTimes, "us"}};
}

Figures largest() {
  const double before = resident_mib();
  Cluster cluster;
  cluster.add_frameworks(framework_infos(5'000));
  cluster.add_agents(agent_infos(100'000, kResources));
  cluster.make_room(100'000);
  Figures out;
  out.push_back({"allocator.largest.100000x5000.full_run", ms_of([&] { cluster.run(); }), "ms"});
  if (cluster.grants.size() != 100'000) std::abort();
  out.push_back({"allocator.largest.100000x5000.fork",
                 ms_of([&] { const Allocator fork = cluster.allocator.fork(); }), "ms"});
  out.push_back({"allocator.largest.100000x5000.memory", resident_mib() - before, "MiB"});
  return out;
}

}  // namespace

void growth(mesoscore::bench::Report& report) {
  measure(report, with_agents);
  measure(report, with_frameworks);
  for (const unsigned agents : {1'000u, 10'000u, 100'000u})
    measure(report, [=] { return one_freed(agents, 200); });
  measure(report, largest);
}

}  // namespace bench
