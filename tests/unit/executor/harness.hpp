// An executor under test: events in, outbox out, time by hand, and the test plays the agent.
#pragma once

#include <string>
#include <vector>

#include "mesoscore/executor.hpp"
#include "support/catch.hpp"

namespace mesoscore::test {

using namespace std::chrono_literals;

inline ExecutorOptions executor_options() {
  ExecutorOptions options;
  options.framework_id = "F";
  options.executor_id = "E";
  return options;
}

inline TaskInfo task_of(std::string id) {
  TaskInfo task;
  task.task_id = TaskId(id);
  task.name = std::move(id);
  return task;
}

class Program {
 public:
  explicit Program(ExecutorOptions options = executor_options()) : executor(std::move(options), Rng(7), now) {
    out.notice_level = LogLevel::trace;
  }

  // ---- in ----
  void step(Event event) {
    out.clear();
    std::vector<Event> batch;
    batch.push_back(std::move(event));
    executor.step(batch, now, out);
  }
  Duration sleep() {
    const Duration wait = std::max<Duration>(executor.next_deadline() - now, 0s);
    now += wait;
    out.clear();
    executor.tick(now, out);
    return wait;
  }
  void receive(Message message) { step(Received{agent, std::move(message)}); }
  void connect() {
    agent = PeerId{++last_peer};
    step(PeerConnected{agent, PeerRole::agent, "test://agent"});
  }
  void subscribed(bool checkpoint = true) {
    auto framework = std::make_shared<FrameworkInfo>();
    framework->checkpoint = checkpoint;
    receive(msg::ExecutorSubscribed{{}, framework, std::make_shared<AgentInfo>(), {}});
  }
  void subscribe(bool checkpoint = true) {
    sleep();
    REQUIRE(out.dials.size() == 1);
    connect();
    subscribed(checkpoint);
  }
  void disconnect() { step(PeerDisconnected{agent, "gone"}); }
  void launch(std::string id) { receive(msg::LaunchTask{task_of(std::move(id))}); }
  void update(std::string task, TaskState state) {
    TaskStatus status;
    status.task_id = TaskId(task);
    status.state = state;
    step(Submitted{msg::ExecutorUpdate{status}});
  }
  void acknowledge(const TaskStatus& status) { receive(msg::ExecutorAcknowledged{status.task_id, *status.uuid}); }

  // ---- out, of the last call ----
  template <class T>
  std::vector<T> sent() const {
    std::vector<T> found;
    for (const Envelope& envelope : out.sends) {
      if (const T* message = std::get_if<T>(&envelope.message)) {
        CHECK(envelope.to == agent);
        found.push_back(*message);
      }
    }
    return found;
  }
  template <class T>
  std::vector<T> delivered() const {
    std::vector<T> found;
    for (const Message& message : out.deliveries) {
      if (const T* wanted = std::get_if<T>(&message)) found.push_back(*wanted);
    }
    return found;
  }
  template <class T>
  T only(std::vector<T> found) const {
    REQUIRE(found.size() == 1);
    return found.front();
  }
  bool closed() const { return !out.closes.empty() && out.closes.back().peer == agent; }
  bool noticed(std::string_view part) const {
    for (const Notice& notice : out.notices) {
      if (notice.text.find(part) != std::string::npos) return true;
    }
    return false;
  }
  bool silent() const { return out.sends.empty() && out.deliveries.empty() && out.closes.empty() && out.dials.empty(); }

  TimePoint now{std::chrono::hours(1)};
  Executor executor;
  Outbox out;
  PeerId agent{};

 private:
  std::uint64_t last_peer = 0;
};

}  // namespace mesoscore::test
