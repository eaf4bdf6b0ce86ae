// What the registry holds: bounded, and exactly what the master knows.
#include <set>

#include "harness.hpp"

namespace mesoscore::test {
namespace {

MasterOptions bounded() {
  MasterOptions options;
  options.limits.max_removed_agents = 2;
  options.limits.max_completed_frameworks = 2;
  options.agent_reregister_timeout = 1s;
  return options;
}

std::size_t count(const Cluster& c, const std::string& prefix) {
  std::size_t found = 0;
  for (const auto& [key, record] : c.registry) found += key.rfind(prefix, 0) == 0;
  return found;
}

AgentId lose_agent(Cluster& c) {
  const auto agent = c.add_agent();
  c.disconnect(agent.peer);
  c.advance(1s);
  return agent.id;
}

// Agents, frameworks and operators do anything; now and then the master is replaced.
class History {
 public:
  explicit History(std::uint64_t seed) : rng_(seed), c_(quick()) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      one_step();
      check();
    }
  }

 private:
  static MasterOptions quick() {
    MasterOptions options;
    options.agent_reregister_timeout = 20s;
    options.ping_interval = 5s;
    options.ping_misses = 2;
    options.registry_max_age = 3min;
    options.registry_gc_interval = 30s;
    options.agent_removal_rate = {2, 10s};
    options.recovery_agent_removal_limit = 0.6;
    options.recovery_gate_timeout = 15s;
    options.limits.max_completed_frameworks = 3;
    options.limits.max_removed_agents = 4;
    return options;
  }

  struct Known {
    Cluster::AgentPeer peer;
    bool connected = true;
  };

  AgentId any_agent() {
    return agents_.empty() ? AgentId("a9") : agents_[rng_.below(agents_.size())].peer.id;
  }

  void one_step() {
    switch (rng_.below(14)) {
      case 0:
        if (agents_.size() < 12) agents_.push_back({c_.add_agent("h", "cpus:4;mem:512"), true});
        return;
      case 1:
      case 2:
        return come_and_go();
      case 3:
        return c_.step(DeactivateAgent{any_agent()});
      case 4:
        return c_.step(ReactivateAgent{any_agent()});
      case 5:
        return c_.step(DrainAgent{any_agent(), {std::nullopt, rng_.below(3) == 0}});
      case 6:
        if (rng_.below(4) == 0) c_.step(MarkAgentGone{any_agent()});
        return;
      case 7:
        return c_.step(
            SetWeight{"r" + std::to_string(rng_.below(3)), 1.0 + static_cast<double>(rng_.below(3))});
      case 8:
        return set_quota();
      case 9:
        return framework();
      case 10:
        if (rng_.below(5) == 0) restart();
        return;
      case 11:
        return pong();
      default:
        return c_.advance(std::chrono::milliseconds(rng_.below(9000)));
    }
  }
  void come_and_go() {
    if (agents_.empty()) return;
    Known& agent = agents_[rng_.below(agents_.size())];
    if (agent.connected) {
      c_.disconnect(agent.peer.peer);
    } else {
      agent.peer.peer = c_.connect(PeerRole::agent);
      c_.send(agent.peer.peer, msg::ReregisterAgent{agent.peer.info, {}, {}, {}, {}});
    }
    agent.connected = !agent.connected;
  }
  void set_quota() {
    RoleQuota quota{"r" + std::to_string(rng_.below(3)), {}};
    if (rng_.below(2) == 0) quota.quota.guarantee = Quantities::parse("cpus:1").value();
    c_.step(SetQuota{{quota}, true});
  }
  void framework() {
    const auto f = c_.add_framework();
    rng_.below(2) == 0 ? c_.send(f.peer, msg::Teardown{}) : c_.disconnect(f.peer);
  }
  void pong() {
    for (const Known& agent : agents_) {
      if (agent.connected && rng_.below(4) != 0) c_.send(agent.peer.peer, msg::Pong{});
    }
  }
  void restart() {
    c_.restart();
    for (Known& agent : agents_) agent.connected = false;
  }

