// Agents that are drained, and come back into use.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

using Catch::Matchers::Contains;

struct Site {
  explicit Site(MasterOptions options = {}) : c(std::move(options)), desk(c.connect(PeerRole::operator_)) {
    agent = c.add_agent();
    f = c.add_framework();
    const Offer offer = c.offer(f.peer);
    c.launch(f, offer, {task("t", offer)}, {0s});
    c.update(agent, f, "t", TaskState::running);
  }
  msg::OperatorAnswer ask(OperatorAction action) {
    c.send(desk, msg::OperatorCall{1, std::move(action)});
    return c.one<msg::OperatorAnswer>(desk);
  }
  std::string refused(OperatorAction action, Errc code) {
    const auto answer = ask(std::move(action));
    CHECK(answer.error == static_cast<std::uint32_t>(code));
    return answer.text;
  }
  // Its task ends and the end is acknowledged.
  void empty_agent() {
    const Uuid uuid = c.update(agent, f, "t", TaskState::killed);
    CHECK(state() == DrainState::draining);  // the acknowledgement is still to come
    c.send(f.peer, msg::Acknowledge{agent.id, TaskId("t"), uuid});
  }
  void return_agent(std::vector<Task> tasks = {}) {
    agent.peer = c.connect(PeerRole::agent);
    c.send(agent.peer, msg::ReregisterAgent{agent.info, std::move(tasks), {}, {f.info}, {}});
  }
  DrainState state() { return c.view().agents.at(0).drain; }
  const record::AdmittedAgent& record() {
    const auto* found = c.find<record::AdmittedAgent>(admitted_agent_key(agent.id));
    REQUIRE(found != nullptr);
    return *found;
  }

  Cluster c;
  PeerId desk;
  Cluster::AgentPeer agent;
  Cluster::FrameworkPeer f;
};

}  // namespace

TEST_CASE("a drain: recorded, told to the agent, and over when the last end is acknowledged") {
  Site s;
  CHECK(s.c.view().agents[0].offered.get("cpus") == 3);
  CHECK(s.ask(DrainAgent{s.agent.id, {5s, false}}).error == 0);
  CHECK(s.c.all<msg::Rescind>(s.f.peer).size() == 1);
  CHECK(s.c.one<msg::DrainTasks>(s.agent.peer).config == DrainConfig{5s, false});
  CHECK(s.record().drain == DrainConfig{5s, false});
  CHECK(s.record().deactivated);
  CHECK_FALSE(s.record().drained);
  CHECK(s.state() == DrainState::draining);
  CHECK(s.ask(ListAgents{}).agents[0].drain == DrainState::draining);
  CHECK_THAT(s.refused(DrainAgent{s.agent.id, {}}, Errc::already_exists), Contains("draining already"));
  CHECK_THAT(s.refused(ReactivateAgent{s.agent.id}, Errc::invalid_argument),
             Contains("draining") && Contains("1 task and 0 operations"));

  s.empty_agent();
  CHECK(s.state() == DrainState::drained);
  CHECK(s.record().drained);
  CHECK_THAT(s.refused(DrainAgent{s.agent.id, {}}, Errc::already_exists), Contains("drained already"));
  CHECK(s.c.offers(s.f.peer).empty());

  CHECK(s.ask(ReactivateAgent{s.agent.id}).error == 0);
  CHECK_FALSE(s.c.one<msg::DrainTasks>(s.agent.peer).config);
  CHECK(s.state() == DrainState::none);
  CHECK_FALSE(s.c.view().agents[0].deactivated);
  CHECK(s.c.offers(s.f.peer).size() == 1);
}

TEST_CASE("a drain with mark_gone ends with an agent that is gone") {
  Site s;
  s.ask(DrainAgent{s.agent.id, {std::nullopt, true}});
  s.empty_agent();
  CHECK(s.c.view().agents.empty());
  CHECK(s.c.view().gone_agents == std::vector<AgentId>{s.agent.id});
  CHECK(s.c.all<msg::ShutdownAgent>(s.agent.peer).size() == 1);
  CHECK(s.c.find<record::GoneAgent>(gone_agent_key(s.agent.id)) != nullptr);
}

