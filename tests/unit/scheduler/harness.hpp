// A scheduler under test: events in, outbox out, time by hand, and the test plays the master.
#pragma once

#include <string>
#include <vector>

#include "mesoscore/scheduler.hpp"
#include "support/catch.hpp"

namespace mesoscore::test {

using namespace std::chrono_literals;

inline SchedulerOptions options_of(std::string name = "f", std::vector<RoleName> roles = {"*"}) {
  SchedulerOptions options;
  options.framework.name = std::move(name);
  options.framework.roles = std::move(roles);
  options.reconnect_backoff = 100ms;
  options.reconnect_backoff_max = 10s;
  return options;
}

inline Uuid uuid(std::uint64_t number) { return Uuid::from_random(1, number); }

inline TaskStatus status_of(std::string task, TaskState state, std::optional<Uuid> id = {}, std::string agent = "a1") {
  TaskStatus status;
  status.task_id = TaskId(task);
  status.state = state;
  status.agent_id = AgentId(agent);
  status.uuid = id;
  return status;
}

inline Offer offer_of(std::string id, std::string agent = "a1") {
  Offer offer;
  offer.id = OfferId(id);
  offer.agent_id = AgentId(agent);
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

class Client {
 public:
  explicit Client(SchedulerOptions options = options_of()) : scheduler(std::move(options), Rng(7), now) {
    out.notice_level = LogLevel::trace;
  }

  // ---- in ----
  void step(Event event) {
    out.clear();
    std::vector<Event> batch;
    batch.push_back(std::move(event));
    scheduler.step(batch, now, out);
  }
  void tick() {
    out.clear();
    if (scheduler.next_deadline() <= now) scheduler.tick(now, out);
  }
  // To the next deadline, if it is not later than that. Returns how long it took.
  Duration sleep(Duration longest = 24h) {
    const Duration wait = std::min<Duration>(std::max<Duration>(scheduler.next_deadline() - now, 0s), longest);
    now += wait;
    tick();
    return wait;
  }
  void submit(Message call) { step(Submitted{std::move(call)}); }
  void receive(Message message) { step(Received{master, std::move(message)}); }
  void connect() {
    master = PeerId{++last_peer};
    step(PeerConnected{master, PeerRole::master, "test://master"});
  }
  void subscribed(Duration heartbeat = 15s, std::string id = "F") {
    receive(msg::Subscribed{FrameworkId(id), MasterId("M"), heartbeat});
  }
  // The whole way, from the first tick.
  void subscribe(Duration heartbeat = 15s) {
    sleep();
    REQUIRE(out.dials.size() == 1);
    connect();
    subscribed(heartbeat);
  }
  void disconnect(std::string why = "gone") { step(PeerDisconnected{master, std::move(why)}); }
  void resubscribe(Duration heartbeat = 15s) {
    disconnect();
    subscribe(heartbeat);
  }

  // ---- out, of the last call ----
  template <class T>
  std::vector<T> sent() const {
    std::vector<T> found;
    for (const Envelope& envelope : out.sends) {
      if (const T* message = std::get_if<T>(&envelope.message)) {
        CHECK(envelope.to == master);
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
  bool closed() const {
    for (const Close& close : out.closes) {
      if (close.peer == master) return true;
    }
    return false;
  }
  bool noticed(std::string_view part) const {
    for (const Notice& notice : out.notices) {
      if (notice.text.find(part) != std::string::npos) return true;
    }
    return false;
  }
  bool silent() const { return out.sends.empty() && out.deliveries.empty() && out.closes.empty() && out.dials.empty(); }

  TimePoint now{std::chrono::hours(1)};
  Scheduler scheduler;
  Outbox out;
  PeerId master{};

 private:
  std::uint64_t last_peer = 0;
};

}  // namespace mesoscore::test
