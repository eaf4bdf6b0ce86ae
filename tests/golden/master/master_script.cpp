#include "master_script.hpp"

#include <sstream>
#include <stdexcept>

#include "mesoscore/policies/priority.hpp"

namespace mesoscore::test {
namespace {

TaskState state_called(std::string_view name) {
  for (int number = 0; number < 14; ++number) {
    if (to_string(static_cast<TaskState>(number)) == name) return static_cast<TaskState>(number);
  }
  throw std::runtime_error("there is no state " + std::string(name));
}

Filters filters(Command& command) {
  const std::string refuse = command.get("refuse");
  return refuse.empty() ? Filters{} : Filters{parse_duration(refuse)};
}

}  // namespace

std::vector<std::string> MasterScript::operator()(Command& command) {
  lines_.clear();
  if (command.is("master")) {
    make(command);
  } else if (command.is("restart")) {
    restart();
  } else if (command.is("wait")) {
    wait(parse_duration(command.next("a time")));
  } else if (command.is("weight")) {
    const std::string role = command.next("a role");
    step(SetWeight{role, std::stod(command.next("a weight"))});
  } else if (!agent(command) && !framework(command) && !offers(command) && !operations(command) &&
             !tasks(command) && !demands(command) && !operators(command)) {
    throw std::runtime_error("no such command: " + command.line());
  }
  if (!command.done()) throw std::runtime_error("too many words: " + command.line());
  return lines_;
}

void MasterScript::make(Command& command) {
  MasterOptions options;
  if (const std::string timeout = command.get("offer_timeout"); !timeout.empty()) {
    options.offer_timeout = parse_duration(timeout);
  }
  options.durable = command.has("durable");
  const bool priority = command.get("policy") == "priority";
  *this = MasterScript();
  options_ = options;
  master_ = std::make_unique<Master>(
      std::move(options), priority ? policies::priority({.preempt = true}) : nullptr, Rng(1), now_);
  ids_.push_back(master_->id().str());
}

// All connections are void.
void MasterScript::restart() {
  std::vector<Record> records;
  for (const auto& [key, record] : registry_) records.push_back(record);
  master_ = std::make_unique<Master>(
      Master::recover(options_, nullptr, Rng(ids_.size() + 1), now_, std::move(records)).value());
  ids_.push_back(master_->id().str());
}

void MasterScript::step(Event event) {
  std::vector<Event> batch;
  batch.push_back(std::move(event));
  out_.clear();
  master_->step(batch, now_, out_);
  collect();
}

void MasterScript::send(PeerId from, Message message) { step(Received{from, std::move(message)}); }

void MasterScript::wait(Duration time) {
  const TimePoint until = now_ + time;
  while (master_->next_deadline() <= until) {
    now_ = std::max(now_, master_->next_deadline());
    out_.clear();
    master_->tick(now_, out_);
    collect(print(now_ - start_) + ": ");
  }
  now_ = until;
}

// Connecting says nothing.
void MasterScript::connect(PeerId peer, PeerRole role, const std::string& name) {
  names_.call(peer, name);
  step(PeerConnected{peer, role, name});
}

void MasterScript::collect(const std::string& prefix) {
  learn_ids();
  learn_orders();
  for (const Commit& commit : out_.commits) {
    for (const Change& change : commit.changes) {
      registry_.erase(change.key);
      if (change.record) registry_.emplace(change.key, *change.record);
    }
  }
  for (const std::string& line : print(out_, names_)) lines_.push_back(prefix + shortened(line));
}

// Peers keep the ids that the master gives them.
void MasterScript::learn_ids() {
  const auto learn = [&](const Envelope& envelope) {
    if (const auto* m = std::get_if<msg::Subscribed>(&envelope.message)) {
      for (auto& [name, f] : frameworks_) {
        if (f.peer == envelope.to) f.info->id = m->framework_id;
      }
    }
    if (const auto* m = std::get_if<msg::AgentRegistered>(&envelope.message)) {
      for (auto& [name, a] : agents_) {
        if (a.peer == envelope.to) a.info->id = m->agent_id;
      }
    }
  };
  for (const Envelope& envelope : out_.sends) learn(envelope);
  for (const Commit& commit : out_.commits) {
    for (const Envelope& envelope : commit.after) learn(envelope);
  }
}

std::string MasterScript::full(std::string_view short_id) const {
  std::string id(short_id);
  const std::size_t which = id.empty() ? ids_.size() : static_cast<std::size_t>(id[0] - 'M');
  return id.size() > 1 && id[1] == '-' && which < ids_.size() ? ids_[which] + id.substr(1) : id;
}

std::string MasterScript::shortened(std::string line) const {
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    const std::string& id = ids_[i];
    for (auto at = line.find(id); at != std::string::npos; at = line.find(id))
      line.replace(at, id.size(), 1, static_cast<char>('M' + i));
  }
  return line;
}

bool MasterScript::agent(Command& command) {
  if (!command.is("agent")) return false;
  const std::string name = command.next("a name");
  if (command.is("connects")) {
    agent_connects(name, command);
  } else if (command.is("returns")) {
    agent_returns(name, command);
  } else if (command.is("disconnects")) {
    step(PeerDisconnected{agents_.at(name).peer, "connection reset"});
  } else if (command.is("unregisters")) {
    send(agents_.at(name).peer, msg::UnregisterAgent{});
  } else if (command.is("pongs")) {
    send(agents_.at(name).peer, msg::Pong{});
  } else {
    return false;
  }
  return true;
}

void MasterScript::agent_connects(const std::string& name, Command& command) {
  AgentPeer& agent = agents_[name];
  agent.peer = PeerId{++last_peer_};
  agent.info = std::make_shared<AgentInfo>();
  agent.info->hostname = name;
  agent.info->resources = Resources::parse(command.next_or("cpus:4;mem:1024")).value();
  connect(agent.peer, PeerRole::agent, name);
  send(agent.peer, msg::RegisterAgent{agent.info});
}

