// Records of agents and masters (record.hpp). The numbers are ours; a number that was used once is never used
// for anything else: files outlive programs.
#pragma once

#include "mesoscore/record.hpp"
#include "wire/tables/agent_messages.hpp"
#include "wire/tables/demand.hpp"
#include "wire/tables/operator_messages.hpp"
#include "wire/tables/scheduler_messages.hpp"

namespace mesoscore::wire {

template <class P>
struct PresentAgent {  // never null when it has been read
  P& agent;
};
template <class P>
PresentAgent(P&) -> PresentAgent<P>;
template <class P>
struct Kind<PresentAgent<P>> {
  static void put(Encoder& encoder, std::uint32_t number, const PresentAgent<P>& view) {
    Kind<AgentInfo>::put(encoder, number, view.agent ? *view.agent : AgentInfo{});
  }
  static void take(Decoder& decoder, PresentAgent<P>& view) {
    Kind<msg::AgentPtr>::take(decoder, view.agent);
  }
};

// ---- of an agent

void fields(auto& v, Like<record::Self> auto& m) {
  v.required(1, "info", m.info);
  v.optional(2, "configured", m.configured);
  v.optional(3, "boot_id", m.boot_id);
  v.optional(4, "drain", m.drain);
}
void fields(auto& v, Like<record::Framework> auto& m) {
  v.required(1, "info", m.info);
  v.optional(2, "offer_constraints", ConstraintMap{m.info.offer_constraints});
  v.optional(3, "terminating", m.terminating);
}
void fields(auto& v, Like<record::Executor> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "info", m.info);
  v.optional(3, "container_id", m.container_id);
  v.optional(4, "terminating", m.terminating);
}
void fields(auto& v, Like<record::Task> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "info", m.info);
  v.optional(3, "role", m.role);
  v.optional(4, "priority", m.priority);
  v.optional(5, "container_id", m.container_id);
  v.optional(6, "executor_id", m.executor_id);
  v.optional(7, "group", m.group);
}
void fields(auto& v, Like<record::Kill> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "task_id", m.task_id);
  v.required(3, "first", m.first);
  v.required(4, "grace", m.grace);
  v.optional(5, "policy", m.policy);
}
void fields(auto& v, Like<record::Update> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "number", m.number);
  v.optional(3, "acknowledged", m.acknowledged);
  v.required(4, "status", m.status);
}
void fields(auto& v, Like<record::Operation> auto& m) {
  v.required(1, "info", m.info);
  v.optional(2, "framework", SubscribedFramework{m.framework});
  v.optional(3, "offer_constraints", FrameworkConstraints{m.framework});
}

// ---- of a master

void fields(auto& v, Like<record::AdmittedAgent> auto& m) {
  v.required(1, "info", PresentAgent{m.info});
  v.optional(2, "deactivated", m.deactivated);
  v.optional(3, "drain", m.drain);
  v.optional(4, "drained", m.drained);
}
void fields(auto& v, Like<record::UnreachableAgent> auto& m) {
  v.required(1, "agent_id", m.agent_id);
  v.required(2, "since", m.since);
  v.optional(3, "deactivated", m.deactivated);
  v.optional(4, "drain", m.drain);
}
void fields(auto& v, Like<record::GoneAgent> auto& m) {
  v.required(1, "agent_id", m.agent_id);
  v.required(2, "since", m.since);
}
void fields(auto& v, Like<record::Weight> auto& m) {
  v.required(1, "role", m.role);
  v.required(2, "weight", m.weight);
}
void fields(auto& v, Like<record::Quota> auto& m) { v.required(1, "quota", m.quota); }
void fields(auto& v, Like<record::RemovedFramework> auto& m) {
  v.required(1, "framework_id", m.framework_id);
  v.required(2, "since", m.since);
}

}  // namespace mesoscore::wire
