// Deadlines of agents, frameworks and offers.
//
// One heap holds at most a few entries per agent and framework. An entry says "look at this record then"; the
// record itself knows what is due, so a deadline that moves later needs no change in the heap.
#include <algorithm>

#include "master/state.hpp"

namespace mesoscore {
namespace {

TimePoint due(const MasterFramework& f) noexcept { return std::min(f.heartbeat_at, f.remove_at); }
TimePoint due(const MasterAgent& a) noexcept { return std::min(a.ping_at, a.unreachable_at); }

void push(std::vector<MasterTimer>& heap, MasterTimer timer) {
  heap.push_back(timer);
  std::push_heap(heap.begin(), heap.end(), std::greater<>{});
}

void ping(Master::State& s, std::uint32_t a) {
  MasterAgent& agent = s.agents[a];
  if (++agent.missed_pings > s.options.ping_misses && !s.removals.contains(agent.id())) {
    note(*s.out, LogLevel::warning, "agent ", agent.id(), " did not answer ", s.options.ping_misses,
         " pings");
    s.request_removal(AgentId(agent.id()));
    if (!s.agents.live(a)) return;
  }
  agent.ping_at = after(s.now, s.options.ping_interval);
  s.send_to_agent(a, msg::Ping{true});
}

void fire_agent(Master::State& s, std::uint32_t a) {
  MasterAgent& agent = s.agents[a];
  if (agent.unreachable_at <= s.now) {
    agent.unreachable_at = kNever;
    s.request_removal(AgentId(agent.id()));
    if (!s.agents.live(a)) return;
  }
  if (agent.ping_at <= s.now) ping(s, a);
  if (s.agents.live(a)) s.arm_agent(a);
}

void fire_framework(Master::State& s, std::uint32_t f) {
  MasterFramework& framework = s.frameworks[f];
  if (framework.remove_at <= s.now) {
    note(*s.out, LogLevel::info, "framework ", framework.id(),
         " did not come back within its failover timeout");
    return s.remove_framework(f);
  }
  if (framework.heartbeat_at <= s.now) {
    framework.heartbeat_at = after(s.now, s.options.heartbeat_interval);
    s.send_to_framework(f, msg::Heartbeat{});
  }
  s.arm_framework(f);
}

}  // namespace

void Master::State::arm_framework(std::uint32_t f) {
  MasterFramework& framework = frameworks[f];
  const TimePoint at = due(framework);
  if (at >= framework.armed) return;
  framework.armed = at;
  push(timers, {at, f, false});
}

void Master::State::arm_agent(std::uint32_t a) {
  MasterAgent& agent = agents[a];
  const TimePoint at = due(agent);
  if (at >= agent.armed) return;
  agent.armed = at;
  push(timers, {at, a, true});
}

void Master::State::fire_timers() {
  while (!timers.empty() && timers.front().at <= now) {
    const MasterTimer timer = timers.front();
    std::pop_heap(timers.begin(), timers.end(), std::greater<>{});
    timers.pop_back();
    if (timer.of_agent) {
      if (!agents.live(timer.index) || agents[timer.index].armed != timer.at) continue;
      agents[timer.index].armed = kNever;
      fire_agent(*this, timer.index);
    } else {
      if (!frameworks.live(timer.index) || frameworks[timer.index].armed != timer.at) continue;
      frameworks[timer.index].armed = kNever;
      fire_framework(*this, timer.index);
    }
  }
  while (!offers_by_age.empty() && offers[offers_by_age.front()].expires <= now) {
    rescind_offer(offers_by_age.front());
  }
  check_recovered();
  remove_due();
  update_gate();
  collect_registry();
}

TimePoint Master::State::next_deadline() const noexcept {
  TimePoint next = allocator.next_deadline();
  if (!timers.empty()) next = std::min(next, timers.front().at);
  if (!offers_by_age.empty()) next = std::min(next, offers[offers_by_age.front()].expires);
  next = std::min({next, recovery.check_at, removal_due(), registry_gc_at});
  return recovery.gate_over ? next : std::min(next, recovery.gate_until);
}

}  // namespace mesoscore
