// An agent with a master of its own, for the tests of the handlers.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "mesoscore/agent.hpp"
#include "support/disk.hpp"
#include "support/machine_harness.hpp"

namespace mesoscore::test {

using namespace std::chrono_literals;

inline constexpr PeerId kMaster{1};
inline constexpr PeerId kExecutor{10};
inline const FrameworkId kFramework = "F1";
inline const AgentId kAgent = "S1";

inline AgentOptions agent_options() {
  AgentOptions options;
  options.info.hostname = "host";
  options.info.resources = Resources::parse("cpus:8;mem:4096").value();
  return options;
}

inline AgentOptions durable_options() {
  AgentOptions options = agent_options();
  options.durable = true;
  return options;
}

inline std::shared_ptr<FrameworkInfo> framework_info(FrameworkId id = kFramework) {
  auto framework = std::make_shared<FrameworkInfo>();
  framework->name = "test";
  framework->id = std::move(id);
  return framework;
}

// A framework that knows neither the states of partitions nor KILLING.
inline std::shared_ptr<FrameworkInfo> plain_framework() {
  auto framework = framework_info();
  framework->capabilities = {};
  return framework;
}

inline TaskInfo bare_task(std::string_view id) {
  TaskInfo task;
  task.task_id = id;
  task.agent_id = kAgent;
  task.name = std::string(id);
  task.resources = Resources::parse("cpus:1;mem:64").value();
  return task;
}

inline TaskInfo command_task(std::string_view id) {
  TaskInfo task = bare_task(id);
  task.command.emplace().value = "true";
  return task;
}

inline TaskInfo function_task(std::string_view id) {
  TaskInfo task = bare_task(id);
  task.function = "square";
  return task;
}

inline TaskInfo executor_task(std::string_view id, std::string_view executor = "e1") {
  TaskInfo task = bare_task(id);
  ExecutorInfo& info = task.executor.emplace();
  info.executor_id = executor;
  info.command.value = "./executor";
  info.resources = Resources::parse("cpus:0.1;mem:32").value();
  return task;
}

inline TaskStatus executor_status(std::string_view task, TaskState state, std::uint8_t uuid = 1) {
  TaskStatus status;
  status.task_id = task;
  status.state = state;
  status.uuid.emplace();
  status.uuid->bytes.fill(uuid);
  return status;
}

class AgentUnderTest : public MachineHarness<Agent> {
 public:
  explicit AgentUnderTest(AgentOptions given = agent_options(), std::uint64_t seed = 1)
      : MachineHarness<Agent>(given, seed), options(std::move(given)), seed_(seed) {}

  // ---- as in the base; commits are made at once, and what they carry is let out ----
  template <class... Events>
  void step(Events... events) {
    MachineHarness<Agent>::step(std::move(events)...);
    disk.make(out());
  }
  template <class M>
  void receive(PeerId from, M message) {
    step(Received{from, Message(std::move(message))});
  }
  void advance(Duration by) {
    MachineHarness<Agent>::advance(by);
    disk.make(out());
  }
  bool tick() {
    const bool due = MachineHarness<Agent>::tick();
    disk.make(out());
    return due;
  }

  // ---- restarts ----
  Result<Agent> recovered() { return Agent::recover(options, Rng(++seed_ + 1000), now(), disk.all()); }
  // The agent dies; another one asks for its containers.
  AgentUnderTest& restart() {
    Result<Agent> agent = recovered();
    INFO((agent ? "" : agent.error().message));
    REQUIRE(agent);
    machine() = std::move(*agent);
    REQUIRE(tick());
    return *this;
  }
  void all_heard() { step(ContainerEvent{{}, ContainerEvent::Kind::recovered, 0, {}, {}, {}, {}}); }
  // Its one container lives; then it registers.
  AgentUnderTest& restart_and_join() {
    restart();
    step(event(ContainerEvent::Kind::recovered));
    all_heard();
    return rejoin();
  }
  AgentUnderTest& rejoin(Duration ping_timeout = Duration::zero()) {
    peer = PeerId{static_cast<std::uint64_t>(peer) + 1};
    connect(peer);
    from_master(msg::AgentReregistered{kAgent, "M", ping_timeout, {}, {}});
    return *this;
  }

