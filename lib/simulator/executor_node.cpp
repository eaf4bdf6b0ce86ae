// A custom executor: runs what it is told to, each task by its script, and goes when it has been idle.
#include <algorithm>

#include "core/text_cat.hpp"
#include "simulator/nodes.hpp"
#include "simulator/world.hpp"

namespace mesoscore::simulator_detail {

ExecutorNode& add_executor(World& world, AgentNode& agent, const LaunchContainer& launch) {
  auto node = std::make_unique<ExecutorNode>(world, agent, launch);
  ExecutorNode& added = *node;
  world.nodes.push_back(std::move(node));
  world.agenda.in(Duration::zero(), [&added] { added.start(); });
  return added;
}

ExecutorNode::ExecutorNode(World& world, AgentNode& agent, const LaunchContainer& launch)
    : MachineNode(world, NodeKind::executor, cat("executor-", index_of(world.next_id()), "@", agent.name())),
      agent_(agent),
      framework_id_(launch.framework->id),
      executor_id_(launch.task.executor->executor_id),
      container_id_(launch.container_id),
      rng_(world.rng.split()) {}

bool ExecutorNode::make() {
  if (exiting_) return false;
  ExecutorOptions options{.framework_id = framework_id_, .executor_id = executor_id_};
  machine_.emplace(options, rng_.split(), clock());
  if (world().chance(world().options.host.executor_crashes)) {
    world().agenda.in(rng_.jitter(std::chrono::minutes(5)), [this] {
      if (!up()) return;
      world().fault(FaultKind::executor_crash, name(), "");
      exit(11);
    });
  }
  return true;
}

void ExecutorNode::unmake(bool silently) {
  MachineNode::unmake(silently);
  for (Task& task : tasks_) {
    if (std::exchange(task.running, false)) world().truth.ended(framework_id_, task.id, End::crashed);
  }
}

void ExecutorNode::end_with_container() {
  exiting_ = true;
  crash();
}

void ExecutorNode::exit(int wait_status) {
  if (std::exchange(exiting_, true)) return;
  crash();
  agent_.host().executor_ended(container_id_, wait_status);
}

void ExecutorNode::exit_in(Duration delay, int wait_status) {
  world().agenda.in(delay, [this, wait_status] { exit(wait_status); });
}

void ExecutorNode::dial() { world().network.dial(*this, agent_.id(), PeerRole::executor, PeerRole::agent); }

bool ExecutorNode::runs(const TaskId& task) const noexcept {
  return std::any_of(tasks_.begin(), tasks_.end(), [&](const Task& t) { return t.running && t.id == task; });
}

std::size_t ExecutorNode::running() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(tasks_.begin(), tasks_.end(), [](const Task& task) { return task.running; }));
}

void ExecutorNode::deliver(Message& message) {
  ++idle_;
  if (const auto* launching = std::get_if<msg::LaunchTask>(&message)) return launch(launching->task);
  if (const auto* group = std::get_if<msg::LaunchTaskGroup>(&message)) {
    for (const TaskInfo& task : group->tasks) launch(task);
    return;
  }
  if (const auto* killing = std::get_if<msg::ExecutorKill>(&message)) return kill(*killing);
  if (std::holds_alternative<msg::ExecutorShutdown>(message)) return shut_down();
  if (std::holds_alternative<msg::ErrorMessage>(message)) exit_in(std::chrono::milliseconds(10), 1 << 8);
}

void ExecutorNode::launch(const TaskInfo& info) {
  const std::size_t index = tasks_.size();
  tasks_.push_back({info.task_id, simulator::script_of(info.data)});
  const simulator::Script script = tasks_.back().script;
  world().truth.started(framework_id_, info.task_id, name());
  say(info.task_id, TaskState::running);
  world().agenda.in(script.runs, [this, index, script] {
    end(index, script.exit_code == 0 ? End::finished : End::failed);
  });
}

void ExecutorNode::kill(const msg::ExecutorKill& kill) {
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    if (!tasks_[i].running || tasks_[i].id != kill.task_id) continue;
    const Duration grace = kill.kill_policy ? kill.kill_policy->grace_period : std::chrono::seconds(3);
    world().agenda.in(tasks_[i].script.deaf ? grace : rng_.jitter(std::chrono::milliseconds(200)),
                      [this, i] { end(i, End::killed); });
  }
}

void ExecutorNode::end(std::size_t task, End how) {
  if (!up() || !std::exchange(tasks_[task].running, false)) return;
  ++idle_;
  world().truth.ended(framework_id_, tasks_[task].id, how);
  say(tasks_[task].id, how == End::finished ? TaskState::finished
                       : how == End::failed ? TaskState::failed
                                            : TaskState::killed);
}

void ExecutorNode::say(const TaskId& task, TaskState state) {
  msg::ExecutorUpdate update;
  update.status.task_id = task;
  update.status.state = state;
  push(Submitted{Message(std::move(update))});
}

void ExecutorNode::shut_down() {
  for (std::size_t i = 0; i < tasks_.size(); ++i) end(i, End::killed);
  exit_in(rng_.jitter(std::chrono::seconds(1)), 0);
}

void ExecutorNode::settled() {
  if (machine_->ended()) return exit_in(std::chrono::milliseconds(10), 1 << 8);
  look_for_idleness();
}

void ExecutorNode::look_for_idleness() {
  if (tasks_.empty() || running() != 0 || machine_->unacknowledged() != 0) return;
  world().agenda.in(rng_.jitter(std::chrono::seconds(60)), [this, idle = idle_] {
    if (up() && idle == idle_ && machine_->unacknowledged() == 0) exit(0);
  });
}

}  // namespace mesoscore::simulator_detail
