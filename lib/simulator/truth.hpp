// What really happened to each task, seen from outside the machines; and what schedulers were told of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mesoscore/simulator/cluster.hpp"

namespace mesoscore::simulator_detail {

struct World;

enum class End : std::uint8_t { none, finished, failed, killed, crashed };  // crashed: with what it was in

struct TaskTruth {
  FrameworkId framework{};
  TaskId task{};
  AgentId agent_id{};                // of the offer
  bool in_process = false;           // of an executor or an agent, with which its end may be forgotten
  bool checkpoints = true;           // its framework
  bool kept = true;                  // it survives its agent
  std::uint32_t group = UINT32_MAX;  // in Fates; none: it is alone
  std::uint32_t starts = 0;
  std::size_t checks = 0;                         // that report
  std::uint32_t good_probes = 0, bad_probes = 0;  // bad: or lost
  bool live = false;
  bool kill_asked = false;  // by anybody, so that its end may be KILLED
  End end = End::none;
  bool told = false;
  TaskState told_state = TaskState::staging;  // the last one
  TaskReason told_reason{};
  bool told_end = false;     // ... and acknowledged: nothing else may follow
  bool never_again = false;  // it was said that it does not run
};

class Truth {
 public:
  explicit Truth(World& world) noexcept : world_(world) {}

  TaskTruth& task(const FrameworkId& framework, const TaskId& task);
  // ---- what happens
  void launched(const FrameworkId& framework, const TaskInfo& info, bool checkpoints, bool durable_agent);
  void started(const FrameworkId& framework, const TaskId& task, std::string_view where);
  void ended(const FrameworkId& framework, const TaskId& task, End end);
  // ---- what is told
  void told(const FrameworkId& framework, const TaskStatus& status, std::string_view where);

  const std::vector<TaskTruth>& tasks() const noexcept { return tasks_; }

 private:
  void check(const TaskTruth& task, const TaskStatus& status, std::string_view where);
  void wrong(const TaskTruth& task, const TaskStatus& status, std::string_view where, std::string_view why);

  World& world_;
  std::vector<TaskTruth> tasks_;
  std::unordered_map<std::string, std::uint32_t> index_;  // only looked up
  std::string key_;
};

}  // namespace mesoscore::simulator_detail
