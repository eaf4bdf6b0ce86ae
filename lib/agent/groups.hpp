// Tasks that share one fate, and executors of type DEFAULT: those are the agent itself and have no process.
#pragma once

#include "agent/state.hpp"

namespace mesoscore::agent_detail {

// ---- groups
std::uint32_t add_group(Agent::State& s, std::uint32_t framework, const Uuid& uuid);
void join_group(Agent::State& s, TaskRecord& task, std::uint32_t group);
void leave_group(Agent::State& s, TaskRecord& task);  // it is forgotten
// Whoever wants one of them killed wants all of them killed, and by the same policy.
void kill_group(Agent::State& s, const TaskRecord& task, const std::optional<KillPolicy>& policy);
// The task has ended. If it did not finish, the others are killed: now, or when fates no longer wait.
void share_fate(Agent::State& s, const TaskRecord& ended);
void carry_out_fates(Agent::State& s);
// Why this task is killed; empty: not because of another one.
std::string fate_of(const Agent::State& s, const TaskRecord& task);

// What f dooms is killed when it has returned; f may iterate over tasks.
template <class F>
void before_fates(Agent::State& s, F&& f) {
  const bool outer = std::exchange(s.fates_wait, true);
  f();
  s.fates_wait = outer;
  if (!outer) carry_out_fates(s);
}

// ---- executors of type DEFAULT: they live from their first task to the end of the last one
ExecutorRecord& start_default_executor(Agent::State& s, FrameworkRecord& framework, const ExecutorInfo& info);
void leave_default_executor(Agent::State& s, const TaskRecord& task);  // the task has ended
void shutdown_default_executor(Agent::State& s, ExecutorRecord& executor);

}  // namespace mesoscore::agent_detail
