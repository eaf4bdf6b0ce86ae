// What the agent remembers. Records live in slabs and refer to each other by index; strings and vectors in
// them keep their capacity, so that an agent that is busy with tasks of one kind stops allocating.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <tsl/robin_map.h>

#include "agent/check_records.hpp"
#include "agent/timers.hpp"
#include "core/slab.hpp"
#include "core/status_history.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/message.hpp"
#include "mesoscore/task.hpp"

namespace mesoscore::agent_detail {

// A status update that waits for its acknowledgement.
struct UpdateRecord {
  StatusRecord status;
  std::uint64_t number = 0;    // per task, ascending
  std::uint32_t next = kNone;  // of the same task
};

// The updates of one task, in order. Only the head is in flight.
struct UpdateStream {
  std::uint32_t head = kNone;
  std::uint32_t tail = kNone;
  std::uint32_t pending = 0;
  Duration retry{0};  // the next one follows after so long
  Timer timer{Timer::Kind::update};
  std::uint64_t last_number = 0;
  std::uint64_t acknowledged = 0;  // number of the one that is kept as acknowledged; 0 = none
  std::vector<Uuid> seen;          // executors repeat what they do not know to have arrived; a ring
  std::size_t oldest_seen = 0;
};

struct KillRecord {
  bool wanted = false;
  bool undelivered = false;  // the executor was away when it was asked for
  bool kept = false;         // there is a record of it
  TimePoint first{};
  Duration grace{0};                 // in total, from `first`
  std::optional<KillPolicy> policy;  // as it is to be passed on to a custom executor
};

// Agents by the hundred in one process share its cache: what every step looks at lies together, in front.
struct TaskRecord {
  std::uint32_t self = kNone;
  std::uint32_t framework = kNone;
  std::uint32_t executor = kNone;  // custom, as long as it lives
  bool started = false;            // its container runs
  bool queued = false;             // for an executor that cannot take it yet
  bool over_time = false;
  bool kept = false;       // there are records of it
  bool uncertain = false;  // recovered; whether it reached its executor is seen when that subscribes
  bool function = false;   // only of recovered tasks
  ContainerInfo::Type container_type = ContainerInfo::Type::mesos;
  std::uint32_t group = kNone;  // with which it shares its fate
  Link in_framework, in_executor, in_group;
  Timer completion{Timer::Kind::completion};
  UpdateStream updates;
  KillRecord kill;
  std::optional<KillPolicy> kill_policy;
  std::optional<Duration> max_completion_time;
  StatusHistory history;      // of info.statuses
  Task info;                  // without the statuses and the ids of framework and agent: describe() adds them
  ContainerId container_id;   // command and function; empty = there is no container (any more)
  TaskInfo undelivered;       // while queued or uncertain
  TimePoint running_since{};  // of recovered tasks
  Box<TaskChecks> checks;     // of commands that have any

  bool live() const noexcept { return !is_terminal(info.state); }
  bool kill_asked() const noexcept { return kill.first != TimePoint{}; }
};

// Tasks that share one fate. It is there as long as one of them is.
struct GroupRecord {
  std::uint32_t framework = kNone;
  std::uint32_t executor = kNone;  // of type DEFAULT, and valid as long as a task lives; kNone: a custom one
  Uuid uuid{};
  bool doomed = false;  // one was killed or failed: the others follow
  TaskId first{};       // that one; empty: not known
  TaskState first_state = TaskState::killing;
  LinkedList<TaskRecord, &TaskRecord::in_group> tasks;
};

struct ExecutorRecord {
  enum class State : std::uint8_t { registering, running, terminating };
  ExecutorInfo info;
  std::uint32_t self = kNone;
  std::uint32_t framework = kNone;
  State state = State::registering;
  bool got_task = false;  // ever, as it has shown
  bool registration_timed_out = false;
  bool recovered = false;  // from before a restart of the agent, and has not subscribed since
  ContainerId container_id;
  std::optional<PeerId> peer;  // absent = not connected (yet, or at the moment)
  Resources contained;         // what its container may use: its own and those of the delivered tasks
  Timer timer{Timer::Kind::executor};
  std::uint32_t live_tasks = 0;  // of one of type DEFAULT, which has no container; with the last one it ends
  LinkedList<TaskRecord, &TaskRecord::in_executor> tasks;  // delivered, until they are acknowledged
  LinkedList<TaskRecord, &TaskRecord::in_executor> queue;  // not delivered
  Link in_framework;

  bool is_default() const noexcept { return info.type == ExecutorInfo::Type::default_; }
};

struct FrameworkRecord {
  FrameworkId id;
  msg::FrameworkPtr info;  // null if all that is known is that a task of it is missing
  std::uint32_t self = kNone;
  bool terminating = false;  // shut down; its containers are ending
  bool pinned = false;       // stays although it is empty: somebody iterates
  bool kept = false;         // it checkpoints, and the agent is durable
  LinkedList<TaskRecord, &TaskRecord::in_framework> tasks;
  LinkedList<ExecutorRecord, &ExecutorRecord::in_framework> executors;
  Link in_agent;

  bool has(FrameworkCapability c) const noexcept { return !info || info->has(c); }
};

// An operation on the resources of the agent. It has been carried out, or could not be; its update is sent
// until it is acknowledged.
struct OperationRecord {
  msg::AgentOperation info;
  msg::FrameworkPtr framework;  // null = of an operator, or not known
  Duration retry{0};            // the update follows again after so long
  Timer timer{Timer::Kind::operation};
  Link in_agent;
};

// Keys of the indexes. The id belongs to the record.
struct IdKey {
  const BasicText<48>* id;
  friend bool operator==(const IdKey& a, const IdKey& b) noexcept { return *a.id == *b.id; }
};
struct OwnedKey {  // of tasks and executors
  std::uint32_t framework;
  const BasicText<48>* id;
  friend bool operator==(const OwnedKey& a, const OwnedKey& b) noexcept {
    return a.framework == b.framework && *a.id == *b.id;
  }
};
struct KeyHash {
  std::size_t operator()(const IdKey& key) const noexcept { return key.id->hash(); }
  std::size_t operator()(const OwnedKey& key) const noexcept {
    return key.id->hash() ^ (key.framework * 0x9e3779b97f4a7c15ULL);
  }
};

// Whose container it is.
struct ContainerOwner {
  std::uint32_t task = kNone;
  std::uint32_t executor = kNone;
  bool awaited = false;  // of before a restart, and not heard of yet
};

// About containers.
struct Question {
  std::uint64_t id = 0;  // of who asks
  bool local = false;    // the program; else the master
};
struct Questions {
  std::map<std::uint64_t, Question> waiting;  // for an answer, by number
  std::uint64_t last = 0;
};

template <class Value>
using IdMap = tsl::robin_map<IdKey, Value, KeyHash>;
using OwnedMap = tsl::robin_map<OwnedKey, std::uint32_t, KeyHash>;

}  // namespace mesoscore::agent_detail
