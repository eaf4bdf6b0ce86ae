// The public face: each call is one event or one read of the state.
#include "mesoscore/allocator.hpp"

#include <cmath>

#include "allocator/state.hpp"
#include "mesoscore/policies/drf.hpp"

namespace mesoscore {

AllocatorOptions::AllocatorOptions() {
  Quantities cpus, mem;
  cpus.set("cpus", Scalar{10});
  mem.set("mem", Scalar{32'000});
  min_allocatable = {cpus, mem};
}

Allocator::State::State(AllocatorOptions chosen, std::unique_ptr<AllocationPolicy> policy, Rng seeded)
    : options(std::move(chosen)),
      rng(seeded),
      total(options.fair_sharing_excluded),
      tree(policy ? std::move(policy) : policies::drf(), total, rng),
      minimums(options.min_allocatable) {}

Allocator::Allocator(AllocatorOptions options, std::unique_ptr<AllocationPolicy> policy, Rng rng)
    : state_(std::make_unique<State>(std::move(options), std::move(policy), rng)) {}
Allocator::~Allocator() = default;
Allocator::Allocator(Allocator&&) noexcept = default;
Allocator& Allocator::operator=(Allocator&&) noexcept = default;

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

void Allocator::add_agent(AgentHandle agent, const AgentInfo& info, std::span<const Holding> holdings) {
  state_->add(agent, info, holdings);
}
void Allocator::update_agent(AgentHandle agent, const AgentInfo& info) { state_->update(agent, info); }
void Allocator::remove_agent(AgentHandle agent) { state_->remove(agent); }
void Allocator::activate_agent(AgentHandle agent) { state_->set_active(agent, true); }
void Allocator::deactivate_agent(AgentHandle agent) { state_->set_active(agent, false); }

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

TimePoint Allocator::next_deadline() const noexcept { return state_->pauses > 0 ? kNever : state_->due(); }
void Allocator::run(TimePoint now, std::vector<Grant>& out) { state_->run(now, out); }
void Allocator::pause() { ++state_->pauses; }
void Allocator::resume() {
  if (state_->pauses > 0) --state_->pauses;
}

}  // namespace mesoscore
