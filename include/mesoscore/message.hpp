// The messages between peers, as plain structs. In process they are moved; over tcp and unix `lib/wire`
// encodes them as protobuf with the field numbers of Mesos v1 where v1 has the message.
//
// Those about operations on resources are in operation_messages.hpp.
//
// One connection belongs to one framework, one agent or one executor, so calls do not repeat who is calling.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mesoscore/agent_info.hpp"
#include "mesoscore/agent_query.hpp"
#include "mesoscore/demand.hpp"
#include "mesoscore/framework.hpp"
#include "mesoscore/ids.hpp"
#include "mesoscore/offer.hpp"
#include "mesoscore/operation_messages.hpp"
#include "mesoscore/operator.hpp"
#include "mesoscore/small_vector.hpp"
#include "mesoscore/task.hpp"
#include "mesoscore/time.hpp"

namespace mesoscore::msg {

using FrameworkPtr = std::shared_ptr<const FrameworkInfo>;  // never null in a valid message
using AgentPtr = std::shared_ptr<const AgentInfo>;          // never null in a valid message

// ---- scheduler -> master

struct Request {  // what the framework wants in this role, in place of what it has stated there before
  RoleName role{};
  std::vector<Demand> demands{};
};
struct Subscribe {
  FrameworkPtr framework{};  // `id` set = re-subscription; the newest subscriber wins
  std::vector<RoleName> suppressed_roles{};
  // Stated before the first offer is made. Roles that are not named keep what was stated there.
  std::vector<Request> requests{};
};
struct Teardown {};  // and back from the master, before it closes: the framework is removed
struct Accept {
  SmallVector<OfferId, 1> offer_ids{};  // all of one agent and one role
  std::vector<Operation> operations{};
  Filters filters{};
};
struct Decline {
  SmallVector<OfferId, 1> offer_ids{};
  Filters filters{};
};
struct Revive {
  std::vector<RoleName> roles{};  // empty = all of the framework's roles
};
struct Suppress {
  std::vector<RoleName> roles{};  // empty = all of the framework's roles
};
struct Kill {
  TaskId task_id{};
  AgentId agent_id{};  // may be empty
  std::optional<KillPolicy> kill_policy{};
};
struct ShutdownExecutor {
  ExecutorId executor_id{};
  AgentId agent_id{};
};
struct Acknowledge {
  AgentId agent_id{};
  TaskId task_id{};
  Uuid uuid{};
};
struct Reconcile {
  struct Item {
    TaskId task_id{};
    AgentId agent_id{};  // may be empty
  };
  std::vector<Item> tasks{};  // empty = implicit: every task that the master holds
};
struct ToExecutor {  // framework message on its way to an executor; best effort
  AgentId agent_id{};
  ExecutorId executor_id{};
  std::string data{};
};

// ---- master -> scheduler

struct Subscribed {
  FrameworkId framework_id{};
  MasterId master_id{};
  Duration heartbeat_interval{0};
};
struct OfferMade {
  Offer offer{};
};
struct Rescind {
  OfferId offer_id{};
};
struct Update {
  TaskStatus status{};
};
struct FromExecutor {
  AgentId agent_id{};
  ExecutorId executor_id{};
  std::string data{};
};
struct Failure {
  AgentId agent_id{};
  ExecutorId executor_id{};          // empty = the agent itself is gone
  std::optional<int> wait_status{};  // of the executor
};
struct DemandRefused {  // the answer to a Request that is not valid; what was stated before still holds
  RoleName role{};
  std::string message{};
};
struct DemandExpired {  // its time was over before all of its units had been offered; it is forgotten
  RoleName role{};
  DemandId demand{};
  std::uint32_t open_units = 0;
  std::string message{};
};
struct ErrorMessage {  // also to agents and executors; the sender closes the connection after it
  std::string message{};
};
struct Heartbeat {};

// ---- agent -> master

struct RegisterAgent {
  AgentPtr agent{};  // id empty
};
struct AgentExecutor {
  FrameworkId framework_id{};
  ExecutorInfo info{};
};
struct ReregisterAgent {
  AgentPtr agent{};  // id set
  std::vector<Task> tasks{};
  std::vector<AgentExecutor> executors{};
  std::vector<FrameworkPtr> frameworks{};    // of all those tasks, executors and operations
  std::vector<AgentOperation> operations{};  // whose update is not acknowledged
};
struct UnregisterAgent {};
struct Pong {};
struct AgentUpdate {  // a status update on its way to the scheduler
  FrameworkId framework_id{};
  TaskStatus status{};
  TaskState latest_state = TaskState::staging;  // newest state that the agent knows
};
struct ExecutorExited {
  FrameworkId framework_id{};
  ExecutorId executor_id{};
  int wait_status = 0;
};
struct ExecutorToFramework {
  FrameworkId framework_id{};
  ExecutorId executor_id{};
  std::string data{};
};

// ---- master -> agent

struct AgentRegistered {
  AgentId agent_id{};
  MasterId master_id{};
  Duration ping_timeout{0};  // no ping for so long: the agent looks for the master again
};
struct AgentReregistered {
  AgentId agent_id{};
  MasterId master_id{};
  Duration ping_timeout{0};
  struct Missing {
    FrameworkId framework_id{};
    TaskId task_id{};
  };
  std::vector<Missing> missing{};  // tasks that the master has for this agent and the agent did not report
  struct MissingOperation {
    FrameworkId framework_id{};  // empty = of an operator
    OperationId operation_id{};  // may be empty
    Uuid uuid{};
  };
  std::vector<MissingOperation> missing_operations{};  // the same for operations that are pending
};
struct RunTask {
  FrameworkPtr framework{};
  RoleName role{};
  TaskInfo task{};
  bool launch_executor = false;  // the master accounts for a new executor
  std::int32_t priority = 0;     // kept with the task, for a new master
};
struct RunTaskGroup {
  FrameworkPtr framework{};
  RoleName role{};
  ExecutorInfo executor{};
  std::vector<TaskInfo> tasks{};  // `executor` of each is absent
  bool launch_executor = false;   // the master accounts for a new executor
  std::int32_t priority = 0;
};
struct KillTask {
  FrameworkId framework_id{};
  TaskId task_id{};
  std::optional<KillPolicy> kill_policy{};
};
struct UpdateAcknowledged {
  FrameworkId framework_id{};
  TaskId task_id{};
  Uuid uuid{};
};
struct ShutdownFramework {
  FrameworkId framework_id{};
};
struct AgentShutdownExecutor {
  FrameworkId framework_id{};
  ExecutorId executor_id{};
};
struct FrameworkToExecutor {
  FrameworkId framework_id{};
  ExecutorId executor_id{};
  std::string data{};
};
struct UpdateFramework {  // the scheduler re-subscribed with other properties
  FrameworkPtr framework{};
};
struct Ping {
  bool connected = true;  // as the master sees the agent; false makes the agent re-register
};
struct ShutdownAgent {
  std::string message{};
};
// Kill all tasks and take no new ones; said again at each re-registration while the agent drains.
struct DrainTasks {
  std::optional<DrainConfig> config{};  // absent: the drain is over, tasks are taken again
};

// ---- executor -> agent

struct ExecutorSubscribe {
  FrameworkId framework_id{};
  ExecutorId executor_id{};
  std::vector<TaskInfo> unacknowledged_tasks{};
  std::vector<TaskStatus> unacknowledged_updates{};
};
struct ExecutorUpdate {
  TaskStatus status{};
};
struct ExecutorMessage {  // both ways
  std::string data{};
};

// ---- agent -> executor

struct ExecutorSubscribed {
  ExecutorInfo executor{};
  FrameworkPtr framework{};
  AgentPtr agent{};
  ContainerId container_id{};
};
struct LaunchTask {
  TaskInfo task{};
};
struct LaunchTaskGroup {
  std::vector<TaskInfo> tasks{};
};
struct ExecutorKill {
  TaskId task_id{};
  std::optional<KillPolicy> kill_policy{};
};
struct ExecutorAcknowledged {
  TaskId task_id{};
  Uuid uuid{};
};
struct ExecutorShutdown {};

}  // namespace mesoscore::msg

