// Agents that their operator marks as gone.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

std::shared_ptr<FrameworkInfo> old_framework() {
  auto info = framework_info("old");
  info->capabilities = {FrameworkCapability::multi_role};
  return info;
}

PeerId return_agent(Cluster& c, const Cluster::AgentPeer& agent) {
  const PeerId peer = c.connect(PeerRole::agent);
  c.send(peer, msg::ReregisterAgent{agent.info, {}, {}, {}, {}});
  return peer;
}

void check_gone(Cluster& c, const Cluster::AgentPeer& agent) {
  CHECK(c.view().gone_agents == std::vector<AgentId>{agent.id});
  CHECK(c.view().agents.empty());
  CHECK(c.view().unreachable_agents.empty());
  CHECK(c.view().recovered_agents.empty());
  CHECK(c.registry.size() == 1);
  CHECK(c.find<record::GoneAgent>(gone_agent_key(agent.id)) != nullptr);
  for (int time = 0; time < 2; ++time) {
    const PeerId again = return_agent(c, agent);
    CHECK(c.all<msg::ShutdownAgent>(again).size() == 1);
    CHECK(c.none<msg::AgentReregistered>(again));
    CHECK(c.closed(again));
    c.restart();
  }
}

}  // namespace

TEST_CASE("a registered agent is marked as gone: it is shut down and its tasks are gone by operator") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t", offer, "cpus:1")});
  const auto old = c.add_framework(old_framework());
  const Offer rest = c.offer(old.peer);
  c.launch(old, rest, {task("t", rest, "cpus:1")}, {1h});
  c.step(MarkAgentGone{agent.id});
  CHECK(c.status(f.peer).state == TaskState::gone_by_operator);
  CHECK(c.status(f.peer).reason == TaskReason::agent_removed_by_operator);
  CHECK(c.status(f.peer).agent_id == agent.id);
  CHECK_FALSE(c.status(f.peer).uuid);
  CHECK(c.status(old.peer).state == TaskState::lost);
  CHECK(c.status(old.peer).reason == TaskReason::agent_removed);
  CHECK(c.one<msg::Failure>(f.peer).agent_id == agent.id);
  CHECK(c.all<msg::ShutdownAgent>(agent.peer).size() == 1);
  CHECK(c.closed(agent.peer));

  const std::size_t changes = c.changes.size();
  c.step(MarkAgentGone{agent.id});  // done again: nothing
  CHECK(c.changes.size() == changes);
  CHECK(c.sent.empty());
  c.send(f.peer, msg::Teardown{});
  c.send(old.peer, msg::Teardown{});
  c.registry.erase(removed_framework_key(f.id));
  c.registry.erase(removed_framework_key(old.id));
  check_gone(c, agent);
}

TEST_CASE("an unreachable agent is marked as gone: its tasks are not only unreachable") {
  Cluster c;
  const auto agent = c.add_agent();
  auto info = framework_info("f");
  info->failover_timeout = 1h;
  const auto f = c.add_framework(info);
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t", offer)});
  c.disconnect(agent.peer);
  c.advance(10min);
  CHECK(c.status(f.peer).state == TaskState::unreachable);
  c.step(MarkAgentGone{agent.id});
  CHECK(c.status(f.peer).state == TaskState::gone_by_operator);
  CHECK(c.status(f.peer).task_id == "t");
  c.send(f.peer, msg::Reconcile{{{TaskId("t"), agent.id}}});
  CHECK(c.status(f.peer).state == TaskState::gone_by_operator);
  c.add_agent("h2");
  const Offer next = c.offer(f.peer);
  c.launch(f, next, {task("t", next)});  // its id is free
  CHECK(c.master.tasks(f.id).size() == 1);
  c.step(MarkAgentGone{next.agent_id});
  CHECK(c.view().gone_agents.size() == 2);
}

TEST_CASE("an agent that is not back yet is marked as gone without updates") {
  Cluster c;
  const auto agent = c.add_agent();
  c.restart();
  const auto f = c.add_framework();
  c.step(MarkAgentGone{agent.id});
  CHECK(c.none<msg::Update>(f.peer));
  CHECK(c.one<msg::Failure>(f.peer).agent_id == agent.id);
  check_gone(c, agent);
}

TEST_CASE("an operation on an agent that is gone is gone by operator") {
  Cluster c;
  const auto agent = c.add_agent("h1", "cpus:4");
  const auto f = c.add_framework(framework_info("f", {"eng"}));
  const Offer offer = c.offer(f.peer);
  msg::Accept accept;
  accept.offer_ids.push_back(offer.id);
  Operation operation = reserve(Resources::parse("cpus{dynamic=eng}:1").value());
  operation.id = OperationId("o1");
  accept.operations.push_back(operation);
  c.send(f.peer, std::move(accept));
  REQUIRE(c.all<msg::ApplyOperation>(agent.peer).size() == 1);
  c.step(MarkAgentGone{agent.id});
  CHECK(c.one<msg::OperationUpdate>(f.peer).state == OperationState::gone_by_operator);
}

TEST_CASE("nobody is marked as gone whom nobody knows") {
  Cluster c;
  const PeerId desk = c.connect(PeerRole::operator_);
  c.send(desk, msg::OperatorCall{1, MarkAgentGone{AgentId("a9")}});
  CHECK(c.one<msg::OperatorAnswer>(desk).error == static_cast<std::uint32_t>(Errc::not_found));
  CHECK(c.changes.empty());
}

}  // namespace mesoscore::test
