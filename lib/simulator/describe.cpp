// Messages, events and calls as one line for people: the kind, and what is needed to follow a task.
#include "core/launches.hpp"
#include "core/text_cat.hpp"
#include "simulator/trace.hpp"

namespace mesoscore::simulator_detail {
namespace {

std::string status_text(const TaskStatus& status) {
  return cat(" ", status.task_id, " ", to_string(status.state), " ",
             status.reason ? to_string(*status.reason) : std::string_view(),
             status.uuid ? " uuid " + status.uuid->str().substr(0, 8) : "", " ", status.message);
}

std::string names_of(const std::vector<TaskInfo>& tasks) {
  std::string text;
  for (const TaskInfo& task : tasks) text += cat(" ", task.task_id);
  return text;
}

struct Details {
  std::string operator()(const msg::Update& m) const { return status_text(m.status); }
  std::string operator()(const msg::AgentUpdate& m) const {
    return status_text(m.status) + cat(" latest ", to_string(m.latest_state));
  }
  std::string operator()(const msg::ExecutorUpdate& m) const { return status_text(m.status); }
  std::string operator()(const msg::RunTask& m) const {
    return cat(" ", m.task.task_id, " of ", m.framework ? m.framework->id.view() : "?", " with ",
               m.task.resources.str(), m.launch_executor ? " new executor" : "");
  }
  std::string operator()(const msg::RunTaskGroup& m) const {
    return cat(names_of(m.tasks), " of ", m.framework ? m.framework->id.view() : "?", " in ",
               m.launch_executor ? "new " : "", "executor ", m.executor.executor_id);
  }
  std::string operator()(const msg::LaunchTaskGroup& m) const { return names_of(m.tasks); }
  std::string operator()(const msg::LaunchTask& m) const { return cat(" ", m.task.task_id); }
  std::string operator()(const msg::Kill& m) const { return cat(" ", m.task_id); }
  std::string operator()(const msg::KillTask& m) const { return cat(" ", m.task_id); }
  std::string operator()(const msg::ExecutorKill& m) const { return cat(" ", m.task_id); }
  std::string operator()(const msg::Acknowledge& m) const {
    return cat(" ", m.task_id, " uuid ", m.uuid.str().substr(0, 8));
  }
  std::string operator()(const msg::UpdateAcknowledged& m) const {
    return cat(" ", m.task_id, " uuid ", m.uuid.str().substr(0, 8));
  }
  std::string operator()(const msg::OfferMade& m) const {
    return cat(" ", m.offer.id, " ", m.offer.role, " ", m.offer.resources.str(), " on ", m.offer.agent_id);
  }
  std::string operator()(const msg::Accept& m) const {
    std::string text;
    for (const OfferId& id : m.offer_ids) text += cat(" ", id);
    for (const Operation& operation : m.operations) {
      text += cat(" ", operation_name(operation));
      if (const std::vector<TaskInfo>* tasks = launched_tasks(operation)) text += names_of(*tasks);
    }
    return text;
  }
  std::string operator()(const msg::Reconcile& m) const {
    std::string text = m.tasks.empty() ? " all" : "";
    for (const auto& item : m.tasks) text += cat(" ", item.task_id);
    return text;
  }
  std::string operator()(const msg::ReregisterAgent& m) const {
    std::string text = cat(" ", m.agent ? m.agent->id.view() : "?");
    for (const Task& task : m.tasks) text += cat(" ", task.task_id, " ", to_string(task.state));
    return text;
  }
  std::string operator()(const msg::AgentRegistered& m) const { return cat(" ", m.agent_id); }
  std::string operator()(const msg::AgentReregistered& m) const {
    std::string text = cat(" ", m.agent_id);
    for (const auto& missing : m.missing) text += cat(" missing ", missing.task_id);
    return text;
  }
  std::string operator()(const msg::Subscribed& m) const { return cat(" ", m.framework_id); }
  std::string operator()(const msg::Subscribe& m) const {
    return cat(" ", m.framework ? m.framework->id.view() : "?");
  }
  std::string operator()(const msg::ErrorMessage& m) const { return cat(" ", m.message); }
  std::string operator()(const msg::Ping& m) const { return m.connected ? "" : " not connected"; }
  std::string operator()(const msg::OperationUpdate& m) const {
    return cat(" ", m.operation_id, " ", to_string(m.state), " ", m.message);
  }
  std::string operator()(const msg::AgentOperationUpdate& m) const { return (*this)(m.update); }
  std::string operator()(const msg::ApplyOperation& m) const {
    return cat(" ", operation_name(m.operation), " ", m.operation.id);
  }
  std::string operator()(const msg::ExecutorExited& m) const { return cat(" ", m.executor_id); }
  template <class M>
  std::string operator()(const M&) const {
    return {};
  }
};

}  // namespace

std::string describe(const Message& message) {
  return std::string(message_name(message)) + std::visit(Details{}, message);
}

std::string describe(const Event& event) {
  if (const auto* peer = std::get_if<PeerConnected>(&event)) {
    return cat("connected #", static_cast<std::uint64_t>(peer->peer), " ", to_string(peer->role));
  }
  if (const auto* gone = std::get_if<PeerDisconnected>(&event)) {
    return cat("disconnected #", static_cast<std::uint64_t>(gone->peer));
  }
  if (const auto* failed = std::get_if<DialFailed>(&event)) return cat("dial failed: ", failed->why);
  if (const auto* call = std::get_if<Submitted>(&event)) return "submitted " + describe(call->message);
  if (const auto* container = std::get_if<ContainerEvent>(&event)) {
    return cat("container ", container->container_id, " ", to_string(container->kind), " ",
               container->wait_status);
  }
  return cat("event ", event.index());
}

std::string describe(const ContainerCall& call) {
  if (const auto* launch = std::get_if<LaunchContainer>(&call)) {
    return cat("launch ", launch->container_id, " ", launch->task.task_id, " ", launch->resources.str());
  }
  if (const auto* kill = std::get_if<KillContainer>(&call)) return cat("kill ", kill->container_id);
  if (const auto* update = std::get_if<UpdateContainer>(&call))
    return cat("resize ", update->container_id, " ", update->resources.str());
  if (const auto* recovery = std::get_if<RecoverContainers>(&call))
    return cat("recover ", recovery->known.size(), " containers");
  if (const auto* probe = std::get_if<ProbeContainer>(&call))
    return cat("probe ", probe->container_id, " ", probe->number);
  if (const auto* question = std::get_if<AskContainers>(&call)) return cat("ask ", question->number);
  if (const auto* gone = std::get_if<EraseVolumes>(&call)) return cat("erase ", gone->volumes.str());
  return cat("forget ", std::get<ForgetContainer>(call).container_id);
}

}  // namespace mesoscore::simulator_detail
