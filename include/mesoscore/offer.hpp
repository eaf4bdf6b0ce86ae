// Offers and what a framework may do with them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "mesoscore/agent_info.hpp"
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
struct ReserveOperation {
  Resources resources{};  // as they are to be: with the new reservation on top of the stack
};
struct UnreserveOperation {
  Resources resources{};
};
struct CreateOperation {
  Resources volumes{};
};
struct DestroyOperation {
  Resources volumes{};
};

// One step of an ACCEPT. Steps run in order over what remains of the offers.
// This release executes LAUNCH; the others leave the resources alone and, if they carry an id, are answered
// with msg::OperationUpdate and OperationState::error.
struct Operation {
  OperationId id{};  // empty = no feedback wanted; must be empty for LAUNCH
  std::variant<LaunchOperation, ReserveOperation, UnreserveOperation, CreateOperation, DestroyOperation>
      action;
};

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

// Operation that launches these tasks.
inline Operation launch(std::vector<TaskInfo> tasks) {
  return Operation{OperationId{}, LaunchOperation{std::move(tasks)}};
}

}  // namespace mesoscore
