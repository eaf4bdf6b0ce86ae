// The words about operations on resources.
#include <sstream>
#include <stdexcept>

#include "master_script.hpp"
#include "support/operation_resources.hpp"

namespace mesoscore::test {
namespace {

// "cpus:1;+mem:64;v1@512": a plus is a reservation for the role, an at is a volume of so many megabytes.
Resources in_words(const std::string& text, std::string_view role) {
  Resources all;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ';');) {
    if (const auto at = part.find('@'); at != std::string::npos) {
      all.add(volume(part.substr(0, at), role, std::stoi(part.substr(at + 1))));
    } else {
      all += part.front() == '+' ? reserved(part.substr(1), role) : parsed(part);
    }
  }
  return all;
}

Operation operation_called(const std::string& name, Resources resources) {
  if (name == "reserve") return reserve(std::move(resources));
  if (name == "unreserve") return unreserve(std::move(resources));
  if (name == "create") return create(std::move(resources));
  if (name == "destroy") return destroy(std::move(resources));
  throw std::runtime_error("there is no operation " + name);
}

}  // namespace

bool MasterScript::operations(Command& command) {
  if (command.is("operations")) {
    accept_operations(command);
  } else if (command.is("on")) {
    step(operation_on_agent(command));
  } else if (command.is("operator on")) {
    send(operator_, msg::OperatorCall{++last_call_, operation_on_agent(command)});
  } else if (command.is("done")) {
    report(command.next("an agent"), OperationState::finished, "");
  } else if (command.is("failed")) {
    const std::string agent = command.next("an agent");
    report(agent, OperationState::failed, command.next("why"));
  } else if (command.is("ack operation")) {
    const FrameworkPeer& f = frameworks_.at(command.next("a framework"));
    const std::string id = command.next("an operation");
    send(f.peer, msg::AcknowledgeOperation{full("M-S0"), id, names_.uuid("s-" + id)});
  } else if (command.is("reconcile operations")) {
    const FrameworkPeer& f = frameworks_.at(command.next("a framework"));
    msg::ReconcileOperations call;
    if (const std::string id = command.next_or(""); !id.empty()) call.operations.push_back({id, {}});
    send(f.peer, std::move(call));
  } else {
    return false;
  }
  return true;
}

OperateOnAgent MasterScript::operation_on_agent(Command& command) const {
  const AgentId agent = agents_.at(command.next("an agent")).info->id;
  const std::string name = command.next("an operation");
  const std::string role = command.get("role", "*");
  return {agent, operation_called(name, in_words(command.next("resources"), role))};
}

void MasterScript::accept_operations(Command& command) {
  const FrameworkPeer& f = frameworks_.at(command.next("a framework"));
  const std::string role = f.info->roles.front().str();
  msg::Accept call;
  if (const std::string refuse = command.get("refuse"); !refuse.empty())
    call.filters.refuse = parse_duration(refuse);
  call.offer_ids.push_back(full(command.next("an offer")));
  OperationId id;
  for (std::string word = command.next_or(""); !word.empty(); word = command.next_or("")) {
    if (word.back() == ':') {
      id = OperationId(word.substr(0, word.size() - 1));
      continue;
    }
    if (word == "launch") {
      TaskInfo task;
      task.task_id = command.next("a task");
      task.agent_id = full("M-S0");
      task.function = "work";
      task.resources = in_words(command.next("resources"), role);
      call.operations.push_back(launch({std::move(task)}));
    } else {
      call.operations.push_back(operation_called(word, in_words(command.next("resources"), role)));
      call.operations.back().id = std::exchange(id, {});
    }
  }
  send(f.peer, std::move(call));
}

// The agent says what became of the operations that it was sent: of all, or that the first one failed.
void MasterScript::report(const std::string& agent, OperationState state, const std::string& why) {
  const PeerId peer = agents_.at(agent).peer;
  const std::vector<msg::ApplyOperation> orders = std::exchange(orders_, {});
  for (const msg::ApplyOperation& order : orders) {
    msg::AgentOperationUpdate update;
    if (order.framework) update.framework_id = order.framework->id;
    update.operation_uuid = order.uuid;
    update.update.operation_id = order.operation.id;
    update.update.state = &order == &orders.front() ? state : OperationState::finished;
    if (&order == &orders.front()) update.update.message = why;
    update.update.uuid = names_.uuid("s-" + order.operation.id.str());
    send(peer, std::move(update));
  }
}

void MasterScript::learn_orders() {
  const auto learn = [&](const Envelope& envelope) {
    if (const auto* order = std::get_if<msg::ApplyOperation>(&envelope.message)) orders_.push_back(*order);
  };
  for (const Envelope& envelope : out_.sends) learn(envelope);
  for (const Commit& commit : out_.commits) {
    for (const Envelope& envelope : commit.after) learn(envelope);
  }
}

}  // namespace mesoscore::test
