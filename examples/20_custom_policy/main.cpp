// Shows what a policy does by driving the allocator alone: no master, no network, no clock. This is how to
// try a policy on a workload; a master takes the same one:
//
//     MasterServerConfig{.policy = [] { return std::make_unique<StrictPriority>(); }}
//
// Ten agents of 4 cpus. "production" (weight 3) could use 32 cpus, "research" (weight 1) 40: more than there
// are.
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "mesoscore/allocator.hpp"
#include "mesoscore/policies/drf.hpp"
#include "strict_priority.hpp"

using namespace mesoscore;

namespace {

struct Tenant {
  const char* role;
  double weight;
  double wanted_cpus;
  double held_cpus = 0;
};

constexpr std::uint32_t kAgents = 10;

FrameworkHandle handle(std::size_t tenant) { return static_cast<FrameworkHandle>(tenant); }

Allocator make_cluster(std::unique_ptr<AllocationPolicy> policy, const std::array<Tenant, 2>& tenants) {
  Allocator allocator({}, std::move(policy), Rng(7));
  for (std::size_t i = 0; i < tenants.size(); ++i) {
    if (auto set = allocator.set_weight(tenants[i].role, tenants[i].weight); !set) {
      std::fprintf(stderr, "%s\n", set.error().message.c_str());
    }
    FrameworkInfo framework;
    framework.name = tenants[i].role;
    framework.roles = {RoleName(tenants[i].role)};
    allocator.add_framework(handle(i), framework, {});
  }
  for (std::uint32_t i = 0; i < kAgents; ++i) {
    AgentInfo agent;
    agent.hostname = "agent-" + std::to_string(i);
    agent.resources = {Resource("cpus", Scalar::from_double(4)), Resource("mem", Scalar::from_double(8192))};
    allocator.add_agent(static_cast<AgentHandle>(i), agent, {});
  }
  return allocator;
}

// A tenant keeps what it wants of a grant and hands the rest back, not to be asked again for a minute.
void answer(Allocator& allocator, const Grant& grant, Tenant& tenant, TimePoint now) {
  const double use = std::min(grant.resources.get("cpus"), tenant.wanted_cpus - tenant.held_cpus);
  tenant.held_cpus += use;
  const Resources used = {Resource("cpus", Scalar::from_double(use))};
  const Filters filters{.refuse = std::chrono::minutes(1)};
  allocator.recover(grant.framework, grant.agent, grant.role, grant.resources - used, &filters, now);
}

void show(std::unique_ptr<AllocationPolicy> policy) {
  std::array<Tenant, 2> tenants = {Tenant{"production", 3, 32}, Tenant{"research", 1, 40}};
  Allocator allocator = make_cluster(std::move(policy), tenants);
  const TimePoint now{};
  std::vector<Grant> grants;
  do {
    grants.clear();
    allocator.run(now, grants);
    for (const Grant& grant : grants)
      answer(allocator, grant, tenants[static_cast<std::size_t>(grant.framework)], now);
  } while (!grants.empty());

  std::printf("%s\n", std::string(allocator.policy_name()).c_str());
  for (std::size_t i = 0; i < tenants.size(); ++i) {
    const Tenant& tenant = tenants[i];
    std::printf("  %-11s weight %.0f  wants %2.0f cpus  gets %2.0f  dominant share %.2f\n", tenant.role,
                tenant.weight, tenant.wanted_cpus, tenant.held_cpus, allocator.dominant_share(tenant.role));
  }
  const Explanation why = allocator.explain(handle(1), tenants[1].role, now);
  std::printf("  research is offered nothing more: %s\n", why.sentence.c_str());
}

}  // namespace

int main() {
  show(policies::drf());
  show(std::make_unique<StrictPriority>());
  return 0;
}