  // The master knows what the registry says, and nothing else that it ought to say.
  void check() {
    const MasterView view = c_.view();
    std::set<std::string> known;
    for (const auto& agent : view.agents) {
      known.insert(admitted_agent_key(agent.info.id));
      const auto* record = c_.find<record::AdmittedAgent>(admitted_agent_key(agent.info.id));
      REQUIRE(record != nullptr);
      REQUIRE(*record->info == agent.info);
      REQUIRE(record->deactivated == agent.deactivated);
      REQUIRE(record->drained == (agent.drain == DrainState::drained));
      REQUIRE((record->deactivated && record->drain) == (agent.drain != DrainState::none));
    }
    for (const AgentId& agent : view.recovered_agents) known.insert(admitted_agent_key(agent));
    for (const AgentId& agent : view.unreachable_agents) known.insert(unreachable_agent_key(agent));
    for (const AgentId& agent : view.gone_agents) known.insert(gone_agent_key(agent));
    for (const FrameworkId& framework : view.completed_frameworks)
      known.insert(removed_framework_key(framework));
    for (const RoleSummary& role : view.roles) {
      if (!role.quota.is_default()) {
        known.insert(quota_key(role.role));
        REQUIRE(c_.find<record::Quota>(quota_key(role.role))->quota.quota == role.quota);
      }
      const auto* weight = c_.find<record::Weight>(weight_key(role.role));
      REQUIRE((weight != nullptr || role.weight == 1.0));
      if (weight == nullptr) continue;
      known.insert(weight_key(role.role));
      REQUIRE(weight->weight == role.weight);
    }
    std::set<std::string> kept;
    for (const auto& [key, record] : c_.registry) kept.insert(key);
    REQUIRE(kept == known);
    REQUIRE(view.unreachable_agents.size() <= 4);
    REQUIRE(view.gone_agents.size() <= 4);
    REQUIRE(view.completed_frameworks.size() <= 3);
    REQUIRE(c_.master.next_deadline() > c_.now);
  }

  Rng rng_;
  Cluster c_;
  std::vector<Known> agents_;
};

}  // namespace

TEST_CASE("the registry is what the master knows, after any history") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    History(seed).run(250);
  }
}

TEST_CASE("the registry forgets the oldest beyond its limits") {
  Cluster c(bounded());
  const AgentId oldest = lose_agent(c);
  for (int i = 0; i < 2; ++i) lose_agent(c);
  CHECK(count(c, "unreachable/") == 2);
  CHECK_FALSE(c.registry.contains(unreachable_agent_key(oldest)));
  for (int i = 0; i < 3; ++i) c.step(MarkAgentGone{c.add_agent().id});
  CHECK(count(c, "gone/") == 2);
  for (int i = 0; i < 3; ++i) c.send(c.add_framework().peer, msg::Teardown{});
  CHECK(count(c, "removed/") == 2);
  MasterOptions smaller = bounded();
  smaller.limits.max_removed_agents = 1;
  auto next = Master::recover(durable(smaller), nullptr, Rng(1), c.now, c.kept());
  REQUIRE(next);
  CHECK(next->view()->gone_agents.size() == 1);
}

TEST_CASE("the registry forgets what is old") {
  MasterOptions options = bounded();
  options.registry_max_age = 1h;
  options.registry_gc_interval = 10min;
  Cluster c(options);
  c.advance(24h);
  lose_agent(c);
  c.step(MarkAgentGone{c.add_agent().id});
  c.send(c.add_framework().peer, msg::Teardown{});
  c.advance(59min);
  CHECK(c.registry.size() == 3);
  SECTION("this master") {}
  SECTION("the next one") { c.restart(); }
  c.advance(21min);
  CHECK(c.registry.empty());
  CHECK(c.view().gone_agents.empty());
  CHECK(c.master.next_deadline() == kNever);
}

TEST_CASE("a master that is not durable changes nothing durably") {
  Cluster c;
  Master plain(MasterOptions{}, nullptr, Rng(1), c.now);
  std::vector<Event> events;
  events.push_back(PeerConnected{PeerId{1}, PeerRole::agent, "a"});
  events.push_back(Received{PeerId{1}, msg::RegisterAgent{agent_info("h1", "cpus:1")}});
  events.push_back(SetWeight{"eng", 2});
  Outbox out;
  plain.step(events, c.now, out);
  CHECK(out.commits.empty());
  CHECK(out.sends.size() == 1);
}

}  // namespace mesoscore::test
