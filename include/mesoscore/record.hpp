// What an agent and a master keep durably, as values. A storage (storage.hpp) holds at most one record for
// each key; a Change puts one in the place of what was there, or erases it.
//
// The machines make changes when their options say `durable`; see Commit in outbox.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "mesoscore/agent_info.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/message.hpp"
#include "mesoscore/quota.hpp"
#include "mesoscore/task.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {
namespace record {

// ---- of an agent
// ---------------------------------------------------------------------------------------------------

struct Self {              // one
  AgentInfo info{};        // the id is the master's; resources as operations have made them
  Resources configured{};  // what it was started with, before any operation
  std::string boot_id{};   // of the machine at that time
  std::optional<DrainConfig> drain{};
};
struct Framework {  // a checkpointing framework that has tasks, executors or operations here
  FrameworkInfo info{};
  bool terminating = false;  // it was shut down; its containers are ending
};
struct Executor {
  FrameworkId framework_id{};
  ExecutorInfo info{};
  ContainerId container_id{};  // empty: it is of type DEFAULT, and has no process
  bool terminating = false;
};
struct Task {
  FrameworkId framework_id{};
  TaskInfo info{};
  RoleName role{};
  std::int32_t priority = 0;
  ContainerId container_id{};   // empty: it runs in a custom executor
  ExecutorId executor_id{};     // of type DEFAULT; empty: none, or a custom one
  std::optional<Uuid> group{};  // the same for all tasks that share one fate; absent: it is alone
};
struct Kill {  // of a task that has not ended; `policy` for a custom executor
  FrameworkId framework_id{};
  TaskId task_id{};
  TimePoint first{};
  Duration grace{0};  // in total, from `first`
  std::optional<KillPolicy> policy{};
};
// Of one task there are: the updates that are not acknowledged, and the last one that is. So the newest says
// what state the task is in.
struct Update {
  FrameworkId framework_id{};
  std::uint64_t number = 0;  // per task, ascending in the order of the updates
  bool acknowledged = false;
  TaskStatus status{};
};
struct Operation {  // carried out, or not; its update is not acknowledged
  msg::AgentOperation info{};
  msg::FrameworkPtr framework{};  // null = of an operator, or not known
};

// ---- of a master: the registry
// -------------------------------------------------------------------------------------

struct AdmittedAgent {
  msg::AgentPtr info{};
  bool deactivated = false;  // by an operator
  std::optional<DrainConfig> drain{};
  bool drained = false;  // nothing of the drain is left to do
};
struct UnreachableAgent {
  AgentId agent_id{};
  TimePoint since{};
  bool deactivated = false;
  std::optional<DrainConfig> drain{};
};
struct GoneAgent {
  AgentId agent_id{};
  TimePoint since{};
};
struct Weight {
  RoleName role{};
  double weight = 1.0;
};
struct Quota {
  RoleQuota quota{};
};
struct RemovedFramework {  // torn down, or it stayed away; agents that come back shut it down
  FrameworkId framework_id{};
  TimePoint since{};
};

}  // namespace record

// New alternatives only at the end: the index is the number of the kind in a storage.
using Record =
    std::variant<record::Self, record::Framework, record::Executor, record::Task, record::Kill,
                 record::Update, record::Operation, record::AdmittedAgent, record::UnreachableAgent,
                 record::GoneAgent, record::Weight, record::Quota, record::RemovedFramework>;

// What a storage finds a record by: "task/<framework id>/<task id>". Printable; ids and roles as they are.
using RecordKey = std::string;

RecordKey key_of(const Record& record);
RecordKey self_key();
RecordKey framework_key(const FrameworkId& framework);
RecordKey executor_key(const FrameworkId& framework, const ExecutorId& executor);
RecordKey task_key(const FrameworkId& framework, const TaskId& task);
RecordKey kill_key(const FrameworkId& framework, const TaskId& task);
RecordKey update_key(const FrameworkId& framework, const TaskId& task, std::uint64_t number);
RecordKey operation_key(const Uuid& operation);
RecordKey admitted_agent_key(const AgentId& agent);
RecordKey unreachable_agent_key(const AgentId& agent);
RecordKey gone_agent_key(const AgentId& agent);
RecordKey weight_key(const RoleName& role);
RecordKey quota_key(const RoleName& role);
RecordKey removed_framework_key(const FrameworkId& framework);

struct Change {
  RecordKey key{};
  std::optional<Record> record{};  // absent: what is there is erased, if anything is
};
inline Change put(Record record) {
  RecordKey key = key_of(record);
  return {std::move(key), std::move(record)};
}
inline Change erase(RecordKey key) { return {std::move(key), std::nullopt}; }

}  // namespace mesoscore
