// W3: agents in use; in five rounds all offers come back without a filter, more frameworks are suppressed,
// and a run follows. "extreme" suppresses nearly all at once.
#include "cluster.hpp"
#include "workloads.hpp"

namespace bench {
namespace {

struct Baseline {
  unsigned frameworks;
  double extreme_run, recover, suppressed_run;
};

constexpr unsigned kAgents = 10'000;
constexpr Baseline kMesos[] = {{200, 354, 400, 26}, {500, 334, 407, 35}, {1'000, 345, 409, 34}};

Cluster make_cluster(unsigned frameworks) {
  Cluster cluster;
  std::string ports = "[";
  for (unsigned i = 0; i < 16; ++i) {
    ports += (i > 0 ? "," : "") + std::to_string(31'000 + 60 * i) + "-" + std::to_string(31'030 + 60 * i);
  }
  const Resources used = Resources::parse("cpus:16;mem:1024;disk:1024;ports:" + ports + "]").value();
  cluster.add_frameworks(framework_infos(frameworks));
  const auto agents = agent_infos(kAgents, "cpus:24;mem:4096;disk:4096;ports:[31000-32000]");
  for (unsigned a = 0; a < kAgents; ++a) {
    const Holding held[] = {{FrameworkHandle{a % frameworks}, "*", used}};
    cluster.allocator.add_agent(AgentHandle{a}, agents[a], held);
  }
  cluster.run();
  return cluster;
}

void suppress(Cluster& cluster, unsigned from, unsigned to) {
  for (unsigned f = from; f < to; ++f) cluster.allocator.suppress(FrameworkHandle{f}, {});
}

Figures w3(const Baseline& mesos) {
  const std::string name = size_name("w3", kAgents, mesos.frameworks);
  Figures out;
  double recover = 0, run = 0;
  {
    Cluster cluster = make_cluster(mesos.frameworks);
    suppress(cluster, 0, mesos.frameworks - mesos.frameworks / 100);
    for (int round = 0; round < 5; ++round) {
      recover += ms_of([&] { cluster.give_back_all(nullptr); });
      run += ms_of([&] { cluster.run(); });
    }
    if (cluster.grants.size() != kAgents) std::abort();
  }
  out.push_back({name + "extreme_run", run / 5, "ms", mesos.extreme_run});
  out.push_back({name + "recover_all", recover / 5, "ms", mesos.recover});
  Cluster cluster = make_cluster(mesos.frameworks);
  for (unsigned round = 0; round < 5; ++round) {
    cluster.give_back_all(nullptr);
    suppress(cluster, round * mesos.frameworks / 5, (round + 1) * mesos.frameworks / 5);
    run = ms_of([&] { cluster.run(); });
  }
  if (!cluster.grants.empty()) std::abort();
  out.push_back({name + "all_suppressed_run", run, "ms", mesos.suppressed_run});
  return out;
}

}  // namespace

void w3_suppress(mesoscore::bench::Report& report) {
  for (const Baseline& mesos : kMesos) measure(report, [&] { return w3(mesos); });
}

}  // namespace bench