namespace mesoscore {

// Alternatives are only ever added at the end: the index is the message number of our protocol.
using Message = std::variant<
    msg::Heartbeat, msg::ErrorMessage, msg::Subscribe, msg::Teardown, msg::Accept, msg::Decline, msg::Revive,
    msg::Suppress, msg::Kill, msg::ShutdownExecutor, msg::Acknowledge, msg::Reconcile, msg::ToExecutor,
    msg::Subscribed, msg::OfferMade, msg::Rescind, msg::Update, msg::FromExecutor, msg::Failure,
    msg::RegisterAgent, msg::ReregisterAgent, msg::UnregisterAgent, msg::Pong, msg::AgentUpdate,
    msg::ExecutorExited, msg::ExecutorToFramework, msg::AgentRegistered, msg::AgentReregistered, msg::RunTask,
    msg::KillTask, msg::UpdateAcknowledged, msg::ShutdownFramework, msg::AgentShutdownExecutor,
    msg::FrameworkToExecutor, msg::UpdateFramework, msg::Ping, msg::ShutdownAgent, msg::ExecutorSubscribe,
    msg::ExecutorUpdate, msg::ExecutorMessage, msg::ExecutorSubscribed, msg::LaunchTask, msg::ExecutorKill,
    msg::ExecutorAcknowledged, msg::ExecutorShutdown, msg::OperationUpdate, msg::AcknowledgeOperation,
    msg::ReconcileOperations, msg::AgentOperationUpdate, msg::ApplyOperation, msg::OperationAcknowledged,
    msg::Request, msg::DemandRefused, msg::DemandExpired, msg::OperatorCall, msg::OperatorAnswer,
    msg::DrainTasks, msg::RunTaskGroup, msg::LaunchTaskGroup, msg::AgentCall, msg::AgentAnswer>;

// "Subscribe", "OfferMade", ...
std::string_view message_name(const Message& message) noexcept;

}  // namespace mesoscore
