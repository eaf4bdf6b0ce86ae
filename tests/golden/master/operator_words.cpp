// The words about demands and operators.
#include <sstream>
#include <stdexcept>

#include "master_script.hpp"

namespace mesoscore::test {
namespace {

// "job cpus:1;mem:64 x4 gang within=10s priority=5"
Demand demand_of(const std::string& text) {
  Command words(text);
  Demand demand;
  demand.id = words.next("an id");
  demand.unit = Quantities::parse(words.next("a unit")).value();
  demand.gang = words.has("gang");
  demand.within = parse_duration(words.get("within", "0s"));
  demand.priority = std::stoi(words.get("priority", "0"));
  const std::string count = words.next_or("x1");
  demand.count = static_cast<std::uint32_t>(std::stoul(count.substr(1)));
  if (!words.done()) throw std::runtime_error("too many words: " + text);
  return demand;
}

SetQuota quota_of(Command& command) {
  RoleQuota quota;
  quota.role = command.next("a role");
  quota.quota.guarantee = Quantities::parse(command.get("guarantee")).value_or(Quantities());
  quota.quota.limit = QuantityLimits::parse(command.get("limit")).value_or(QuantityLimits());
  return {{quota}, command.has("force")};
}

}  // namespace

bool MasterScript::demands(Command& command) {
  if (!command.is("request")) return false;
  const PeerId peer = frameworks_.at(command.next("a framework")).peer;
  msg::Request call;
  call.role = command.next("a role");
  for (std::string text = command.next_or(""); !text.empty(); text = command.next_or("")) {
    call.demands.push_back(demand_of(text));
  }
  send(peer, std::move(call));
  return true;
}

bool MasterScript::operators(Command& command) {
  if (command.is("quota")) {
    step(quota_of(command));
    return true;
  }
  if (!command.is("operator")) return false;
  if (command.is("connects")) {
    operator_ = PeerId{++last_peer_};
    connect(operator_, PeerRole::operator_, "operator");
    return true;
  }
  OperatorAction action;
  if (command.is("asks explain")) {
    const std::string called = command.next("a framework");
    const auto found = frameworks_.find(called);
    const FrameworkId framework = found == frameworks_.end() ? FrameworkId(called) : found->second.info->id;
    const AgentId agent = full(command.get("agent"));
    action = ExplainOffers{framework, command.next_or(""), agent};
  } else if (command.is("asks frameworks")) {
    action = ListFrameworks{};
  } else if (command.is("asks agents")) {
    action = ListAgents{};
  } else if (command.is("asks roles")) {
    action = ListRoles{};
  } else if (command.is("weight")) {
    const std::string role = command.next("a role");
    action = SetWeight{role, std::stod(command.next("a weight"))};
  } else if (command.is("quota")) {
    action = quota_of(command);
  } else if (command.is("teardown")) {
    action = TeardownFramework{frameworks_.at(command.next("a framework")).info->id};
  } else if (command.is("drain")) {
    DrainConfig config;
    config.mark_gone = command.has("mark_gone");
    if (const std::string grace = command.get("grace"); !grace.empty())
      config.max_grace_period = parse_duration(grace);
    action = DrainAgent{full(command.next("an agent")), config};
  } else if (command.is("gone")) {
    action = MarkAgentGone{full(command.next("an agent"))};
  } else if (command.is("deactivate")) {
    action = DeactivateAgent{full(command.next("an agent"))};
  } else if (command.is("reactivate")) {
    action = ReactivateAgent{full(command.next("an agent"))};
  } else {
    return false;
  }
  send(operator_, msg::OperatorCall{++last_call_, std::move(action)});
  return true;
}

}  // namespace mesoscore::test
