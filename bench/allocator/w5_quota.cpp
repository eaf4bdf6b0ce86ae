// W5: small and large roles with guarantee = limit, one framework each.
#include "cluster.hpp"
#include "workloads.hpp"

namespace bench {
namespace {

struct Baseline {
  unsigned small, large;
  double add_frameworks, run, dry_run, memory;
};

constexpr Baseline kMesos[] = {
    {25, 5, 0.4, 1.9, 0.8, 12}, {250, 50, 116, 69, 48, 71}, {2'500, 500, 14'686, 12'091, 11'300, 5'170}};

RoleQuota quota(unsigned role, const char* amounts) {
  const Quantities guarantee = Quantities::parse(amounts).value();
  return {RoleName("role-" + std::to_string(role)), {guarantee, QuantityLimits::parse(amounts).value()}};
}

Figures w5(const Baseline& mesos) {
  const unsigned roles = mesos.small + mesos.large;
  const unsigned agents = mesos.small / 5 + 5 * mesos.large;
  const std::string name = size_name("w5", agents, roles);
  const auto infos = agent_infos(agents, "cpus:2;mem:2048;disk:2048");
  std::vector<FrameworkInfo> frameworks;
  std::vector<RoleQuota> quotas;
  for (unsigned f = 0; f < roles; ++f) {
    frameworks.push_back(framework_info(f, RoleName("role-" + std::to_string(f))));
    quotas.push_back(quota(f, f < mesos.small ? "cpus:1;mem:1024;disk:1024" : "cpus:4;mem:4096;disk:4096"));
  }
  const double before = resident_mib();
  Figures out;
  Cluster cluster;
  cluster.allocator.pause();
  cluster.add_agents(infos);
  if (!cluster.allocator.update_quota(quotas, false)) std::abort();
  out.push_back({name + "add_frameworks", ms_of([&] { cluster.add_frameworks(frameworks); }), "ms",
                 mesos.add_frameworks});
  cluster.allocator.resume();
  out.push_back({name + "run", ms_of([&] { cluster.run(); }), "ms", mesos.run});
  if (cluster.grants.size() < mesos.small + 2 * mesos.large) std::abort();
  cluster.touch_all(agents);
  out.push_back({name + "run_with_nothing_left", ms_of([&] { cluster.run(); }), "ms", mesos.dry_run});
  out.push_back({name + "memory", resident_mib() - before, "MiB", mesos.memory});
  return out;
}

}  // namespace

void w5_quota(mesoscore::bench::Report& report) {
  for (const Baseline& mesos : kMesos) measure(report, [&] { return w5(mesos); });
}

}  // namespace bench