void MasterScript::agent_returns(const std::string& name, Command& command) {
  AgentPeer& agent = agents_.at(name);
  agent.peer = PeerId{++last_peer_};
  connect(agent.peer, PeerRole::agent, name);
  msg::ReregisterAgent call{std::make_shared<AgentInfo>(*agent.info), {}, {}, {}};
  std::istringstream all(command.get("tasks"));
  for (std::string part; std::getline(all, part, ',');) {
    const auto& f = frameworks_.at(part.substr(0, part.find(':')));
    Task task;
    task.task_id = part.substr(part.find(':') + 1);
    task.framework_id = f.info->id;
    task.agent_id = agent.info->id;
    task.role = f.info->roles.front();
    task.resources = Resources::parse("cpus:1;mem:64").value();
    task.state = TaskState::running;
    call.tasks.push_back(task);
    call.frameworks.push_back(std::make_shared<FrameworkInfo>(*f.info));
  }
  send(agent.peer, std::move(call));
}

bool MasterScript::framework(Command& command) {
  if (!command.is("framework")) return false;
  const std::string name = command.next("a name");
  if (command.is("connects")) {
    framework_connects(name, command);
  } else if (command.is("returns")) {
    FrameworkPeer& f = frameworks_.at(name);
    f.peer = PeerId{++last_peer_};
    connect(f.peer, PeerRole::scheduler, name);
    send(f.peer, msg::Subscribe{std::make_shared<FrameworkInfo>(*f.info), {}});
  } else if (command.is("disconnects")) {
    step(PeerDisconnected{frameworks_.at(name).peer, "connection reset"});
  } else if (command.is("tears down")) {
    send(frameworks_.at(name).peer, msg::Teardown{});
  } else {
    return false;
  }
  return true;
}

void MasterScript::framework_connects(const std::string& name, Command& command) {
  FrameworkPeer& f = frameworks_[name];
  f.peer = PeerId{++last_peer_};
  f.info = std::make_shared<FrameworkInfo>();
  f.info->name = name;
  f.info->roles = {RoleName(command.get("role", "*"))};
  f.info->failover_timeout = parse_duration(command.get("failover", "0s"));
  if (command.has("plain")) f.info->capabilities = {FrameworkCapability::multi_role};
  connect(f.peer, PeerRole::scheduler, name);
  send(f.peer, msg::Subscribe{std::make_shared<FrameworkInfo>(*f.info), {}});
}

bool MasterScript::offers(Command& command) {
  if (command.is("decline")) {
    const PeerId peer = frameworks_.at(command.next("a framework")).peer;
    msg::Decline call;
    call.filters = filters(command);
    call.offer_ids.push_back(full(command.next("an offer")));
    send(peer, std::move(call));
    return true;
  }
  if (!command.is("accept")) return false;
  const bool group = command.is("group");
  const PeerId peer = frameworks_.at(command.next("a framework")).peer;
  msg::Accept call;
  call.filters = filters(command);
  const std::string agent = full(command.get("agent", "M-S0"));
  call.offer_ids.push_back(full(command.next("an offer")));
  std::vector<TaskInfo> tasks;
  for (std::string id = command.next_or(""); !id.empty(); id = command.next_or("")) {
    TaskInfo& task = tasks.emplace_back();
    task.task_id = id;
    task.agent_id = agent;
    if (group) {
      task.command.emplace().value = "work";
    } else {
      task.function = "work";
    }
    task.resources = Resources::parse(command.next("resources")).value();
  }
  call.operations.push_back(group ? launch_group(default_executor("pod"), std::move(tasks))
                                  : launch(std::move(tasks)));
  send(peer, std::move(call));
  return true;
}

bool MasterScript::tasks(Command& command) {
  if (command.is("update")) {
    const PeerId peer = agents_.at(command.next("an agent")).peer;
    msg::AgentUpdate update;
    update.framework_id = frameworks_.at(command.next("a framework")).info->id;
    update.status.task_id = command.next("a task");
    update.status.state = state_called(command.next("a state"));
    update.status.source = TaskSource::executor;
    update.status.uuid = names_.uuid(
        command.get("uuid", "u" + update.status.task_id.str() + std::string(to_string(update.status.state))));
    update.latest_state = state_called(command.get("latest", to_string(update.status.state)));
    send(peer, std::move(update));
    return true;
  }
  const auto called = [&](std::string_view word) { return command.is(word); };
  const bool ack = called("ack");
  const bool kill = !ack && called("kill");
  const bool reconcile = !ack && !kill && called("reconcile");
  const bool revive = !ack && !kill && !reconcile && called("revive");
  if (!ack && !kill && !reconcile && !revive && !called("suppress")) return false;
  const FrameworkPeer& f = frameworks_.at(command.next("a framework"));
  const AgentId agent = full(command.get("agent"));
  const std::string id = command.next_or("");
  if (kill) {
    send(f.peer, msg::Kill{id, agent, std::nullopt});
  } else if (reconcile) {
    msg::Reconcile call;
    if (!id.empty()) call.tasks.push_back({id, agent});
    send(f.peer, std::move(call));
  } else if (ack) {
    for (const Task& task : master_->tasks(f.info->id)) {
      if (task.task_id == id)
        send(f.peer, msg::Acknowledge{task.agent_id, id, task.status_update_uuid.value()});
    }
  } else if (revive) {
    send(f.peer, msg::Revive{});
  } else {
    send(f.peer, msg::Suppress{});
  }
  return true;
}

}  // namespace mesoscore::test
