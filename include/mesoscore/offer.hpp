// Offers and what a framework may do with them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mesoscore/agent_info.hpp"
#include "mesoscore/demand.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/resources.hpp"
#include "mesoscore/small_vector.hpp"
#include "mesoscore/task.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore {

// Resources of one agent, held for one framework in one of its roles until it is accepted, declined,
// rescinded or the framework goes away.
struct Offer {
  OfferId id{};
  FrameworkId framework_id{};
  AgentId agent_id{};
  RoleName role{};  // allocation_info.role
  Resources resources{};
  std::shared_ptr<const AgentInfo> agent{};  // hostname, attributes and domain; never null
  std::vector<ExecutorId> executor_ids{};    // this framework's executors on that agent
  DemandId demand{};                         // of the framework, which it serves; empty: none is stated
  std::uint32_t units = 0;                   // of that demand
};

// What to do with resources that were offered and not used.
struct Filters {
  // Do not offer this agent (or less of it) to this framework and role again for so long. Zero: no filter.
  // Negative values count as 5 s; more than 365 days as 365 days.
  Duration refuse = std::chrono::seconds(5);
};

struct LaunchOperation {
  std::vector<TaskInfo> tasks{};
};
// Tasks that share one fate (a pod): they start together, and when one is killed or fails the others are
// killed; one that finishes leaves the others alone. All of them fit, or none is launched.
//
// `executor` is of type DEFAULT (the agent runs the tasks, each a command in a container of its own) or
// CUSTOM (it gets them in one message). It needs 0.01 cpus, 32 MiB mem and some disk of its own, which are
// used as long as one of its tasks lives. A DEFAULT executor may run several groups, each with its own fate.
struct LaunchGroupOperation {
  ExecutorInfo executor{};
  std::vector<TaskInfo> tasks{};  // without `executor`
};
// The resources as they are to be: with the new, dynamic reservation on top of the stack. What is one
// reservation less must be in the offer.
struct ReserveOperation {
  Resources resources{};
  Resources source{};  // instead of that: the same amounts under other reservations; for operators only
};
// The resources as they are: their last reservation is taken away. It may be a part of what is reserved.
struct UnreserveOperation {
  Resources resources{};
};
// The volumes as they are to be: reserved disk with a persistence id and a container path.
struct CreateOperation {
  Resources volumes{};
};
// Volumes that exist and that no task uses. What remains is the reserved disk.
struct DestroyOperation {
  Resources volumes{};
};
// Known to the protocol, but refused by agents and master of this release.
struct GrowVolumeOperation {
  Resource volume{};
  Resource addition{};
};
struct ShrinkVolumeOperation {
  Resource volume{};
  Scalar subtract{};
};

// One step of an ACCEPT. Steps run in order over what remains of the offers, and a step may use what an
// earlier one has made: reserve, create a volume of it, launch a task with the volume. A step that fails is
// left out; that is told (on_operation) if it carries an id, and else only to the master's log.
struct Operation {
  OperationId id{};  // empty = no feedback wanted; must be empty for LAUNCH and LAUNCH_GROUP
  std::variant<LaunchOperation, ReserveOperation, UnreserveOperation, CreateOperation, DestroyOperation,
               GrowVolumeOperation, ShrinkVolumeOperation, LaunchGroupOperation>
      action{};
};
// "LAUNCH", "RESERVE", ... "SHRINK_VOLUME", "LAUNCH_GROUP"
std::string_view operation_name(const Operation& operation) noexcept;

enum class OperationState : std::uint8_t {  // numbers of Mesos v1
  unsupported = 0,
  pending = 1,
  finished = 2,
  failed = 3,
  error = 4,
  dropped = 5,
  unreachable = 6,
  gone_by_operator = 7,
  recovering = 8,
  unknown = 9,
};

// FINISHED, FAILED, ERROR, DROPPED and GONE_BY_OPERATOR: nothing follows.
bool is_terminal(OperationState state) noexcept;
std::string_view to_string(OperationState state) noexcept;  // "OPERATION_FINISHED"

// ---- operations for SchedulerDriver::accept(); with an id, on_operation hears what became of them

inline Operation launch(std::vector<TaskInfo> tasks) {
  return Operation{OperationId{}, LaunchOperation{std::move(tasks)}};
}
inline Operation launch_group(ExecutorInfo executor, std::vector<TaskInfo> tasks) {
  return Operation{OperationId{}, LaunchGroupOperation{std::move(executor), std::move(tasks)}};
}
// An executor of type DEFAULT. Without `resources` it has the least that is allowed: cpus:0.01;mem:32;disk:1.
ExecutorInfo default_executor(ExecutorId id, Resources resources = {});
inline Operation reserve(Resources resources, OperationId id = {}) {
  return Operation{std::move(id), ReserveOperation{std::move(resources)}};
}
inline Operation unreserve(Resources resources, OperationId id = {}) {
  return Operation{std::move(id), UnreserveOperation{std::move(resources)}};
}
inline Operation create(Resources volumes, OperationId id = {}) {
  return Operation{std::move(id), CreateOperation{std::move(volumes)}};
}
inline Operation destroy(Resources volumes, OperationId id = {}) {
  return Operation{std::move(id), DestroyOperation{std::move(volumes)}};
}

}  // namespace mesoscore
