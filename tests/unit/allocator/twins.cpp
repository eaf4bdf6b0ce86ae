#include "twins.hpp"

#include <limits>

#include "mesoscore/policies/drf.hpp"
#include "mesoscore/policies/fair.hpp"
#include "mesoscore/policies/fifo.hpp"
#include "mesoscore/policies/priority.hpp"
#include "mesoscore/policies/random.hpp"

namespace lab {

namespace {

constexpr const char* kRoles[] = {"a", "a/b", "a/b/c", "a/d", "b", "b/b", "*"};

// Ties, nonsense and exceptions, but always the same answer for the same node.
class Moody : public AllocationPolicy {
 public:
  std::string_view name() const noexcept override { return "moody"; }
  double key(const Node& node, Rng&) override {
    const auto cpus = node.allocated.get("cpus").milli / 500;
    if (cpus % 5 == 3) return std::numeric_limits<double>::quiet_NaN();
    if (cpus % 5 == 4) throw std::runtime_error("not today");
    return static_cast<double>(cpus % 4) / node.weight;
  }
};

std::unique_ptr<AllocationPolicy> policy_of(std::uint64_t seed) {
  if (seed % 5 == 3) return policies::random();
  if (seed % 5 == 4) return std::make_unique<Moody>();
  if (seed % 5 == 2) {
    if (seed % 3 == 0) return policies::fifo();
    return seed % 3 == 1 ? policies::priority({}) : policies::fair("mem");
  }
  return policies::drf();
}

AllocatorOptions options_of(std::uint64_t seed) {
  AllocatorOptions options;
  if (seed % 3 == 1) options.min_allocatable = {quantities("cpus:1"), quantities("mem:100;ports:2")};
  if (seed % 7 == 2) options.fair_sharing_excluded = {"gpus", "mem"};
  using Gpus = AllocatorOptions::GpuAgents;
  options.gpu_agents = seed % 11 == 5 ? Gpus::like_others : seed % 2 == 1 ? Gpus::never : Gpus::last;
  if (seed % 13 == 4) options.region = "north";
  if (seed % 4 == 1) options.agent_order = seed % 8 == 1 ? agent_orders::pack() : agent_orders::best_fit();
  return options;
}

}  // namespace

Twins::Twins(std::uint64_t seed, Size size)
    : size_(size),
      dice_(seed ^ 0x5eed),
      real_(options_of(seed), policy_of(seed), Rng(seed)),
      slow_(options_of(seed), policy_of(seed), Rng(seed)) {}

std::string Twins::any_role() { return kRoles[pick(std::size(kRoles))]; }

std::vector<unsigned> Twins::framework_numbers() const {
  std::vector<unsigned> out;
  for (const auto& [f, framework] : slow_.frameworks()) out.push_back(f);
  return out;
}

std::vector<unsigned> Twins::agent_numbers() const {
  std::vector<unsigned> out;
  for (const auto& [a, agent] : slow_.agents()) out.push_back(a);
  return out;
}

Resources Twins::any_resources(bool large) {
  Resources out;
  const double most = large ? 8 : 3;
  out.add(Resource("cpus", Scalar::from_double(0.5 * (1 + pick(static_cast<unsigned>(2 * most))))));
  if (chance(80)) out.add(Resource("mem", Scalar{static_cast<std::int64_t>(64'000) * pick(8)}));
  if (chance(25)) out.add(Resource("ports", Ranges::make({{1, 2 + pick(3)}, {10, 12}}).value()));
  if (chance(15)) out.add(Resource("gpus", Scalar{1000 * (1 + pick(2))}));
  if (chance(20)) out.add(revocable("cpus", 0.5 * (1 + pick(4))));
  if (chance(25)) out.add(reserved("cpus", 0.5 * (1 + pick(4)), {any_role()}));
  if (chance(10)) out.add(reserved("mem", 64.0 * (1 + pick(4)), {"a", "a/b"}));
  if (chance(10)) out.add(volume("v" + std::to_string(pick(2)), 50, false));
  if (chance(15)) out.add(volume("s" + std::to_string(pick(2)), 70, true));
  return out;
}

Resources Twins::part_of(const Resources& resources) {
  Resources out;
  for (const Resource& item : resources) {
    if (chance(40)) continue;
    const bool cut = item.kind() == ValueKind::scalar && !item.atom() && chance(50);
    out.add(cut ? item.with_scalar(Scalar{item.scalar().milli / 1000 * 500}) : item);
  }
  return out;
}

FrameworkInfo Twins::any_framework(unsigned f) {
  FrameworkInfo info = framework("f" + std::to_string(f), {any_role()});
  for (unsigned i = pick(3); i > 0; --i) {
    const RoleName role = any_role();
    if (std::find(info.roles.begin(), info.roles.end(), role) == info.roles.end()) info.roles.push_back(role);
  }
  info.capabilities.set(FrameworkCapability::revocable_resources, chance(50));
  info.capabilities.set(FrameworkCapability::shared_resources, chance(50));
  info.capabilities.set(FrameworkCapability::gpu_resources, chance(50));
  info.capabilities.set(FrameworkCapability::reservation_refinement, chance(70));
  if (chance(15)) info.min_allocatable[info.roles.front()] = {};
  if (chance(15)) info.min_allocatable[info.roles.back()] = {quantities("cpus:2"), quantities("gpus:1")};
  if (OfferConstraints constraints = any_constraints(); chance(25) && !constraints.empty()) {
    info.offer_constraints[info.roles.front()] = constraints;
  }
  info.capabilities.set(FrameworkCapability::region_aware, chance(30));
  return info;
}

Twins::Roles Twins::some_roles(const FrameworkInfo& info) {
  Roles out;
  for (const RoleName& role : info.roles) {
    if (chance(40)) out.insert(role.str());
  }
  return out;
}

bool Twins::fail(std::string what) {
  trouble_ = std::move(what);
  for (const std::string& line : log_) trouble_ += "\n  " + line;
  return false;
}

bool Twins::run() {
  std::vector<Grant> grants;
  real_.run(now_, grants);
  const std::vector<Grant> expected = slow_.run(now_);
  std::string got, want;
  for (const Grant& grant : grants) got += "\n    " + str(grant);
  for (const Grant& grant : expected) want += "\n    " + str(grant);
  log_.push_back("run:" + got);
  grants_ += grants.size();
  if (grants.size() != expected.size()) return fail("granted:" + got + "\n  and not:" + want);
  for (std::size_t i = 0; i < grants.size(); ++i) {
    const Grant &g = grants[i], &e = expected[i];
    const bool same = g.framework == e.framework && g.agent == e.agent && g.role == e.role &&
                      g.demand == e.demand && g.units == e.units && g.priority == e.priority &&
                      g.statement == e.statement;
    if (!same || !(g.resources == e.resources)) return fail("granted:" + got + "\n  and not:" + want);
  }
  for (const Grant& grant : grants) {
    if (grant.units == 0) continue;
    demand_grants_.push_back(grant);
    (grant.demand.view().front() == 'g' ? gangs_ : demanded_) += 1;
  }
  std::vector<ExpiredDemand> ended;
  real_.take_expired(ended);
  const std::vector<ExpiredDemand> should_end = slow_.take_expired();
  const bool same_ends = std::equal(ended.begin(), ended.end(), should_end.begin(), should_end.end(),
                                    [](const ExpiredDemand& a, const ExpiredDemand& b) {
                                      return a.framework == b.framework && a.role == b.role &&
                                             a.demand == b.demand && a.open_units == b.open_units;
                                    });
  if (!same_ends) return fail("other demands have expired");
  return same_books();
}

// Nothing twice, free + held = total, shares as recomputed, and explain() says the same as the tests of the
// run.
bool Twins::same_books() {
  if (real_.total() != slow_.total()) return fail("another total");
  for (const auto& [a, agent] : slow_.agents()) {
    const Resources pool = slow_.free_on(agent) + reference::Reference::shared_on(agent);
    if (!(real_.available(ag(a)) == pool))
      return fail("other resources are free on agent " + std::to_string(a));
    for (const auto& [f, framework] : slow_.frameworks()) {
      for (const RoleName& role : framework.info.roles) {
        const Refusal why = real_.explain(fw(f), role, ag(a), now_).reasons;
        const bool eligible = framework.active && agent.active &&
                              framework.suppressed.count(role.str()) == 0 &&
                              !slow_.deal({role.str(), f}, a, pool).resources.empty();
        if ((why == Refusal::none) != eligible) return fail("explain() differs");
        held_back_ += has(why, Refusal::filtered);
        limited_ += has(why, Refusal::limit) || has(why, Refusal::headroom);
      }
    }
  }
  for (const char* role : kRoles) {
    const std::string prefix = std::string(role) + "/";
    const auto in_role = [&](const reference::Leaf& leaf) {
      return leaf.first == role || leaf.first.compare(0, prefix.size(), prefix) == 0;
    };
    if (real_.allocated(role) != slow_.allocated(in_role)) return fail("other allocation of role " + prefix);
    if (real_.consumed(role) != slow_.consumed(role)) return fail("other consumption of role " + prefix);
  }
  for (const auto& [f, framework] : slow_.frameworks()) {
    for (const char* role : kRoles) {
      const reference::Leaf one{role, f};
      const Quantities held = slow_.allocated([&](const reference::Leaf& leaf) { return leaf == one; });
      if (real_.allocated(fw(f), role) != held)
        return fail("other allocation of framework " + std::to_string(f));
      if (real_.open_units(fw(f), role) != slow_.open_units(one))
        return fail("other units are open of framework " + std::to_string(f));
    }
  }
  return true;
}

}  // namespace lab
