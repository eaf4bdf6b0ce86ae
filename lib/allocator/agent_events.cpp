#include <algorithm>

#include "allocator/bags.hpp"
#include "allocator/state.hpp"

namespace mesoscore {

using namespace allocation;

namespace {

// All of it will be looked at, and it has not been for long: ask for its cache lines at once.
void ask_for(const AgentInfo& info) noexcept {
  const char* const begin = reinterpret_cast<const char*>(&info);
  for (std::size_t at = 0; at < sizeof info; at += 64) __builtin_prefetch(begin + at);
}

}  // namespace

void Allocator::State::add(AgentHandle handle, std::shared_ptr<const AgentInfo> info,
                           std::span<const Holding> held) {
  if (find(handle) != nullptr) remove(handle);
  const auto number = static_cast<AgentNumber>(handle);
  make_room_for(number);
  agents[number].present = true;
  agents[number].active = true;
  describe(number, std::move(info));
  change_total(number, agents[number].info->resources);
  for (const Holding& each : held) {
    if (each.resources.empty()) continue;
    record(number, make_leaf(static_cast<FrameworkNumber>(each.framework), each.role), each.resources);
  }
  recompute_free(number);
  mark(number);
}

void Allocator::State::make_room_for(AgentNumber number) {
  if (number < agents.size()) return;
  const std::size_t before = agents.capacity();
  agents.grow_to(std::size_t{number} + 1);
  if (agents.capacity() == before) return;
  touched.make_room(agents.capacity());
  whole.make_room(agents.capacity());
  offerable.make_room(agents.capacity());
  expiries.make_room(agents.capacity());
  holdings.make_room(agents.capacity());
}

void Allocator::State::describe(AgentNumber number, std::shared_ptr<const AgentInfo> info) {
  Agent& agent = agents[number];
  agent.remote = !options.region.empty() && !info->region.empty() && info->region != options.region;
  agent.info = std::move(info);
  constraints.forget(number);
}

void Allocator::State::set_total(AgentNumber number, const Resources& resources) {
  change_total(number, resources);
  recompute_free(number);
}

void Allocator::State::change_total(AgentNumber number, const Resources& resources) {
  Agent& agent = agents[number];
  Bag after = bags.make(resources, total);
  if (quotas.active()) {
    count_reserved(*agent.total, false);
    count_reserved(*after, true);
  }
  total.replace(agent.total, after);
  agent.total = std::move(after);
  agent.shared.clear();
  agent.has_shared = agent.total.has_shared();
  if (agent.has_shared) {
    agent.shared = bags.make(agent.total->filter([](const Resource& item) { return item.shared(); }), total);
  }
  agent.has_gpus = agent.total.has_gpus();
  any_gpus = any_gpus || agent.has_gpus;
}

void Allocator::State::update(AgentHandle handle, std::shared_ptr<const AgentInfo> info) {
  Agent* agent = find(handle);
  if (agent == nullptr) return;
  const auto number = static_cast<AgentNumber>(handle);
  const AgentInfo& before = *agent->info;
  ask_for(before);
  ask_for(*info);
  const bool other_attributes = before.attributes != info->attributes;
  const bool other_place =
      before.hostname != info->hostname || before.region != info->region || before.zone != info->zone;
  const bool other_total = !(*agent->total == info->resources);
  const bool other = other_attributes || other_place || other_total;
  if (other) forget_parts_on(number);  // it may not be fit for the gang any more
  describe(number, std::move(info));
  if (other_attributes) clear_filters_on(number);
  if (other_total) set_total(number, agent->info->resources);
  if (other) mark(number);
}

void Allocator::State::remove(AgentHandle handle) {
  Agent* agent = find(handle);
  if (agent == nullptr) return;
  const auto number = static_cast<AgentNumber>(handle);
  forget_parts_on(number);
  drop_claim(number);
  while (agent->holdings != kNoHolding) give_back_all(number, agent->holdings);
  clear_filters_on(number);
  set_total(number, Resources());
  agent->present = false;
  agent->active = false;
  agent->draining = false;
  agent->remote = false;
  agent->last_granted_run = 0;
  agent->info.reset();
  constraints.forget(number);
  offerable.set(number, false);
}

void Allocator::State::set_active(AgentHandle handle, bool active, bool draining) {
  Agent* agent = find(handle);
  if (agent == nullptr) return;
  agent->draining = draining;
  if (agent->active == active) return;
  const auto number = static_cast<AgentNumber>(handle);
  if (!active) forget_parts_on(number);
  count_free(number, false);
  agent->active = active;
  count_free(number, true);
  offerable.set(number, agent->offerable());
  if (active) mark(number);
}

void Allocator::State::clear_filters_on(AgentNumber number) {
  agents[number].filters.clear();
  expiries.set(number, kNever);
}

void Allocator::State::mark(AgentNumber number) {
  offerable.set(number, agents[number].offerable());
  whole.set(number, true);
  touched.add(number);
  event();
}

}  // namespace mesoscore
