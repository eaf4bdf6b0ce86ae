// The options of machines. The tables name each member twice, and the first time all at once: an option that
// is added and forgotten here does not compile.
#pragma once

#include "mesoscore/agent.hpp"
#include "mesoscore/master.hpp"
#include "wire/options_codec.hpp"
#include "wire/tables/agent_messages.hpp"
#include "wire/tables/operator_messages.hpp"

namespace mesoscore::wire {

template <>
struct EnumBounds<AllocatorOptions::GpuAgents> {
  static constexpr auto first = AllocatorOptions::GpuAgents::last,
                        last = AllocatorOptions::GpuAgents::like_others;
};
template <>
struct EnumBounds<AgentRecovery> {
  static constexpr auto first = AgentRecovery::reconnect, last = AgentRecovery::cleanup;
};

void fields(auto& v, Like<Quantities> auto& m) { v.optional(1, "amounts", QuantityMap{m}); }

void fields(auto& v, Like<AllocatorOptions> auto& m) {
  auto& [min_allocatable, excluded, gpu_agents, region, agent_order, claim_timeout, batch_delay] = m;
  static_cast<void>(agent_order);  // ReadMasterOptions
  v.optional(1, "min_allocatable", min_allocatable);
  v.optional(2, "fair_sharing_excluded", excluded);
  v.always(3, "gpu_agents", gpu_agents);
  v.optional(4, "region", region);
  v.always(5, "claim_timeout", claim_timeout);
  v.always(6, "batch_delay", batch_delay);
}
void fields(auto& v, Like<MasterOptions::RemovalRate> auto& m) {
  auto& [agents, within] = m;
  v.always(1, "agents", agents);
  v.always(2, "within", within);
}
void fields(auto& v, Like<MasterLimits> auto& m) {
  auto& [frameworks, tasks, unreachable_tasks, operations, removed_agents, statuses, questions] = m;
  v.always(1, "max_completed_frameworks", frameworks);
  v.always(2, "max_completed_tasks_per_framework", tasks);
  v.always(3, "max_unreachable_tasks_per_framework", unreachable_tasks);
  v.always(4, "max_operations_per_framework", operations);
  v.always(5, "max_removed_agents", removed_agents);
  v.always(6, "max_statuses_per_task", statuses);
  v.always(7, "max_questions_per_agent", questions);
}
void fields(auto& v, Like<MasterOptions> auto& m) {
  auto& [allocator, weights, quotas, offer_timeout, heartbeat, ping, misses, reregister_timeout, removal_rate,
         removal_limit, gate_agents, gate_timeout, max_age, gc_interval, durable, limits] = m;
  v.required(1, "allocator", allocator);
  v.optional(2, "weights", weights);
  v.optional(3, "quotas", quotas);
  v.always(4, "offer_timeout", offer_timeout);
  v.always(5, "heartbeat_interval", heartbeat);
  v.always(6, "ping_interval", ping);
  v.always(7, "ping_misses", misses);
  v.always(8, "agent_reregister_timeout", reregister_timeout);
  v.always(9, "agent_removal_rate", removal_rate);
  v.always(10, "recovery_agent_removal_limit", removal_limit);
  v.always(11, "recovery_gate_agents", gate_agents);
  v.always(12, "recovery_gate_timeout", gate_timeout);
  v.always(13, "registry_max_age", max_age);
  v.always(14, "registry_gc_interval", gc_interval);
  v.optional(15, "durable", durable);
  v.always(16, "limits", limits);
}

template <class O>
struct WithOrder {
  O& options;
};
template <class O>
WithOrder(O&) -> WithOrder<O>;
template <class O>
void fields(auto& v, const WithOrder<O>& m) {
  v.required(1, "options", m.options.options);
  v.optional(2, "agent_order", m.options.agent_order);
}

void fields(auto& v, Like<AgentLimits> auto& m) {
  auto& [frameworks, updates, statuses, questions] = m;
  v.always(1, "max_completed_frameworks", frameworks);
  v.always(2, "max_pending_updates_per_task", updates);
  v.always(3, "max_statuses_per_task", statuses);
  v.always(4, "max_questions", questions);
}
void fields(auto& v, Like<AgentOptions> auto& m) {
  auto& [info, backoff, backoff_max, first_within, retry, retry_max, executor_timeout, kill_grace, durable,
         recovery, boot_id, reregistration_timeout, limits, read_files, run_commands] = m;
  v.required(1, "info", info);
  v.always(2, "registration_backoff", backoff);
  v.always(3, "registration_backoff_max", backoff_max);
  v.always(4, "first_registration_within", first_within);
  v.always(5, "update_retry", retry);
  v.always(6, "update_retry_max", retry_max);
  v.always(7, "executor_registration_timeout", executor_timeout);
  v.always(8, "default_kill_grace", kill_grace);
  v.optional(9, "durable", durable);
  v.always(10, "recovery", recovery);
  v.optional(11, "boot_id", boot_id);
  v.always(12, "executor_reregistration_timeout", reregistration_timeout);
  v.always(13, "limits", limits);
  v.always(14, "operators_read_files", read_files);
  v.always(15, "operators_run_commands", run_commands);
}

}  // namespace mesoscore::wire
