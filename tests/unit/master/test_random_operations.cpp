// Random operations between a master and agents, all of them real: whatever is lost with a connection, what
// the master believes an agent to have and what the agent has do not part, and no amount changes.
#include <deque>
#include <memory>

#include "harness.hpp"
#include "mesoscore/agent.hpp"
#include "support/operation_resources.hpp"

namespace mesoscore::test {
namespace {

const Resources kTotal = parsed("cpus:8;mem:1024;disk:512");

// An agent and its end of the connection. Messages wait in queues, so that they can be lost.
struct RealAgent {
  explicit RealAgent(std::uint64_t seed) : machine(options(seed), Rng(seed), TimePoint(1h)) {}
  static AgentOptions options(std::uint64_t seed) {
    AgentOptions made;
    made.info.hostname = "h" + std::to_string(seed);
    made.info.resources = kTotal;
    return made;
  }
  Agent machine;
  bool connected = false;
  PeerId at_master{};
  std::deque<Message> to_master, to_agent;
};

class RandomOperations {
 public:
  explicit RandomOperations(std::uint64_t seed) : rng_(seed) {
    for (std::uint64_t i = 0; i < 2; ++i) agents_.push_back(std::make_unique<RealAgent>(seed * 10 + i));
    auto info = framework_info("f", {"eng"});
    info->capabilities.set(FrameworkCapability::shared_resources);
    f_ = c_.add_framework(info);
    for (auto& agent : agents_) {
      while (!agent->machine.view()->registered) settle(1);
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      one_step();
      check_books();
    }
    settle(200);
    check_agreement();
  }
  int finished = 0, refused = 0, dropped = 0;

 private:
  void one_step() {
    RealAgent& agent = *agents_[rng_.below(agents_.size())];
    switch (rng_.below(12)) {
      case 0:
        return rng_.below(3) == 0 ? cut(agent) : tick(agent, 1s);
      case 1:
        return advance(std::chrono::milliseconds(rng_.below(3000)));
      case 2:
        return operate(agent);
      case 3:
      case 4:
      case 5:
        return accept();
      case 6:
        return end_a_task();
      case 7:
      case 8:
      case 9:
        return deliver(agent, agent.to_agent, false);
      default:
        return deliver(agent, agent.to_master, true);
    }
  }

  // ---- time and connections
  void advance(Duration by) {
    c_.advance(by);
    collect();
    for (auto& agent : agents_) tick(*agent, 0s);
  }
  void tick(RealAgent& agent, Duration more) {
    if (more > 0s) return advance(more);
    while (agent.machine.next_deadline() <= c_.now) {
      agent.machine.tick(c_.now, out_);
      absorb(agent);
    }
  }
  void cut(RealAgent& agent) {
    if (!agent.connected) return;
    agent.connected = false;
    agent.to_master.clear();
    agent.to_agent.clear();
    give(agent, PeerDisconnected{PeerId{1}, "cut"});
    c_.disconnect(agent.at_master);
    collect();
  }
  void give(RealAgent& agent, Event event) {
    agent.machine.step({&event, 1}, c_.now, out_);
    absorb(agent);
  }
  void absorb(RealAgent& agent) {
    for (const ContainerCall& call : out_.containers) {
      if (const auto* launch = std::get_if<LaunchContainer>(&call))
        containers_.emplace_back(&agent, launch->container_id);
    }
    for (Envelope& envelope : out_.sends) agent.to_master.push_back(std::move(envelope.message));
    const bool dials = !out_.dials.empty();
    out_.clear();
    if (!dials) return;
    agent.at_master = c_.connect(PeerRole::agent);
    agent.connected = true;
    give(agent, PeerConnected{PeerId{1}, PeerRole::master, "test"});
  }
  void deliver(RealAgent& agent, std::deque<Message>& queue, bool to_master) {
    if (!agent.connected || queue.empty()) return;
    Message message = std::move(queue.front());
    queue.pop_front();
    if (!to_master) return give(agent, Received{PeerId{1}, std::move(message)});
    c_.send(agent.at_master, std::move(message));
    collect();
  }

