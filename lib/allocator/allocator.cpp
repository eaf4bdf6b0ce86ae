// The public face: each call is one event or one read of the state.
#include "mesoscore/allocator.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "allocator/state.hpp"
#include "mesoscore/policies/drf.hpp"

namespace mesoscore {

std::vector<Quantities> AllocatorOptions::default_min_allocatable() {
  Quantities cpus, mem;
  cpus.set("cpus", Scalar{10});
  mem.set("mem", Scalar{32'000});
  return {cpus, mem};
}

Allocator::State::State(AllocatorOptions chosen, std::unique_ptr<AllocationPolicy> policy, Rng seeded)
    : options(std::move(chosen)),
      rng(seeded),
      total(options.fair_sharing_excluded),
      tree(policy ? std::move(policy) : policies::drf(), total, rng),
      minimums(options.min_allocatable),
      bags(options.min_allocatable),
      share(quotas, total) {}

// What only lives during a run is not copied.
Allocator::State::State(const State& other)
    : options(other.options),
      rng(other.rng),
      total(other.total),
      tree(other.tree),
      minimums(other.minimums),
      bags(other.bags),
      constraints(other.constraints),
      quotas(other.quotas),
      demands(other.demands),
      expired_demands(other.expired_demands),
      claims(other.claims),
      arrivals(other.arrivals),
      clears(other.clears),
      active_leaves(other.active_leaves),
      any_gpus(other.any_gpus),
      agents(other.agents),
      frameworks(other.frameworks),
      leaves(other.leaves),
      holdings(other.holdings),
      touched(other.touched),
      whole(other.whole),
      fresh(other.fresh),
      offerable(other.offerable),
      expiries(other.expiries),
      now(other.now),
      due_at(other.due_at),
      pending(other.pending),
      pauses(other.pauses),
      runs(other.runs),
      share(quotas, total) {
  tree.bind(total, rng);
}

Allocator::Allocator(AllocatorOptions options, std::unique_ptr<AllocationPolicy> policy, Rng rng)
    : state_(std::make_unique<State>(std::move(options), std::move(policy), rng)) {}
Allocator::Allocator(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Allocator::~Allocator() = default;
Allocator::Allocator(Allocator&&) noexcept = default;
Allocator& Allocator::operator=(Allocator&&) noexcept = default;
Allocator Allocator::fork() const { return Allocator(std::make_unique<State>(*state_)); }

Status Allocator::set_weight(std::string_view role, double weight) {
  if (Status valid = validate_role(role); !valid) return valid;
  if (!(std::isfinite(weight) && weight > 0)) {
    return fail(Errc::invalid_argument, "weight of role '" + std::string(role) + "' is " +
                                            std::to_string(weight) + ": give a finite number greater than 0");
  }
  state_->tree.set_weight(role, weight);
  return {};
}

double Allocator::weight(std::string_view role) const noexcept { return state_->tree.weight(role); }

void Allocator::add_framework(FrameworkHandle framework, const FrameworkInfo& info,
                              std::span<const RoleName> suppressed) {
  state_->subscribe(framework, info, suppressed);
  state_->set_active(framework, true);
}
void Allocator::update_framework(FrameworkHandle framework, const FrameworkInfo& info,
                                 std::span<const RoleName> suppressed) {
  if (state_->find(framework) != nullptr) state_->subscribe(framework, info, suppressed);
}
void Allocator::remove_framework(FrameworkHandle framework) { state_->remove(framework); }
void Allocator::activate_framework(FrameworkHandle framework) { state_->set_active(framework, true); }
void Allocator::deactivate_framework(FrameworkHandle framework) { state_->set_active(framework, false); }
void Allocator::suppress(FrameworkHandle framework, std::span<const RoleName> roles) {
  state_->set_suppressed(framework, roles, true);
}
void Allocator::revive(FrameworkHandle framework, std::span<const RoleName> roles) {
  state_->set_suppressed(framework, roles, false);
}

void Allocator::add_agent(AgentHandle agent, std::shared_ptr<const AgentInfo> info,
                          std::span<const Holding> holdings) {
  state_->add(agent, std::move(info), holdings);
}
void Allocator::add_agent(AgentHandle agent, const AgentInfo& info, std::span<const Holding> holdings) {
  state_->add(agent, std::make_shared<const AgentInfo>(info), holdings);
}
void Allocator::update_agent(AgentHandle agent, std::shared_ptr<const AgentInfo> info) {
  state_->update(agent, std::move(info));
}
void Allocator::update_agent(AgentHandle agent, const AgentInfo& info) {
  state_->update(agent, std::make_shared<const AgentInfo>(info));
}
void Allocator::remove_agent(AgentHandle agent) { state_->remove(agent); }
void Allocator::activate_agent(AgentHandle agent) { state_->set_active(agent, true, false); }
void Allocator::deactivate_agent(AgentHandle agent, bool draining) {
  state_->set_active(agent, false, draining);
}

void Allocator::recover(FrameworkHandle framework, AgentHandle agent, std::string_view role,
                        const Resources& resources, const Filters* filters, TimePoint now) {
  State& s = *state_;
  s.now = std::max(s.now, now);
  const auto number = static_cast<State::AgentNumber>(agent);
  const State::NodeId leaf = s.find_leaf(framework, role);
  if (leaf == allocation::kNoNode || s.find(agent) == nullptr || resources.empty()) return;
  const State::HoldingId holding = s.holdings.find(s.agents[number].holdings, leaf);
  if (holding == allocation::kNoHolding) return;
  const bool filtered = filters != nullptr && s.leaves[leaf].subscribed;
  s.give_back(number, holding, resources);
  if (filtered) s.add_filter(number, leaf, resources, filters->refuse, now);
  s.event(now);
}

void Allocator::allocate(FrameworkHandle framework, AgentHandle agent, std::string_view role,
                         const Resources& resources) {
  State& s = *state_;
  if (s.find(agent) == nullptr || resources.empty()) return;
  const auto number = static_cast<State::AgentNumber>(agent);
  s.record(number, s.make_leaf(static_cast<State::FrameworkNumber>(framework), role), resources);
  s.take_from_free(number, resources);
}

Status Allocator::set_demands(FrameworkHandle framework, std::string_view role,
                              std::span<const Demand> demands, TimePoint now) {
  const State::NodeId leaf = state_->find_leaf(framework, role);
  if (leaf == allocation::kNoNode || !state_->leaves[leaf].subscribed) {
    return fail(
        Errc::invalid_argument,
        "role '" + std::string(role) + "' is not one of the framework's: state demands in its own roles");
  }
  return state_->set_demands(leaf, demands, now);
}
void Allocator::reopen(const Grant& grant, std::uint32_t units) { state_->reopen(grant, units); }
void Allocator::take_expired(std::vector<ExpiredDemand>& out) {
  std::move(state_->expired_demands.begin(), state_->expired_demands.end(), std::back_inserter(out));
  state_->expired_demands.clear();
}
std::vector<Eviction> Allocator::preempt(std::span<const RunningTask> tasks, TimePoint now) {
  return state_->preempt(tasks, now);
}

Status Allocator::update_quota(std::span<const RoleQuota> quotas, bool force,
                               std::span<const RoleAmount> offered) {
  return state_->update_quota(quotas, force, offered);
}

Status Allocator::convert(FrameworkHandle framework, AgentHandle agent, std::string_view role,
                          const Conversion& change) {
  if (state_->find(agent) == nullptr) return fail(Errc::not_found, "there is no such agent");
  return state_->convert(state_->find_leaf(framework, role), static_cast<State::AgentNumber>(agent), change);
}
Status Allocator::convert_free(AgentHandle agent, const Conversion& change) {
  if (state_->find(agent) == nullptr) return fail(Errc::not_found, "there is no such agent");
  return state_->convert_free(static_cast<State::AgentNumber>(agent), change);
}

TimePoint Allocator::next_deadline() const noexcept { return state_->pauses > 0 ? kNever : state_->due(); }
void Allocator::run(TimePoint now, std::vector<Grant>& out) { state_->run(now, out); }
void Allocator::pause() { ++state_->pauses; }
void Allocator::resume() {
  if (state_->pauses > 0) --state_->pauses;
}

}  // namespace mesoscore
