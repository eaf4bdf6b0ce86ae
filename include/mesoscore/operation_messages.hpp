// The messages about operations on resources: RESERVE, UNRESERVE, CREATE and DESTROY.
//
//     scheduler                master                        agent
//     Accept{operations} -->   checks, converts
//                              -- ApplyOperation ----------> its resources change
//     <-- OperationUpdate --   <-- AgentOperationUpdate ---  again and again until it is acknowledged
//     AcknowledgeOperation --> -- OperationAcknowledged ---> forgets the operation
//
// Without an operation id, and for operators, the master acknowledges and nobody else hears of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mesoscore/framework.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/offer.hpp"
#include "mesoscore/resources.hpp"

namespace mesoscore::msg {

// ---- scheduler -> master

// The scheduler has this update of an operation (ACKNOWLEDGE_OPERATION_STATUS).
struct AcknowledgeOperation {
  AgentId agent_id{};
  OperationId operation_id{};
  Uuid uuid{};  // of the status
};
struct ReconcileOperations {
  struct Item {
    OperationId operation_id{};
    AgentId agent_id{};  // may be empty
  };
  std::vector<Item> operations{};  // empty = implicit: every operation with an id that the master holds
};

// ---- master -> scheduler

// The fate of an operation that carried an id (UPDATE_OPERATION_STATUS; OperationStatus of Mesos v1).
struct OperationUpdate {
  OperationId operation_id{};
  OperationState state = OperationState::error;
  std::string message{};
  AgentId agent_id{};
  Resources converted{};       // what FINISHED has made
  std::optional<Uuid> uuid{};  // acknowledge it exactly when it is set
};

// ---- agent -> master

// An operation that the agent has carried out, or could not.
struct AgentOperation {
  FrameworkId framework_id{};  // empty = of an operator
  Uuid uuid{};
  Operation operation{};
  OperationUpdate update{};
};
struct AgentOperationUpdate {  // an update of an operation on its way to the scheduler
  FrameworkId framework_id{};  // empty = of an operator
  Uuid operation_uuid{};
  OperationUpdate update{};
};

// ---- master -> agent

// Change the form of resources. The agent answers with an AgentOperationUpdate.
struct ApplyOperation {
  std::shared_ptr<const FrameworkInfo> framework{};  // null = of an operator
  Uuid uuid{};
  Operation operation{};  // not LAUNCH
};
struct OperationAcknowledged {
  Uuid operation_uuid{};
  Uuid uuid{};  // of the status
};

}  // namespace mesoscore::msg
