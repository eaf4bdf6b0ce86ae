#include "harness.hpp"

namespace mesoscore::test {

TEST_CASE("an agent is admitted: the record comes before the promise") {
  Cluster c;
  const auto agent = c.add_agent();
  CHECK(agent.id.str() == c.master.id().str() + "-S0");
  REQUIRE(c.changes.size() == 1);
  const auto* record = c.find<record::AdmittedAgent>(admitted_agent_key(agent.id));
  REQUIRE(record != nullptr);
  CHECK(*record->info == *agent.info);
  c.send(agent.peer,
         msg::RegisterAgent{agent_info("h1", "cpus:4;mem:1024")});  // a retry that crossed the answer
  CHECK(c.one<msg::AgentRegistered>(agent.peer).agent_id == agent.id);
  CHECK(c.view().agents.size() == 1);
}

TEST_CASE("bad agents are refused") {
  Cluster c;
  const PeerId peer = c.connect(PeerRole::agent);
  SECTION("no hostname") { c.send(peer, msg::RegisterAgent{agent_info("", "cpus:1")}); }
  SECTION("no agent") { c.send(peer, msg::RegisterAgent{nullptr}); }
  SECTION("an id at a first registration") {
    auto info = agent_info("h", "cpus:1");
    info->id = AgentId("mine");
    c.send(peer, msg::RegisterAgent{info});
  }
  SECTION("no id at a re-registration") {
    c.send(peer, msg::ReregisterAgent{agent_info("h", "cpus:1"), {}, {}, {}});
  }
  CHECK(c.none<msg::AgentRegistered>(peer));
  CHECK(c.all<msg::ErrorMessage>(peer).size() == 1);
  CHECK(c.closed(peer));
  CHECK(c.view().agents.empty());
}

TEST_CASE("a late re-registration on an older connection does not count") {
  Cluster c;
  const PeerId stalled = c.connect(PeerRole::agent);  // what it has sent is under way for long
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  c.launch(f, c.offer(f.peer), {task("t", c.offer(f.peer))});
  SECTION("while the newer one is there") {}
  SECTION("when the newer one has ended as well") { c.disconnect(agent.peer); }
  const bool connected = c.view().agents[0].connected;
  c.send(stalled, msg::ReregisterAgent{agent.info, {}, {}, {}});
  CHECK(c.closed(stalled));
  CHECK(c.none<msg::AgentReregistered>(stalled));
  CHECK_FALSE(c.closed(agent.peer));
  CHECK(c.view().agents[0].connected == connected);
  CHECK(c.view().agents[0].tasks == 1);
}

TEST_CASE("an agent that answers pings stays; one that does not becomes unreachable") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  c.launch(f, c.offer(f.peer), {task("t", c.offer(f.peer))});
  for (int i = 0; i < 10; ++i) {
    c.advance(15s);
    CHECK(c.all<msg::Ping>(agent.peer).size() == 1);
    c.send(agent.peer, msg::Pong{});
  }
  CHECK(c.view().agents.size() == 1);

  c.advance(91s);  // five pings in a row without an answer, and the time of the sixth
  const TaskStatus status = c.status(f.peer);
  CHECK(status.state == TaskState::unreachable);
  CHECK(status.reason == TaskReason::agent_removed);
  CHECK(status.unreachable_time > 0);
  CHECK_FALSE(status.uuid);
  CHECK(c.one<msg::Failure>(f.peer).agent_id == agent.id);
  CHECK(c.closed(agent.peer));
  CHECK(c.find<record::UnreachableAgent>(unreachable_agent_key(agent.id))->since == c.now - 1s);
  CHECK(c.registry.size() == 1);
  CHECK(c.view().agents.empty());
  CHECK(c.view().unreachable_agents == std::vector<AgentId>{agent.id});
}

TEST_CASE("an unreachable agent returns and its tasks live on") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  c.launch(f, c.offer(f.peer), {task("t", c.offer(f.peer))});
  c.update(agent, f, "t", TaskState::running);
  const auto tasks = c.master.tasks(f.id);
  c.disconnect(agent.peer);
  c.advance(11min);
  CHECK(c.master.tasks(f.id).empty());

  const PeerId again = c.connect(PeerRole::agent);
  c.send(again, msg::ReregisterAgent{agent.info, tasks, {}, {f.info}});
  CHECK(c.one<msg::AgentReregistered>(again).agent_id == agent.id);
  const TaskStatus back = c.status(f.peer);
  CHECK(back.state == TaskState::running);
  CHECK(back.reason == TaskReason::agent_reregistered);
  CHECK(c.find<record::AdmittedAgent>(admitted_agent_key(agent.id)) != nullptr);
  CHECK(c.registry.size() == 1);
  CHECK(c.master.tasks(f.id).size() == 1);
  CHECK(c.offer(f.peer).resources ==
        Resources::parse("cpus:3;mem:960").value());  // the task still holds its share
  CHECK(c.view().unreachable_agents.empty());
}

