// A master under test: events in, outbox out, time by hand. It is durable, and its commits are made at once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mesoscore/master.hpp"
#include "support/catch.hpp"

namespace mesoscore::test {

using namespace std::chrono_literals;

inline std::shared_ptr<FrameworkInfo> framework_info(std::string name, std::vector<RoleName> roles = {"*"}) {
  auto info = std::make_shared<FrameworkInfo>();
  info->name = std::move(name);
  info->roles = std::move(roles);
  return info;
}

inline std::shared_ptr<AgentInfo> agent_info(std::string hostname, std::string_view resources) {
  auto info = std::make_shared<AgentInfo>();
  info->hostname = std::move(hostname);
  info->resources = Resources::parse(resources).value();
  return info;
}

inline TaskInfo task(std::string id, const Offer& offer, std::string_view resources = "cpus:1;mem:64") {
  TaskInfo info;
  info.task_id = TaskId(id);
  info.agent_id = offer.agent_id;
  info.name = std::move(id);
  info.resources = Resources::parse(resources).value();
  info.function = "work";
  return info;
}

inline MasterOptions durable(MasterOptions options) {
  options.durable = true;
  return options;
}

class Cluster {
 public:
  explicit Cluster(MasterOptions chosen = {}, std::unique_ptr<AllocationPolicy> policy = nullptr)
      : options(durable(std::move(chosen))), master(options, std::move(policy), Rng(7), now) {}

  // The master is gone; another one starts with what it has kept. All connections are void.
  void restart() {
    forget();
    master = Master::recover(options, nullptr, Rng(++restarts + 7), now, kept()).value();
  }

  // ---- in ----
  void step(Event event) {
    std::vector<Event> batch;
    batch.push_back(std::move(event));
    forget();
    master.step(batch, now, out);
    absorb();
  }
  Status operate(OperateOnAgent call) {
    forget();
    const Status done = master.operate(std::move(call), now, out);
    absorb();
    return done;
  }
  void advance(Duration by) {  // deadline by deadline, as a driver would
    forget();
    const TimePoint target = now + by;
    while (master.next_deadline() <= target) {
      now = std::max(now, master.next_deadline());
      master.tick(now, out);
      absorb();
    }
    now = target;
  }
  PeerId connect(PeerRole role) {
    const PeerId peer{++last_peer};
    step(PeerConnected{peer, role, "test://" + std::to_string(last_peer)});
    return peer;
  }
  void send(PeerId from, Message message) { step(Received{from, std::move(message)}); }
  void disconnect(PeerId peer) { step(PeerDisconnected{peer, "gone"}); }

  struct AgentPeer {
    PeerId peer;
    AgentId id;
    std::shared_ptr<AgentInfo> info;
  };
  AgentPeer add_agent(std::string hostname = "h1", std::string_view resources = "cpus:4;mem:1024") {
    AgentPeer added{connect(PeerRole::agent), {}, agent_info(std::move(hostname), resources)};
    send(added.peer, msg::RegisterAgent{added.info});
    added.id = one<msg::AgentRegistered>(added.peer).agent_id;
    added.info->id = added.id;
    return added;
  }
  struct FrameworkPeer {
    PeerId peer;
    FrameworkId id;
    std::shared_ptr<FrameworkInfo> info;
  };
  FrameworkPeer add_framework(std::shared_ptr<FrameworkInfo> info = framework_info("f")) {
    FrameworkPeer added{connect(PeerRole::scheduler), {}, std::move(info)};
    send(added.peer, msg::Subscribe{added.info, {}});
    added.id = one<msg::Subscribed>(added.peer).framework_id;
    added.info = std::make_shared<FrameworkInfo>(*added.info);
    added.info->id = added.id;
    return added;
  }
  // The tasks are launched on the offer; the runs that the agent got are in the outbox.
  void launch(const FrameworkPeer& framework, const Offer& offer, std::vector<TaskInfo> tasks,
              Filters filters = {}) {
    msg::Accept accept;
    accept.offer_ids.push_back(offer.id);
    accept.operations.push_back(mesoscore::launch(std::move(tasks)));
    accept.filters = filters;
    send(framework.peer, std::move(accept));
  }
  Uuid update(const AgentPeer& agent, const FrameworkPeer& framework, std::string task, TaskState state) {
    return update(agent, framework, std::move(task), state, state);
  }
  Uuid update(const AgentPeer& agent, const FrameworkPeer& framework, std::string task, TaskState state,
              TaskState latest) {
    TaskStatus status;
    status.task_id = TaskId(task);
    status.state = state;
    status.source = TaskSource::executor;
    status.agent_id = agent.id;
    status.uuid = Uuid::from_random(1, ++uuids);
    const Uuid uuid = *status.uuid;
    send(agent.peer, msg::AgentUpdate{framework.id, std::move(status), latest});
    return uuid;
  }