TEST_CASE("an agent without tasks is drained at once, one with an operation is not") {
  Cluster c;
  const auto agent = c.add_agent("h1", "cpus:4");
  const PeerId desk = c.connect(PeerRole::operator_);
  SECTION("nothing is there") {
    c.step(DrainAgent{agent.id, {}});
    CHECK(c.view().agents[0].drain == DrainState::drained);
  }
  SECTION("an operation is on its way") {
    c.send(desk, msg::OperatorCall{
                     1, OperateOnAgent{agent.id, reserve(Resources::parse("cpus{dynamic=eng}:1").value())}});
    const Uuid operation = c.one<msg::ApplyOperation>(agent.peer).uuid;
    c.step(DrainAgent{agent.id, {}});
    CHECK(c.view().agents[0].drain == DrainState::draining);
    msg::AgentOperationUpdate update;
    update.operation_uuid = operation;
    update.update.state = OperationState::finished;
    update.update.uuid = Uuid::from_random(1, 2);
    c.send(agent.peer, std::move(update));
    CHECK(c.view().agents[0].drain == DrainState::drained);
  }
}

TEST_CASE("a drain outlives connections, and is told again at each re-registration") {
  Site s;
  s.ask(DrainAgent{s.agent.id, {5s, false}});
  const auto tasks = s.c.master.tasks(s.f.id);
  s.c.disconnect(s.agent.peer);
  CHECK_THAT(s.refused(ReactivateAgent{s.agent.id}, Errc::invalid_argument), Contains("it is away"));
  SECTION("a short break") {}
  SECTION("so long that it is unreachable") {
    s.c.advance(11min);
    CHECK(s.c.find<record::UnreachableAgent>(unreachable_agent_key(s.agent.id))->drain->max_grace_period ==
          5s);
  }
  SECTION("a new master") {
    s.c.restart();
    const PeerId scheduler = s.c.connect(PeerRole::scheduler);
    s.c.send(scheduler, msg::Subscribe{s.f.info, {}, {}});
    s.f.peer = scheduler;
  }
  s.return_agent(tasks);
  CHECK(s.c.one<msg::DrainTasks>(s.agent.peer).config == DrainConfig{5s, false});
  CHECK(s.state() == DrainState::draining);
  CHECK(s.c.offers(s.f.peer).empty());
  s.empty_agent();
  CHECK(s.state() == DrainState::drained);
}

TEST_CASE("an agent that is away is drained when it returns") {
  Site s;
  const auto tasks = s.c.master.tasks(s.f.id);
  s.c.disconnect(s.agent.peer);
  SECTION("disconnected") {}
  SECTION("unreachable") { s.c.advance(11min); }
  SECTION("not back after a restart") {
    s.c.restart();
    s.desk = s.c.connect(PeerRole::operator_);
  }
  CHECK(s.ask(DrainAgent{s.agent.id, {1s, false}}).error == 0);
  s.c.restart();
  s.return_agent(tasks);
  CHECK(s.c.one<msg::DrainTasks>(s.agent.peer).config == DrainConfig{1s, false});
  CHECK(s.state() == DrainState::draining);
}

TEST_CASE("an agent that was away at its reactivation hears at its return that the drain is over") {
  Site s;
  s.ask(DrainAgent{s.agent.id, {}});
  s.empty_agent();
  s.c.disconnect(s.agent.peer);
  CHECK(s.ask(ReactivateAgent{s.agent.id}).error == 0);
  SECTION("to the same master") {}
  SECTION("to the next one") { s.c.restart(); }
  s.return_agent();
  CHECK_FALSE(s.c.one<msg::DrainTasks>(s.agent.peer).config);
  CHECK(s.state() == DrainState::none);
  s.c.step(DrainAgent{s.agent.id, {2s, false}});
  CHECK(s.c.one<msg::DrainTasks>(s.agent.peer).config == DrainConfig{2s, false});
}

TEST_CASE("agents that are away are deactivated and activated too") {
  Site s;
  s.c.disconnect(s.agent.peer);
  SECTION("unreachable") { s.c.advance(11min); }
  SECTION("not back after a restart") { s.c.restart(); }
  s.c.step(DeactivateAgent{s.agent.id});
  s.c.restart();
  s.return_agent();
  CHECK(s.c.view().agents[0].deactivated);
  CHECK(s.state() == DrainState::none);
  CHECK(s.c.none<msg::DrainTasks>(s.agent.peer));
  s.c.step(ReactivateAgent{s.agent.id});
  CHECK_FALSE(s.c.view().agents[0].deactivated);
}

TEST_CASE("what cannot be drained") {
  Site s;
  CHECK_THAT(s.refused(DrainAgent{AgentId("a9"), {}}, Errc::not_found), Contains("\"a9\""));
  CHECK_THAT(s.refused(DrainAgent{s.agent.id, {-1s, false}}, Errc::invalid_argument),
             Contains("max_grace_period"));
  CHECK(s.state() == DrainState::none);
}

}  // namespace mesoscore::test
