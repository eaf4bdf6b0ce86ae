// A scheduler under test, with the test in the place of the master and of the application.
#pragma once

#include <string>
#include <vector>

#include "mesoscore/scheduler.hpp"
#include "support/machine_harness.hpp"

namespace mesoscore::test {

using namespace std::chrono_literals;

inline SchedulerOptions options_of(std::string name = "f", std::vector<RoleName> roles = {"*"}) {
  SchedulerOptions options;
  options.framework.name = std::move(name);
  options.framework.roles = std::move(roles);
  options.reconnect_backoff = 100ms;
  options.reconnect_backoff_max = 10s;
  options.reconcile_interval = 0s;  // most tests end when nothing is due
  return options;
}

inline Uuid uuid(std::uint64_t number) { return Uuid::from_random(1, number); }

inline TaskStatus status_of(std::string task, TaskState state, std::optional<Uuid> id = {}) {
  TaskStatus status;
  status.task_id = TaskId(task);
  status.state = state;
  status.agent_id = "a1";
  status.uuid = id;
  return status;
}

inline Offer offer_of(std::string id) {
  Offer offer;
  offer.id = OfferId(id);
  offer.agent_id = "a1";
  offer.agent = std::make_shared<AgentInfo>();
  return offer;
}

inline TaskInfo task_of(std::string id, std::string agent = "a1") {
  TaskInfo task;
  task.task_id = TaskId(id);
  task.agent_id = AgentId(agent);
  task.name = std::move(id);
  task.function = "work";
  return task;
}

inline msg::Accept accept_of(std::string offer, std::vector<TaskInfo> tasks) {
  return msg::Accept{{OfferId(offer)}, {launch(std::move(tasks))}, {}};
}

class Client : public MachineHarness<Scheduler> {
 public:
  explicit Client(SchedulerOptions options = options_of()) : MachineHarness(std::move(options), 7) {}

  // To the next deadline, if there is one. Returns how long it took.
  Duration next() {
    const TimePoint before = now();
    tick();
    return now() - before;
  }
  void submit(Message call) { step(Submitted{std::move(call)}); }
  void receive(Message message) { step(Received{master, std::move(message)}); }
  void connect() {
    master = PeerId{static_cast<std::uint64_t>(master) + 1};
    step(PeerConnected{master, PeerRole::master, "test://master"});
  }
  void subscribed(Duration heartbeat = 15s, std::string id = "F") {
    receive(msg::Subscribed{FrameworkId(id), MasterId("M"), heartbeat});
  }
  // The whole way, from the first tick.
  void subscribe(Duration heartbeat = 15s) {
    next();
    REQUIRE(out().dials.size() == 1);
    connect();
    subscribed(heartbeat);
  }
  void disconnect() { step(PeerDisconnected{master, "gone"}); }
  void resubscribe(Duration heartbeat = 15s) {
    disconnect();
    subscribe(heartbeat);
  }

  // What the last call sent to the master.
  template <class T>
  std::vector<T> sent() const {
    std::vector<T> found;
    for (const T* message : MachineHarness::sent<T>(master)) found.push_back(*message);
    return found;
  }
  bool closed() const { return MachineHarness::closed(master); }
  SchedulerStats stats() { return machine().stats(); }

  PeerId master{0};
};

template <class T>
T only(const std::vector<T>& found) {
  REQUIRE(found.size() == 1);
  return found.front();
}

}  // namespace mesoscore::test
