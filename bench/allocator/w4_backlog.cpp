// W4: free agents are added one by one, then every framework is revived once; a run after every event.
#include "cluster.hpp"
#include "workloads.hpp"

namespace bench {
namespace {

struct Baseline {
  unsigned frameworks;
  double add_agents, revive_all;
};

constexpr unsigned kAgents = 10'000;
constexpr Baseline kMesos[] = {{50, 370, 159}, {200, 375, 726}, {1'000, 495, 3'071}};

Figures w4(const Baseline& mesos) {
  const std::string name = size_name("w4", kAgents, mesos.frameworks);
  const auto agents = agent_infos(kAgents, "cpus:24;mem:4096;disk:4096;ports:[31000-32000]");
  Cluster cluster;
  std::size_t offers = 0;
  cluster.add_frameworks(framework_infos(mesos.frameworks));
  Figures out;
  out.push_back({name + "add_agents", ms_of([&] {
                   for (unsigned a = 0; a < kAgents; ++a) {
                     cluster.allocator.add_agent(AgentHandle{a}, agents[a], {});
                     offers += cluster.run_unanswered();
                   }
                 }),
                 "ms", mesos.add_agents});
  if (offers != kAgents) std::abort();
  out.push_back({name + "revive_all", ms_of([&] {
                   for (unsigned f = 0; f < mesos.frameworks; ++f) {
                     cluster.allocator.revive(FrameworkHandle{f}, {});
                     cluster.run();
                   }
                 }),
                 "ms", mesos.revive_all});
  return out;
}

}  // namespace

void w4_backlog(mesoscore::bench::Report& report) {
  for (const Baseline& mesos : kMesos) measure(report, [&] { return w4(mesos); });
}

}  // namespace bench
