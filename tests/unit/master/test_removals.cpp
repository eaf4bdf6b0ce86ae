// How fast agents become unreachable, and who is spared.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

MasterOptions two_per_minute() {
  MasterOptions options;
  options.agent_removal_rate = {2, 1min};
  return options;
}

}  // namespace

TEST_CASE("agents that fall silent become unreachable at the rate that is allowed") {
  Cluster c(two_per_minute());
  std::vector<Cluster::AgentPeer> agents;
  for (int i = 0; i < 5; ++i) agents.push_back(c.add_agent("h" + std::to_string(i)));
  c.advance(91s);
  CHECK(c.view().unreachable_agents.size() == 2);
  CHECK(c.view().agents.size() == 3);

  SECTION("a pong that comes meanwhile spares the agent") {
    c.send(agents[3].peer, msg::Pong{});
    c.advance(1min);
    CHECK(c.view().unreachable_agents.size() == 4);
    CHECK(c.view().agents.size() == 1);
    CHECK(c.view().agents[0].info.id == agents[3].id);
  }
  SECTION("so does a re-registration") {
    c.disconnect(agents[2].peer);
    const PeerId again = c.connect(PeerRole::agent);
    c.send(again, msg::ReregisterAgent{agents[2].info, {}, {}, {}, {}});
    c.advance(1min);
    REQUIRE(c.view().agents.size() == 1);
    CHECK(c.view().agents[0].info.id == agents[2].id);
  }
  SECTION("the others follow") {
    c.advance(59s);
    CHECK(c.view().unreachable_agents.size() == 4);
    c.advance(1min);
    CHECK(c.view().unreachable_agents.size() == 5);
  }
  SECTION("they are pinged meanwhile") {
    c.advance(15s);
    CHECK(c.all<msg::Ping>(agents[4].peer).size() == 1);
  }
}

TEST_CASE("the rate holds for agents that stay disconnected") {
  Cluster c(two_per_minute());
  for (int i = 0; i < 3; ++i) c.disconnect(c.add_agent("h" + std::to_string(i)).peer);
  c.advance(10min);
  CHECK(c.view().unreachable_agents.size() == 2);
  c.advance(1min);
  CHECK(c.view().unreachable_agents.size() == 3);
}

TEST_CASE("the rate holds for agents that a new master misses, and they may still come back") {
  Cluster c(two_per_minute());
  std::vector<Cluster::AgentPeer> agents;
  for (int i = 0; i < 4; ++i) agents.push_back(c.add_agent("h" + std::to_string(i)));
  c.restart();
  c.advance(10min);
  CHECK(c.view().unreachable_agents.size() == 2);
  const AgentId late = c.view().recovered_agents.back();
  for (const auto& agent : agents) {
    if (agent.id != late) continue;
    const PeerId again = c.connect(PeerRole::agent);
    c.send(again, msg::ReregisterAgent{agent.info, {}, {}, {}, {}});
  }
  c.advance(1min);
  CHECK(c.view().unreachable_agents.size() == 3);
  CHECK(c.view().agents.size() == 1);
  CHECK(c.view().agents[0].info.id == late);
}

TEST_CASE("a cluster fails over in milliseconds when it is told to") {
  MasterOptions options;
  options.ping_interval = 20ms;
  options.ping_misses = 5;
  Cluster c(options);
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t", offer)});
  CHECK(agent.info->id == agent.id);
  c.advance(20ms);  // the first ping that it does not answer
  CHECK(c.all<msg::Ping>(agent.peer).size() == 1);
  c.advance(99ms);
  CHECK(c.view().agents.size() == 1);
  c.advance(1ms);
  CHECK(c.view().agents.empty());
  CHECK(c.status(f.peer).state == TaskState::unreachable);
}

TEST_CASE("an agent whose connection breaks is given up after milliseconds as well") {
  MasterOptions options;
  options.agent_reregister_timeout = 50ms;
  Cluster c(options);
  const auto agent = c.add_agent();
  c.disconnect(agent.peer);
  c.advance(49ms);
  CHECK(c.view().agents.size() == 1);
  c.advance(1ms);
  CHECK(c.view().unreachable_agents == std::vector<AgentId>{agent.id});
  c.restart();
  const auto other = c.add_agent("h2");
  c.restart();
  c.advance(50ms);
  CHECK(c.view().unreachable_agents == std::vector<AgentId>{agent.id, other.id});
}

}  // namespace mesoscore::test