  // ---- out ----
  // All messages of one type to one peer since the last step, in order.
  template <class T>
  std::vector<T> all(PeerId peer) const {
    std::vector<T> found;
    for (const Envelope& envelope : sent) {
      const T* message = std::get_if<T>(&envelope.message);
      if (envelope.to == peer && message) found.push_back(*message);
    }
    return found;
  }
  template <class T>
  T one(PeerId peer) const {
    const auto found = all<T>(peer);
    REQUIRE(found.size() == 1);
    return found.front();
  }
  template <class T>
  bool none(PeerId peer) const {
    return all<T>(peer).empty();
  }
  std::vector<Offer> offers(PeerId peer) const {
    std::vector<Offer> found;
    for (auto& made : all<msg::OfferMade>(peer)) found.push_back(made.offer);
    return found;
  }
  Offer offer(PeerId peer) const { return one<msg::OfferMade>(peer).offer; }
  TaskStatus status(PeerId peer) const { return one<msg::Update>(peer).status; }
  bool closed(PeerId peer) const {
    for (const Close& close : closes) {
      if (close.peer == peer) return true;
    }
    return false;
  }
  MasterView view() const { return *master.view(); }

  TimePoint now{std::chrono::hours(1)};
  MasterOptions options;
  Master master;
  Outbox out;
  std::vector<Envelope> sent;
  std::vector<Close> closes;
  std::vector<Notice> notices;           // since the last step
  std::vector<Change> changes;           // all that were ever made
  std::map<RecordKey, Record> registry;  // what they come to

  std::vector<Record> kept() const {
    std::vector<Record> records;
    for (const auto& [key, record] : registry) records.push_back(record);
    return records;
  }
  template <class T>
  const T* find(const RecordKey& key) const {  // null: there is none, or it is of another kind
    const auto found = registry.find(key);
    return found == registry.end() ? nullptr : std::get_if<T>(&found->second);
  }

 private:
  void forget() {
    sent.clear();
    closes.clear();
    notices.clear();
  }
  // What leaves in this step: sends, and what waits for the commits, which are durable at once here.
  void absorb() {
    for (Commit& commit : out.commits) {
      for (const Change& change : commit.changes) keep(change);
      for (Envelope& envelope : commit.after) sent.push_back(std::move(envelope));
      for (Close& close : commit.closes) closes.push_back(std::move(close));
    }
    for (Envelope& envelope : out.sends) sent.push_back(std::move(envelope));
    for (Close& close : out.closes) closes.push_back(std::move(close));
    std::move(out.notices.begin(), out.notices.end(), std::back_inserter(notices));
    out.clear();
  }
  void keep(const Change& change) {
    changes.push_back(change);
    if (change.record) {
      registry.insert_or_assign(change.key, *change.record);
    } else {
      registry.erase(change.key);
    }
  }
  std::uint64_t last_peer = 0;
  std::uint64_t restarts = 0;
  std::uint64_t uuids = 0;
};

}  // namespace mesoscore::test
