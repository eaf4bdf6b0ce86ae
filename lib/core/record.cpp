#include "mesoscore/record.hpp"

#include "core/text_cat.hpp"

namespace mesoscore {

RecordKey self_key() { return "self"; }
RecordKey framework_key(const FrameworkId& framework) { return cat("framework/", framework); }
RecordKey executor_key(const FrameworkId& framework, const ExecutorId& executor) {
  return cat("executor/", framework, "/", executor);
}
RecordKey task_key(const FrameworkId& framework, const TaskId& task) {
  return cat("task/", framework, "/", task);
}
RecordKey kill_key(const FrameworkId& framework, const TaskId& task) {
  return cat("kill/", framework, "/", task);
}
RecordKey update_key(const FrameworkId& framework, const TaskId& task, std::uint64_t number) {
  return cat("update/", framework, "/", task, "/", number);
}
RecordKey operation_key(const Uuid& operation) { return cat("operation/", operation.str()); }
RecordKey admitted_agent_key(const AgentId& agent) { return cat("admitted/", agent); }
RecordKey unreachable_agent_key(const AgentId& agent) { return cat("unreachable/", agent); }
RecordKey gone_agent_key(const AgentId& agent) { return cat("gone/", agent); }
RecordKey weight_key(const RoleName& role) { return cat("weight/", role); }
RecordKey quota_key(const RoleName& role) { return cat("quota/", role); }
RecordKey removed_framework_key(const FrameworkId& framework) { return cat("removed/", framework); }

namespace {

struct KeyOf {
  RecordKey operator()(const record::Self&) const { return self_key(); }
  RecordKey operator()(const record::Framework& r) const { return framework_key(r.info.id); }
  RecordKey operator()(const record::Executor& r) const {
    return executor_key(r.framework_id, r.info.executor_id);
  }
  RecordKey operator()(const record::Task& r) const { return task_key(r.framework_id, r.info.task_id); }
  RecordKey operator()(const record::Kill& r) const { return kill_key(r.framework_id, r.task_id); }
  RecordKey operator()(const record::Update& r) const {
    return update_key(r.framework_id, r.status.task_id, r.number);
  }
  RecordKey operator()(const record::Operation& r) const { return operation_key(r.info.uuid); }
  RecordKey operator()(const record::AdmittedAgent& r) const {
    return admitted_agent_key(r.info ? r.info->id : AgentId{});
  }
  RecordKey operator()(const record::UnreachableAgent& r) const { return unreachable_agent_key(r.agent_id); }
  RecordKey operator()(const record::GoneAgent& r) const { return gone_agent_key(r.agent_id); }
  RecordKey operator()(const record::Weight& r) const { return weight_key(r.role); }
  RecordKey operator()(const record::Quota& r) const { return quota_key(r.quota.role); }
  RecordKey operator()(const record::RemovedFramework& r) const {
    return removed_framework_key(r.framework_id);
  }
};

}  // namespace

RecordKey key_of(const Record& record) { return std::visit(KeyOf{}, record); }

}  // namespace mesoscore