  // ---- the master ----
  AgentUnderTest& connect(PeerId master = kMaster) {
    while (out().dials.empty()) REQUIRE(tick());
    peer = master;
    step(PeerConnected{peer, PeerRole::master, "inproc://master"});
    return *this;
  }
  AgentUnderTest& join(Duration ping_timeout = Duration::zero()) {
    connect();
    from_master(msg::AgentRegistered{kAgent, "M", ping_timeout});
    return *this;
  }
  template <class M>
  void from_master(M message) {
    receive(peer, std::move(message));
  }
  void run(TaskInfo task, msg::FrameworkPtr framework = framework_info()) {
    from_master(msg::RunTask{std::move(framework), "*", std::move(task), false});
    remember_container();
  }
  void run_with_new_executor(TaskInfo task, msg::FrameworkPtr framework = framework_info()) {
    from_master(msg::RunTask{std::move(framework), "*", std::move(task), true});
    remember_container();
  }
  void kill(std::string_view task, std::optional<Duration> grace = {}) {
    msg::KillTask kill{kFramework, task, {}};
    if (grace) kill.kill_policy = KillPolicy{*grace};
    from_master(std::move(kill));
  }
  // Acknowledges what the last step sent.
  void acknowledge() {
    const auto& update = sent_update();
    from_master(msg::UpdateAcknowledged{update.framework_id, update.status.task_id, *update.status.uuid});
  }
  void acknowledge(std::string_view task, const Uuid& uuid) {
    from_master(msg::UpdateAcknowledged{kFramework, task, uuid});
  }

  // ---- containers ----
  void started() { step(event(ContainerEvent::Kind::started)); }
  void exited(int wait_status) {
    ContainerEvent exit = event(ContainerEvent::Kind::exited);
    exit.wait_status = wait_status;
    step(std::move(exit));
  }
  ContainerEvent event(ContainerEvent::Kind kind) const {
    ContainerEvent happened;
    happened.container_id = container;
    happened.kind = kind;
    return happened;
  }
  ContainerEvent launch_failed(std::string message) const {
    ContainerEvent failed = event(ContainerEvent::Kind::launch_failed);
    failed.message = std::move(message);
    return failed;
  }

  // ---- executors ----
  void connect_executor(PeerId executor = kExecutor) {
    step(PeerConnected{executor, PeerRole::executor, "unix"});
  }
  void subscribe(PeerId executor = kExecutor, msg::ExecutorSubscribe subscribe = {kFramework, "e1", {}, {}}) {
    receive(executor, std::move(subscribe));
  }
  // A custom executor e1 that runs the task.
  void start_executor(std::string_view task, msg::FrameworkPtr framework = framework_info()) {
    run_with_new_executor(executor_task(task), std::move(framework));
    started();
    connect_executor();
    subscribe();
  }

  // ---- answers ----
  const msg::AgentUpdate& sent_update() { return only<msg::AgentUpdate>(peer); }
  // "TASK_FAILED REASON_EXECUTOR_TERMINATED" of the one update that was sent.
  std::string outcome() {
    const TaskStatus& status = sent_update().status;
    std::string text(to_string(status.state));
    if (status.reason) text += " " + std::string(to_string(*status.reason));
    return text;
  }
  std::vector<std::string> outcomes() const {
    std::vector<std::string> all;
    for (const auto* update : sent<msg::AgentUpdate>()) {
      all.push_back(update->status.task_id.str() + " " + std::string(to_string(update->status.state)));
    }
    return all;
  }
  AgentView view() { return *machine().view(); }

  AgentOptions options;
  Disk disk;
  PeerId peer = kMaster;
  ContainerId container;  // the last one that was launched

 private:
  void remember_container() {
    for (const auto* launch : calls<LaunchContainer>()) container = launch->container_id;
  }

  std::uint64_t seed_;
};

}  // namespace mesoscore::test
