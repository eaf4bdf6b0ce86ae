// An executor under test, with the test in the place of the agent and of the application.
#pragma once

#include <string>
#include <vector>

#include "mesoscore/executor.hpp"
#include "support/machine_harness.hpp"

namespace mesoscore::test {

using namespace std::chrono_literals;

inline ExecutorOptions executor_options() {
  ExecutorOptions options;
  options.framework_id = "F";
  options.executor_id = "E";
  return options;
}

class Program : public MachineHarness<Executor> {
 public:
  explicit Program(ExecutorOptions options = executor_options()) : MachineHarness(std::move(options), 7) {}

  // To the next deadline, if there is one. Returns how long it took.
  Duration next() {
    const TimePoint before = now();
    tick();
    return now() - before;
  }
  void receive(Message message) { step(Received{agent, std::move(message)}); }
  void connect() {
    agent = PeerId{static_cast<std::uint64_t>(agent) + 1};
    step(PeerConnected{agent, PeerRole::agent, "test://agent"});
  }
  void subscribed(bool checkpoint = true) {
    auto framework = std::make_shared<FrameworkInfo>();
    framework->checkpoint = checkpoint;
    receive(msg::ExecutorSubscribed{{}, framework, std::make_shared<AgentInfo>(), {}});
  }
  void subscribe(bool checkpoint = true) {
    next();
    REQUIRE(out().dials.size() == 1);
    connect();
    subscribed(checkpoint);
  }
  void disconnect() { step(PeerDisconnected{agent, "gone"}); }
  void launch(std::string id) {
    msg::LaunchTask launch;
    launch.task.task_id = TaskId(id);
    receive(std::move(launch));
  }
  void update(std::string task, TaskState state) {
    TaskStatus status;
    status.task_id = TaskId(task);
    status.state = state;
    step(Submitted{msg::ExecutorUpdate{status}});
  }
  void acknowledge(const TaskStatus& status) {
    receive(msg::ExecutorAcknowledged{status.task_id, *status.uuid});
  }

  // What the last call sent to the agent.
  template <class T>
  std::vector<T> sent() const {
    std::vector<T> found;
    for (const T* message : MachineHarness::sent<T>(agent)) found.push_back(*message);
    return found;
  }
  bool closed() const { return MachineHarness::closed(agent); }

  PeerId agent{0};
};

template <class T>
T only(const std::vector<T>& found) {
  REQUIRE(found.size() == 1);
  return found.front();
}

}  // namespace mesoscore::test
