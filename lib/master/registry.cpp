// What the master remembers durably: every change of it goes through here.
#include "master/state.hpp"

namespace mesoscore {

void Master::State::keep_agent(std::uint32_t a) {
  const AgentStanding& standing = agents[a].standing;
  keep(record::AdmittedAgent{agents[a].info, standing.deactivated, standing.drain, standing.drained});
}

AgentStanding* Master::State::find_standing(const AgentId& agent) {
  if (const std::uint32_t a = find_agent(agent); a != kNone) return &agents[a].standing;
  if (const auto found = recovery.agents.find(agent); found != recovery.agents.end()) {
    return &found->second.standing;
  }
  UnreachableAgent* away = unreachable.find(agent);
  return away == nullptr ? nullptr : &away->standing;
}

void Master::State::keep_standing(const AgentId& agent) {
  if (const std::uint32_t a = find_agent(agent); a != kNone) return keep_agent(a);
  if (const auto found = recovery.agents.find(agent); found != recovery.agents.end()) {
    const AgentStanding& standing = found->second.standing;
    return keep(
        record::AdmittedAgent{found->second.info, standing.deactivated, standing.drain, standing.drained});
  }
  const UnreachableAgent* away = unreachable.find(agent);
  keep(record::UnreachableAgent{agent, away->since, away->standing.deactivated, away->standing.drain});
}

void Master::State::remember_unreachable(const AgentId& agent, AgentStanding standing,
                                         std::uint64_t connection) {
  standing.drained = false;
  unreachable.add(agent, {now, std::move(standing), connection});
  forget_record(admitted_agent_key(agent));
  keep_standing(agent);
  trim_registry(TimePoint::min());
}

void Master::State::remember_gone(const AgentId& agent) {
  gone.add(agent, now);
  forget_record(admitted_agent_key(agent));
  keep(record::GoneAgent{agent, now});
  trim_registry(TimePoint::min());
}

void Master::State::remember_removed(const FrameworkId& framework) {
  if (!completed.add(framework, now)) return;
  keep(record::RemovedFramework{framework, now});
  trim_registry(TimePoint::min());
}

void Master::State::trim_registry(TimePoint oldest) {
  const std::size_t most = options.limits.max_removed_agents;
  while (!unreachable.empty() && (unreachable.size() > most || unreachable.oldest().second.since < oldest)) {
    const AgentId agent = unreachable.oldest().first;
    forget_record(unreachable_agent_key(agent));
    unreachable.erase(agent);
  }
  while (!gone.empty() && (gone.size() > most || gone.oldest().second < oldest)) {
    const AgentId agent = gone.oldest().first;
    forget_record(gone_agent_key(agent));
    gone.erase(agent);
  }
  const std::size_t frameworks_kept = options.limits.max_completed_frameworks;
  while (!completed.empty() && (completed.size() > frameworks_kept || completed.oldest().second < oldest)) {
    const FrameworkId framework = completed.oldest().first;
    forget_record(removed_framework_key(framework));
    completed.erase(framework);
  }
  const bool empty = unreachable.empty() && gone.empty() && completed.empty();
  if (empty) {
    registry_gc_at = kNever;
  } else if (registry_gc_at == kNever) {
    registry_gc_at = after(now, options.registry_gc_interval);
  }
}

// The entries of each map are in the order of their age.
void Master::State::collect_registry() {
  if (registry_gc_at > now) return;
  registry_gc_at = kNever;
  const bool young = now.time_since_epoch() < options.registry_max_age;
  trim_registry(young ? TimePoint::min() : now - options.registry_max_age);
}

}  // namespace mesoscore
