// W1: everything is free; then everybody declines everything for good.
#include "cluster.hpp"
#include "workloads.hpp"

namespace bench {
namespace {

struct Baseline {
  unsigned agents, frameworks;
  double add_agents, add_frameworks, full_run, nothing_free, decline, run, filtered, memory;
  bool to_the_end = true;
};

constexpr Baseline kMesos[] = {
    {1'000, 50, 8, 7, 16, 0.9, 20, 13, 140, 205},
    {5'000, 200, 53, 171, 110, 5, 118, 111, 4'900, 3'430},
    {10'000, 50, 111, 118, 238, 11, 247, 237, 2'015, 1'897},
    {10'000, 200, 117, 401, 249, 14, 250, 254, 9'770, 6'860},
    {10'000, 1'000, 123, 3'104, 414, 12, 0, 382, 0, 0, false},
};

Figures w1(const Baseline& mesos) {
  const std::string name = size_name("w1", mesos.agents, mesos.frameworks);
  Figures out;
  const auto agents = agent_infos(mesos.agents, "cpus:24;mem:4096;disk:4096;ports:[31000-32000]");
  const auto frameworks = framework_infos(mesos.frameworks);
  const double before = resident_mib();
  Cluster cluster;
  cluster.allocator.pause();
  out.push_back({name + "add_agents", ms_of([&] { cluster.add_agents(agents); }), "ms", mesos.add_agents});
  out.push_back({name + "add_frameworks", ms_of([&] { cluster.add_frameworks(frameworks); }), "ms",
                 mesos.add_frameworks});
  cluster.allocator.resume();
  cluster.make_room(mesos.agents);
  out.push_back({name + "full_run", ms_of([&] { cluster.run(); }), "ms", mesos.full_run});
  if (cluster.grants.size() != mesos.agents) std::abort();
  cluster.touch_all(mesos.agents);
  out.push_back({name + "nothing_free_run", ms_of([&] { cluster.run(); }), "ms", mesos.nothing_free});

  const Filters forever{std::chrono::seconds((std::int64_t{1} << 31) - 1)};
  double decline = 0, run = 0;
  unsigned rounds = 0;
  for (unsigned most = mesos.to_the_end ? UINT32_MAX : 20; !cluster.grants.empty() && rounds < most;
       ++rounds) {
    decline += ms_of([&] { cluster.give_back_all(&forever); });
    run += ms_of([&] { cluster.run(); });
  }
  out.push_back({name + "decline_round", decline / rounds, "ms", mesos.decline});
  out.push_back({name + "run_round", run / rounds, "ms", mesos.run});
  if (!mesos.to_the_end) return out;
  if (rounds != mesos.frameworks) std::abort();
  cluster.touch_all(mesos.agents);
  out.push_back({name + "all_filtered_run", ms_of([&] { cluster.run(); }), "ms", mesos.filtered});
  if (!cluster.grants.empty()) std::abort();
  out.push_back({name + "memory", resident_mib() - before, "MiB", mesos.memory});
  return out;
}

}  // namespace

void w1_free(mesoscore::bench::Report& report) {
  for (const Baseline& mesos : kMesos) measure(report, [&] { return w1(mesos); });
}

}  // namespace bench
