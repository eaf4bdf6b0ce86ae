// W2: agents in use are added one by one, then each gets revocable resources; a run after every event.
#include "cluster.hpp"
#include "workloads.hpp"

namespace bench {
namespace {

struct Baseline {
  unsigned agents, frameworks;
  double add_frameworks, add_agents, update_agents, memory;
};

constexpr Baseline kMesos[] = {
    {1'000, 50, 0.4, 49, 26, 37},
    {5'000, 200, 1.6, 301, 193, 142},
    {10'000, 200, 1.9, 656, 406, 272},
    {10'000, 1'000, 10.4, 793, 554, 279},
};

Figures w2(const Baseline& mesos) {
  const std::string name = size_name("w2", mesos.agents, mesos.frameworks);
  Figures out;
  auto agents = agent_infos(mesos.agents, "cpus:2;mem:1024;disk:4096;ports:[31000-32000]");
  auto frameworks = framework_infos(mesos.frameworks);
  for (FrameworkInfo& info : frameworks) info.capabilities.set(FrameworkCapability::revocable_resources);
  const Resources used =
      Resources::parse("cpus:1;mem:128;disk:1024;ports:[31126-31510,31512-31623,31810-31852,31854-31964]")
          .value();
  ResourceTraits traits;
  traits.revocable = true;
  const Resource more = Resource("cpus", Scalar{10'000}).with_traits(traits);
  const double before = resident_mib();
  Cluster cluster;
  std::size_t offers = 0;
  out.push_back({name + "add_frameworks", ms_of([&] { cluster.add_frameworks(frameworks); }), "ms",
                 mesos.add_frameworks});
  out.push_back({name + "add_agents", ms_of([&] {
                   for (unsigned a = 0; a < agents.size(); ++a) {
                     const Holding held[] = {{FrameworkHandle{a % mesos.frameworks}, "*", used}};
                     cluster.allocator.add_agent(AgentHandle{a}, agents[a], held);
                     offers += cluster.run_unanswered();
                   }
                 }),
                 "ms", mesos.add_agents});
  for (AgentPtr& info : agents) {
    AgentInfo changed = *info;
    changed.resources.add(more);
    info = std::make_shared<const AgentInfo>(std::move(changed));
  }
  out.push_back({name + "update_agents", ms_of([&] {
                   for (unsigned a = 0; a < agents.size(); ++a) {
                     cluster.allocator.update_agent(AgentHandle{a}, agents[a]);
                     offers += cluster.run_unanswered();
                   }
                 }),
                 "ms", mesos.update_agents});
  if (offers != 2 * mesos.agents) std::abort();
  out.push_back({name + "memory", resident_mib() - before, "MiB", mesos.memory});
  return out;
}

}  // namespace

void w2_add(mesoscore::bench::Report& report) {
  for (const Baseline& mesos : kMesos) measure(report, [&] { return w2(mesos); });
}

}  // namespace bench