TEST_CASE("an unreachable task id may not be used again until the agent is back") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  c.launch(f, c.offer(f.peer), {task("t", c.offer(f.peer))});
  c.disconnect(agent.peer);
  c.advance(11min);
  c.add_agent("h2");
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t", offer)});
  CHECK_THAT(c.status(f.peer).message, Catch::Contains("unreachable"));
}

TEST_CASE("re-registration after a break: both sides compare their tasks") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("known", offer), task("lost-on-the-way", offer)}, {1h});
  auto tasks = c.master.tasks(f.id);
  tasks.resize(1);
  tasks[0].state = TaskState::finished;  // it ended while nobody listened
  c.disconnect(agent.peer);
  const PeerId again = c.connect(PeerRole::agent);
  c.send(again, msg::ReregisterAgent{agent.info, tasks, {}, {f.info}});
  const auto answer = c.one<msg::AgentReregistered>(again);
  REQUIRE(answer.missing.size() == 1);
  CHECK(answer.missing[0].task_id == "lost-on-the-way");
  CHECK(c.master.tasks(f.id)[0].state == TaskState::finished);
}

TEST_CASE("an agent connects again while its old connection is half open") {
  Cluster c;
  const auto agent = c.add_agent();
  const PeerId again = c.connect(PeerRole::agent);
  c.send(again, msg::ReregisterAgent{agent.info, {}, {}, {}});
  CHECK(c.closed(agent.peer));
  c.disconnect(agent.peer);
  CHECK(c.view().agents[0].connected);
}

TEST_CASE("another hostname under a known agent id is shut down") {
  Cluster c;
  const auto agent = c.add_agent("h1");
  auto other = agent_info("h2", "cpus:4;mem:1024");
  other->id = agent.id;
  const PeerId peer = c.connect(PeerRole::agent);
  c.send(peer, msg::ReregisterAgent{other, {}, {}, {}});
  CHECK_THAT(c.one<msg::ShutdownAgent>(peer).message, Catch::Contains("h1") && Catch::Contains("h2"));
  CHECK(c.view().agents[0].connected);
}

TEST_CASE("a new master learns tasks and frameworks from the agents; the framework subscribes later") {
  Cluster old;
  const auto old_agent = old.add_agent();
  const auto old_f = old.add_framework();
  old.launch(old_f, old.offer(old_f.peer), {task("t", old.offer(old_f.peer))});
  old.update(old_agent, old_f, "t", TaskState::running);

  Cluster fresh;
  const PeerId agent = fresh.connect(PeerRole::agent);
  fresh.send(agent, msg::ReregisterAgent{old_agent.info, old.master.tasks(old_f.id), {}, {old_f.info}});
  CHECK(fresh.one<msg::AgentReregistered>(agent).agent_id == old_agent.id);
  REQUIRE(fresh.view().frameworks.size() == 1);
  CHECK_FALSE(fresh.view().frameworks[0].connected);
  fresh.advance(24h);  // it has no timer; pings go unanswered, though
  CHECK(fresh.view().frameworks.size() == 1);
  const PeerId scheduler = fresh.connect(PeerRole::scheduler);
  fresh.send(scheduler, msg::Subscribe{old_f.info, {}});
  CHECK(fresh.one<msg::Subscribed>(scheduler).framework_id == old_f.id);
}

TEST_CASE("a framework that was removed meanwhile is shut down on the returning agent") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  c.launch(f, c.offer(f.peer), {task("t", c.offer(f.peer))});
  const auto tasks = c.master.tasks(f.id);
  c.disconnect(agent.peer);
  c.send(f.peer, msg::Teardown{});
  const PeerId again = c.connect(PeerRole::agent);
  c.send(again, msg::ReregisterAgent{agent.info, tasks, {}, {f.info}});
  CHECK(c.one<msg::ShutdownFramework>(again).framework_id == f.id);
  CHECK(c.view().tasks == 0);
}

TEST_CASE("without checkpointing a broken connection loses the tasks at once") {
  Cluster c;
  const auto agent = c.add_agent();
  auto info = framework_info("f");
  info->checkpoint = false;
  const auto f = c.add_framework(info);
  c.launch(f, c.offer(f.peer), {task("t", c.offer(f.peer))});
  c.disconnect(agent.peer);
  const TaskStatus status = c.status(f.peer);
  CHECK(status.state == TaskState::lost);  // even for a partition-aware framework
  CHECK(status.reason == TaskReason::agent_disconnected);
}

TEST_CASE("an agent that unregisters loses its tasks") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  c.launch(f, c.offer(f.peer), {task("t", c.offer(f.peer))});
  c.send(agent.peer, msg::UnregisterAgent{});
  CHECK(c.status(f.peer).state == TaskState::lost);
  CHECK(c.status(f.peer).reason == TaskReason::agent_removed);
  CHECK(c.view().agents.empty());
  CHECK(c.registry.empty());
}

}  // namespace mesoscore::test
