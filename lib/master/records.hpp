// What the master keeps of frameworks, agents, offers and tasks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "core/notices.hpp"
#include "core/slab.hpp"
#include "core/status_history.hpp"
#include "master/aged_map.hpp"
#include "master/operation_record.hpp"
#include "master/registry.hpp"
#include "master/small_records.hpp"
#include "mesoscore/master.hpp"

namespace mesoscore {

// A live task; a terminal one is live until its last update is acknowledged. Or one of the last that ended:
// such a record stays where it is, out of all lists, until others push it out of its framework's ring.
struct MasterTask {
  TaskId id;
  std::uint32_t framework = kNone;
  std::uint32_t agent = kNone;
  ExecutorId executor_id;
  std::string name;
  RoleName role;
  Resources resources;                       // of the task alone, without its executor
  TaskState state = TaskState::staging;      // latest known
  std::optional<TaskState> forwarded_state;  // last one sent to the scheduler
  std::optional<Uuid> forwarded_uuid;
  StatusHistory history;
  Labels labels;
  std::int32_t priority = 0;  // of the demand that its offer was made for
  std::string preempted;      // for whom; empty: it is not
  bool holds_resources = false;
  std::uint32_t reported = 0;  // in which re-registration, of State::reregistrations
  AgentId ended_on;            // when it has ended: the agent may be gone
  Link in_framework, in_agent;
};

struct MasterOffer {
  std::uint64_t number = 0;
  std::uint32_t framework = kNone;
  std::uint32_t agent = kNone;
  RoleName role;
  Resources resources;
  TimePoint expires = kNever;
  Grant purpose;    // as granted, without the resources: the demand that it serves
  Quantities unit;  // of that demand
  Link in_framework, in_agent, by_age;
};

struct UnreachableTask {
  AgentId agent_id;
  double unreachable_time = 0;
};

struct MasterFramework {
  msg::FrameworkPtr info;               // `id` is set
  std::optional<PeerId> peer;           // connected
  std::uint64_t order = 0;              // of the first subscription, for views
  std::uint64_t newest_connection = 0;  // its number; what comes over older ones is out of date
  TimePoint heartbeat_at = kNever;
  TimePoint remove_at = kNever;  // the failover timeout of a disconnected framework
  TimePoint armed = kNever;      // earliest entry in the timer heap
  tsl::robin_map<TaskId, std::uint32_t> task_by_id;
  LinkedList<MasterTask, &MasterTask::in_framework> tasks;
  LinkedList<MasterOffer, &MasterOffer::in_framework> offers;
  tsl::robin_map<OperationId, std::uint32_t> operation_by_id;
  LinkedList<MasterOperation, &MasterOperation::in_framework> operations;  // with an id
  AgedMap<TaskId, UnreachableTask> unreachable;                            // bounded
  std::vector<std::uint32_t> completed;                  // tasks that have ended; a ring when it is full
  std::size_t completed_next = 0;                        // the oldest of the full ring
  std::map<RoleName, std::vector<StatedDemand>> stated;  // ascending by id

  const FrameworkId& id() const noexcept { return info->id; }
  bool partition_aware() const noexcept { return info->has(FrameworkCapability::partition_aware); }
};

// A custom executor that the master accounts for.
struct MasterExecutor {
  std::uint32_t framework = kNone;
  RoleName role;
  ExecutorInfo info;
};

struct PendingKill {
  std::uint32_t framework = kNone;
  TaskId task_id;
  std::optional<KillPolicy> policy;
};

// A task on an agent that came back when its framework had another one of the same id elsewhere. It is
// killed, and holds its resources until the agent says that it has ended; its updates go nowhere.
struct DoubledTask {
  std::uint32_t framework = kNone;
  TaskId id;
  RoleName role;
  Resources resources;
};

struct MasterAgent {
  msg::AgentPtr info;          // `id` is set
  std::optional<PeerId> peer;  // connected
  std::uint64_t order = 0;
  std::uint64_t newest_connection = 0;  // its number; what comes over older ones is out of date
  std::uint32_t missed_pings = 0;
  TimePoint ping_at = kNever;
  TimePoint unreachable_at = kNever;  // a disconnected agent must be back by then
  TimePoint armed = kNever;
  LinkedList<MasterTask, &MasterTask::in_agent> tasks;
  LinkedList<MasterOffer, &MasterOffer::in_agent> offers;
  LinkedList<MasterOperation, &MasterOperation::in_agent> operations;
  Resources
      confirmed;  // what it has without the operations of which it has said nothing yet; if there are any
  std::vector<MasterExecutor> executors;
  std::vector<DoubledTask> doubled;
  std::vector<PendingKill> pending_kills;  // asked for while it was disconnected
  AgentStanding standing;

  std::uint32_t questions = 0;  // that it has not answered

  const AgentId& id() const noexcept { return info->id; }
};

// Of an operator, for an agent.
struct MasterQuestion {
  PeerId asker{};
  std::uint64_t call = 0;  // of the asker
  std::uint32_t agent = kNone;
};

// The live indexes of a slab in the order in which the records came to be.
template <class Records>
std::vector<std::uint32_t> in_order(const Records& records) {
  std::vector<std::uint32_t> live;
  for (std::uint32_t i = 0; i < records.end_index(); ++i) {
    if (records.live(i)) live.push_back(i);
  }
  std::sort(live.begin(), live.end(), [&](auto x, auto y) { return records[x].order < records[y].order; });
  return live;
}

}  // namespace mesoscore