  // ---- what the framework and operators do
  Resources part_of(const Resources& all, bool (*wanted)(const Resource&)) {
    std::vector<Resource> found;
    for (const Resource& item : all) {
      if (wanted(item)) found.push_back(item);
    }
    if (found.empty()) return {};
    const Resource& picked = found[rng_.below(found.size())];
    if (picked.atom()) return {picked};
    const auto milli = static_cast<std::int64_t>(
        1000 * (1 + rng_.below(static_cast<std::uint64_t>(picked.scalar().milli / 1000 + 1))));
    return {picked.with_scalar(Scalar{std::min(picked.scalar().milli, milli)})};
  }
  static bool is_volume(const Resource& item) {
    return item.traits().disk && item.traits().disk->persistent();
  }
  Operation any_operation(const Resources& all) {
    switch (rng_.below(4)) {
      case 0:
        return reserve(reserved(part_of(all, [](const Resource& r) { return !r.reserved(); }), "eng"));
      case 1:
        return unreserve(part_of(all, [](const Resource& r) { return r.reserved() && !is_volume(r); }));
      case 2: {
        const Resources disk = part_of(
            all, [](const Resource& r) { return r.name() == "disk" && r.reserved() && !is_volume(r); });
        const int size = disk.empty() ? 7 : static_cast<int>(disk.begin()->scalar().milli / 1000);
        return create(
            {volume("v" + std::to_string(rng_.below(4)), "eng", std::max(size, 1), rng_.below(2) == 0)});
      }
      default:
        return destroy(part_of(all, is_volume));
    }
  }
  void accept() {
    if (offers_.empty()) return;
    const Offer offer = offers_.back();
    offers_.pop_back();
    std::vector<Operation> operations;
    for (std::uint64_t n = rng_.below(4); n > 0; --n) {
      operations.push_back(any_operation(offer.resources));
      if (rng_.below(2) == 0) operations.back().id = OperationId("o" + std::to_string(++ids_));
    }
    TaskInfo launched = task("t" + std::to_string(++ids_), offer);
    launched.resources = part_of(offer.resources, [](const Resource&) { return true; });
    if (rng_.below(2) == 0) operations.push_back(launch({std::move(launched)}));
    c_.send(f_.peer, msg::Accept{{offer.id}, std::move(operations), {std::chrono::seconds(rng_.below(3))}});
    collect();
  }
  void operate(RealAgent& agent) {
    Operation operation = any_operation(agent.machine.info().resources);
    refused += !c_.operate({agent.machine.info().id, std::move(operation)});
    collect();
  }
  void end_a_task() {
    if (containers_.empty()) return;
    const auto [agent, container] = containers_.front();
    containers_.pop_front();
    ContainerEvent ended;
    ended.container_id = container;
    ended.kind = ContainerEvent::Kind::exited;
    give(*agent, ended);
  }

  void collect() {
    for (Envelope& envelope : c_.sent) {
      for (auto& agent : agents_) {
        if (agent->connected && envelope.to == agent->at_master)
          agent->to_agent.push_back(std::move(envelope.message));
      }
      if (envelope.to == f_.peer) hear(envelope.message);
    }
    c_.sent.clear();
    for (const msg::OperationUpdate& update : std::exchange(to_acknowledge_, {})) {
      c_.send(f_.peer, msg::AcknowledgeOperation{update.agent_id, update.operation_id, *update.uuid});
      collect();
    }
  }
  void hear(const Message& message) {
    if (const auto* made = std::get_if<msg::OfferMade>(&message)) offers_.push_back(made->offer);
    if (const auto* rescind = std::get_if<msg::Rescind>(&message))
      std::erase_if(offers_, [&](const Offer& offer) { return offer.id == rescind->offer_id; });
    const auto* update = std::get_if<msg::OperationUpdate>(&message);
    if (update == nullptr) return;
    finished += update->state == OperationState::finished;
    refused += update->state == OperationState::error;
    dropped += update->state == OperationState::dropped;
    REQUIRE(update->state != OperationState::failed);  // the master knows what an agent can do
    if (update->uuid) to_acknowledge_.push_back(*update);
  }

  // ---- what must hold
  void check_books() {
    for (const auto& agent : c_.view().agents) {
      INFO(agent.info.resources.str());
      REQUIRE(agent.info.resources.quantities() == kTotal.quantities());
    }
  }
  // Everything that is under way arrives.
  void settle(int seconds) {
    for (; seconds > 0; --seconds) {
      advance(1s);
      for (auto& agent : agents_) {
        while (!agent->to_agent.empty() || !agent->to_master.empty()) {
          deliver(*agent, agent->to_agent, false);
          deliver(*agent, agent->to_master, true);
          if (!agent->connected) break;
        }
      }
    }
  }
  void check_agreement() {
    const MasterView view = c_.view();
    REQUIRE(view.agents.size() == agents_.size());
    for (const auto& agent : agents_) {
      for (const auto& known : view.agents) {
        if (known.info.id != agent->machine.info().id) continue;
        INFO("master " << known.info.resources.str() << ", agent " << agent->machine.info().resources.str());
        REQUIRE(known.info.resources == agent->machine.info().resources);
      }
      REQUIRE(agent->machine.view()->operations == 0);
    }
    REQUIRE(view.operations.empty());
  }

  Rng rng_;
  Cluster c_;
  Cluster::FrameworkPeer f_;
  std::vector<std::unique_ptr<RealAgent>> agents_;
  std::vector<Offer> offers_;
  std::deque<std::pair<RealAgent*, ContainerId>> containers_;
  std::vector<msg::OperationUpdate> to_acknowledge_;
  Outbox out_;
  std::uint64_t ids_ = 0;
};

}  // namespace

TEST_CASE("master and agents agree on what became of random operations") {
  int finished = 0, refused = 0, dropped = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    RandomOperations random(seed);
    random.run(400);
    finished += random.finished;
    refused += random.refused;
    dropped += random.dropped;
  }
  CHECK(finished > 500);
  CHECK(refused > 500);
  CHECK(dropped > 20);
}

}  // namespace mesoscore::test
