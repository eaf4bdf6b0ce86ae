// The tasks that are not known to be terminal. Dense, so that walking over them is deterministic (no hash
// order can reach an output), and without an allocation per task once it has grown.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <tsl/robin_map.h>

#include "mesoscore/ids.hpp"
#include "mesoscore/task.hpp"

namespace mesoscore::scheduler_detail {

struct LiveTask {
  TaskId id;
  AgentId agent_id;                 // empty = not known
  std::optional<Uuid> last_update;  // the last one that the application was given
  bool acknowledged = false;        // that one, by the application or in its name
  bool unanswered = false;          // the reconciliation that runs has not heard of it
  bool kill_wanted = false;         // asked again after each re-subscription, and ...
  bool kill_missed = false;         // ... as long as the master does not reach the task
  std::optional<KillPolicy> kill_policy;
};

class TaskTable {
 public:
  LiveTask* find(const TaskId& id) noexcept;
  LiveTask& add(const TaskId& id);  // the one that is there, if there is one
  void remove(const TaskId& id);    // the last one takes its place
  void clear() noexcept;
  std::span<LiveTask> all() noexcept { return tasks_; }
  std::size_t size() const noexcept { return tasks_.size(); }

 private:
  std::vector<LiveTask> tasks_;
  tsl::robin_map<TaskId, std::uint32_t> index_;
};

}  // namespace mesoscore::scheduler_detail
