#include <array>
#include <string_view>
#include <variant>

#include "mesoscore/message.hpp"
#include "mesoscore/outbox.hpp"

namespace mesoscore {
namespace {

// In the order of the alternatives of Message.
constexpr std::array<std::string_view, std::variant_size_v<Message>> kNames = {"Heartbeat",
                                                                               "ErrorMessage",
                                                                               "Subscribe",
                                                                               "Teardown",
                                                                               "Accept",
                                                                               "Decline",
                                                                               "Revive",
                                                                               "Suppress",
                                                                               "Kill",
                                                                               "ShutdownExecutor",
                                                                               "Acknowledge",
                                                                               "Reconcile",
                                                                               "ToExecutor",
                                                                               "Subscribed",
                                                                               "OfferMade",
                                                                               "Rescind",
                                                                               "Update",
                                                                               "FromExecutor",
                                                                               "Failure",
                                                                               "RegisterAgent",
                                                                               "ReregisterAgent",
                                                                               "UnregisterAgent",
                                                                               "Pong",
                                                                               "AgentUpdate",
                                                                               "ExecutorExited",
                                                                               "ExecutorToFramework",
                                                                               "AgentRegistered",
                                                                               "AgentReregistered",
                                                                               "RunTask",
                                                                               "KillTask",
                                                                               "UpdateAcknowledged",
                                                                               "ShutdownFramework",
                                                                               "AgentShutdownExecutor",
                                                                               "FrameworkToExecutor",
                                                                               "UpdateFramework",
                                                                               "Ping",
                                                                               "ShutdownAgent",
                                                                               "ExecutorSubscribe",
                                                                               "ExecutorUpdate",
                                                                               "ExecutorMessage",
                                                                               "ExecutorSubscribed",
                                                                               "LaunchTask",
                                                                               "ExecutorKill",
                                                                               "ExecutorAcknowledged",
                                                                               "ExecutorShutdown",
                                                                               "OperationUpdate",
                                                                               "AcknowledgeOperation",
                                                                               "ReconcileOperations",
                                                                               "AgentOperationUpdate",
                                                                               "ApplyOperation",
                                                                               "OperationAcknowledged",
                                                                               "Request",
                                                                               "DemandRefused",
                                                                               "DemandExpired",
                                                                               "OperatorCall",
                                                                               "OperatorAnswer",
                                                                               "DrainTasks",
                                                                               "RunTaskGroup",
                                                                               "LaunchTaskGroup",
                                                                               "AgentCall",
                                                                               "AgentAnswer"};
static_assert(!kNames.back().empty(), "a new alternative of Message needs its name here");

}  // namespace

std::string_view message_name(const Message& message) noexcept {
  return message.valueless_by_exception() ? std::string_view("(no message)") : kNames[message.index()];
}

std::string_view to_string(PeerRole role) noexcept {
  switch (role) {
    case PeerRole::unknown:
      return "unknown";
    case PeerRole::master:
      return "master";
    case PeerRole::agent:
      return "agent";
    case PeerRole::scheduler:
      return "scheduler";
    case PeerRole::executor:
      return "executor";
    case PeerRole::operator_:
      return "operator";
  }
  return "unknown";
}

}  // namespace mesoscore
