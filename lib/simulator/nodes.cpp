#include "simulator/nodes.hpp"

#include <algorithm>

#include "core/launches.hpp"
#include "core/text_cat.hpp"
#include "mesoscore/policies/drf.hpp"
#include "mesoscore/policies/random.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {

// ---- the master

MasterNode::MasterNode(World& world) : MachineNode(world, NodeKind::master, "master") {}

bool MasterNode::make() {
  const simulator::ClusterOptions& options = world().options;
  auto policy = options.random_policy ? policies::random() : policies::drf();
  if (!options.master.durable) {
    machine_.emplace(options.master, std::move(policy), world().rng.split(), clock());
    return true;
  }
  auto recovered =
      Master::recover(options.master, std::move(policy), world().rng.split(), clock(), disk().read());
  if (!recovered) {
    world().violation("no recovery", name(), recovered.error().message);
    return false;
  }
  machine_.emplace(std::move(*recovered));
  return true;
}

bool MasterNode::durable() const noexcept { return world().options.master.durable; }

bool MasterNode::alter(Envelope& sent) {
  if (const auto* over = std::get_if<msg::ShutdownFramework>(&sent.message))
    world().over.insert(over->framework_id);
  const auto* ack = std::get_if<msg::UpdateAcknowledged>(&sent.message);
  return ack == nullptr || !Sabotage::picks(ack->task_id, world().sabotage.swallow_acknowledgements);
}

void MasterNode::promised(const Envelope& sent, const Commit& /*by*/) {
  const auto* registered = std::get_if<msg::AgentRegistered>(&sent.message);
  if (registered == nullptr || !durable()) return;
  if (!disk().holds(admitted_agent_key(registered->agent_id))) {
    world().violation(
        "promise not kept", name(),
        cat("agent ", registered->agent_id, " is told that it is admitted, and no record says so"));
  }
}

// ---- the agents

AgentNode::AgentNode(World& world, AgentOptions options)
    : MachineNode(world, NodeKind::agent, cat("agent-", index_of(world.next_id()))),
      options_(std::move(options)),
      capacity_(options_.info.resources.quantities()),
      host_(world, *this) {
  if (options_.info.hostname.empty()) options_.info.hostname = name();
}

bool AgentNode::make() {
  AgentOptions options = options_;
  options.boot_id = cat("boot-", boots_);
  if (!options_.durable) {
    host_.kill_all();
    machine_.emplace(std::move(options), world().rng.split(), clock());
    return true;
  }
  auto recovered = Agent::recover(std::move(options), world().rng.split(), clock(), disk().read());
  if (!recovered) {
    world().violation("no recovery", name(), recovered.error().message);
    return false;
  }
  machine_.emplace(std::move(*recovered));
  return true;
}

void AgentNode::unmake(bool silently) {
  MachineNode::unmake(silently);
  if (!silently) host_.agent_crashed();
}

void AgentNode::reboot() {
  crash(true);
  host_.reboot();
  ++boots_;
}

void AgentNode::dial() {
  world().network.dial(*this, world().master->id(), PeerRole::agent, PeerRole::master);
}

bool AgentNode::alter(Envelope& sent) {
  auto* update = std::get_if<msg::AgentUpdate>(&sent.message);
  if (update != nullptr && Sabotage::picks(update->status.task_id, world().sabotage.free_early)) {
    update->latest_state = TaskState::finished;
  }
  return true;
}

void AgentNode::settled() {
  if (!machine_->stopped()) return;
  crash();  // it was sent away; whoever runs it starts another one in its place
  disk().wipe();
  start();
}

// What the master is told of a task, or an executor that it has been taken, must not be forgotten.
void AgentNode::promised(const Envelope& sent, const Commit& by) {
  const auto* update = std::get_if<msg::AgentUpdate>(&sent.message);
  if (update == nullptr || !update->status.uuid) return;
  if (world().over.contains(update->framework_id)) return;
  if (update->status.reason == TaskReason::reconciliation) return;  // of a task that it never had
  if (!world().truth.task(update->framework_id, update->status.task_id).kept) return;
  const RecordKey key = task_key(update->framework_id, update->status.task_id);
  if (disk().holds(key)) return;
  // What is sent again may have been acknowledged in the same step.
  if (std::any_of(by.changes.begin(), by.changes.end(), [&](const Change& c) { return c.key == key; }))
    return;
  world().violation("promise not kept", name(),
                    cat("the update of task ", update->status.task_id,
                        " is sent, and no record says that there is this task"));
}

// ---- the frameworks

FrameworkNode::FrameworkNode(World& world, std::string name, std::shared_ptr<simulator::Program> program)
    : MachineNode(world, NodeKind::framework, std::move(name)),
      program_(std::move(program)),
      rng_(world.rng.split()) {}

bool FrameworkNode::make() {
  SchedulerOptions options = program_->start(*this);
  framework_id_ = options.framework.id;
  checkpoint_ = options.framework.checkpoint;
  machine_.emplace(std::move(options), world().rng.split(), clock());
  return true;
}

SchedulerStats FrameworkNode::stats() const { return machine_ ? machine_->stats() : SchedulerStats{}; }

void FrameworkNode::dial() {
  world().network.dial(*this, world().master->id(), PeerRole::scheduler, PeerRole::master);
}

void FrameworkNode::submit(Message call) {
  if (const auto* accept = std::get_if<msg::Accept>(&call)) note_launches(*accept);
  if (!up()) return;  // before the first machine there is: from Program::start
  const std::uint32_t mine = life();
  world().agenda.in(Duration::zero(), [this, mine, call = std::move(call)]() mutable {
    if (life() == mine) push(Submitted{std::move(call)});
  });
}

void FrameworkNode::note_launches(const msg::Accept& accept) {
  const bool durable = !world().options.agents.empty() && world().options.agents.front().durable;
  for (const Operation& operation : accept.operations) {
    const std::vector<TaskInfo>* tasks = launched_tasks(operation);
    if (tasks == nullptr) continue;
    for (const TaskInfo& info : *tasks) world().truth.launched(framework_id_, info, checkpoint_, durable);
    if (const auto* group = std::get_if<LaunchGroupOperation>(&operation.action))
      world().fates.launched(framework_id_, *group);
  }
}

void FrameworkNode::wake_in(Duration delay) {
  world().agenda.in(delay, [this, mine = life()] {
    if (up() && life() == mine) program_->woken(*this);
  });
}

void FrameworkNode::restart_in(Duration delay) {
  world().agenda.in(Duration::zero(), [this, mine = life(), delay] {
    if (life() != mine) return;
    crash();
    world().agenda.in(delay, [this, mine] {
      if (life() == mine) start();
    });
  });
}

void FrameworkNode::deliver(Message& message) {
  if (const auto* subscribed = std::get_if<msg::Subscribed>(&message))
    framework_id_ = subscribed->framework_id;
  if (const auto* update = std::get_if<msg::Update>(&message)) {
    world().truth.told(framework_id_, update->status, name());
  }
  if (const auto* error = std::get_if<msg::ErrorMessage>(&message)) {
    if (error->message == "Framework failed over") {
      world().violation("protocol broken", name(),
                        "it is the only scheduler, and is told that the framework failed over");
    }
  }
  program_->on(*this, message);
}

}  // namespace mesoscore::simulator_detail
