// The kinds of nodes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mesoscore/executor.hpp"
#include "mesoscore/simulator/program.hpp"
#include "simulator/host.hpp"
#include "simulator/node.hpp"

namespace mesoscore::simulator_detail {

// A node around a machine of type M.
template <class M>
class MachineNode : public Node {
 public:
  using Node::Node;
  bool up() const noexcept override { return machine_.has_value(); }
  const M* machine() const noexcept { return machine_ ? &*machine_ : nullptr; }

 protected:
  void unmake(bool /*silently*/) override { machine_.reset(); }
  void step(std::span<Event> batch, TimePoint at, Outbox& out) override { machine_->step(batch, at, out); }
  void receive(PeerId from, std::span<Message> messages, TimePoint at, Outbox& out) override {
    machine_->receive(from, messages, at, out);
  }
  void tick(TimePoint at, Outbox& out) override { machine_->tick(at, out); }
  TimePoint deadline() const noexcept override { return machine_->next_deadline(); }

  std::optional<M> machine_;
};

class MasterNode : public MachineNode<Master> {
 public:
  explicit MasterNode(World& world);

 protected:
  bool make() override;
  bool durable() const noexcept override;
  void dial() override {}
  bool alter(Envelope& sent) override;
  void promised(const Envelope& sent, const Commit& by) override;
};

class AgentNode : public MachineNode<Agent> {
 public:
  AgentNode(World& world, AgentOptions options);

  Host& host() noexcept { return host_; }
  const Host& host() const noexcept { return host_; }
  const Quantities& capacity() const noexcept { return capacity_; }
  const AgentOptions& options() const noexcept { return options_; }
  void reboot();

 protected:
  bool make() override;
  void unmake(bool silently) override;
  bool durable() const noexcept override { return options_.durable; }
  void apply(ContainerCall& call) override { host_.apply(call); }
  void dial() override;
  bool alter(Envelope& sent) override;
  void settled() override;
  void promised(const Envelope& sent, const Commit& by) override;

 private:
  AgentOptions options_;
  Quantities capacity_;
  Host host_;
  std::uint32_t boots_ = 1;
};

class FrameworkNode : public MachineNode<Scheduler>, public simulator::Framework {
 public:
  FrameworkNode(World& world, std::string name, std::shared_ptr<simulator::Program> program);

  // ---- simulator::Framework
  void submit(Message call) override;
  void wake_in(Duration delay) override;
  void restart_in(Duration delay) override;
  TimePoint now() const override { return clock(); }
  Rng& rng() override { return rng_; }
  const FrameworkId& id() const override { return framework_id_; }
  SchedulerStats stats() const override;

 protected:
  bool make() override;
  void dial() override;
  void deliver(Message& message) override;

 private:
  void note_launches(const msg::Accept& accept);

  std::shared_ptr<simulator::Program> program_;
  Rng rng_;
  FrameworkId framework_id_;
  bool checkpoint_ = true;
};

// A process of the framework in a container of an agent.
class ExecutorNode : public MachineNode<Executor> {
 public:
  ExecutorNode(World& world, AgentNode& agent, const LaunchContainer& launch);

  simulator::NodeId site() const noexcept override { return agent_.id(); }
  void end_with_container();  // it is killed
  bool runs(const TaskId& task) const noexcept;
  std::size_t running() const noexcept;
  template <class F>
  void each_running(F&& f) const {
    for (const Task& task : tasks_) {
      if (task.running) f(task.id);
    }
  }

 protected:
  bool make() override;
  void unmake(bool silently) override;
  void dial() override;
  void deliver(Message& message) override;
  void settled() override;

 private:
  struct Task {
    TaskId id{};
    simulator::Script script{};
    bool running = true;
  };
  void launch(const TaskInfo& info);
  void kill(const msg::ExecutorKill& kill);
  void end(std::size_t task, End how);
  void say(const TaskId& task, TaskState state);
  void shut_down();
  void exit_in(Duration delay, int wait_status);
  void exit(int wait_status);
  void look_for_idleness();

  AgentNode& agent_;
  FrameworkId framework_id_;
  ExecutorId executor_id_;
  ContainerId container_id_;
  Rng rng_;
  std::vector<Task> tasks_;
  std::uint32_t idle_ = 0;  // counts what has made it busy since
  bool exiting_ = false;
};

ExecutorNode& add_executor(World& world, AgentNode& agent, const LaunchContainer& launch);

}  // namespace mesoscore::simulator_detail
