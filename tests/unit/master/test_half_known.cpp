// Tasks of which one side knows more than the other: none of them may be doubled, forgotten or counted twice.
#include "harness.hpp"

namespace mesoscore::test {
namespace {

PeerId return_agent(Cluster& c, const Cluster::AgentPeer& agent, std::vector<Task> tasks,
                    std::vector<msg::FrameworkPtr> frameworks) {
  const PeerId peer = c.connect(PeerRole::agent);
  c.send(peer, msg::ReregisterAgent{agent.info, std::move(tasks), {}, std::move(frameworks), {}});
  return peer;
}

// The framework has used the id again on another agent, while a new master did not know of the first.
struct Doubled {
  Doubled() {
    first = c.add_agent("h1", "cpus:2");
    f = c.add_framework();
    const Offer offer = c.offer(f.peer);
    c.launch(f, offer, {task("t", offer, "cpus:1")}, {1h});
    c.update(first, f, "t", TaskState::running);
    old_tasks = c.master.tasks(f.id);
    c.restart();
    second = c.add_agent("h2", "cpus:2");
    f.peer = c.connect(PeerRole::scheduler);
    c.send(f.peer, msg::Subscribe{f.info, {}, {}});
    const Offer next = c.offer(f.peer);
    c.launch(f, next, {task("t", next, "cpus:1")}, {1h});
    c.update(second, f, "t", TaskState::running);
    first.peer = return_agent(c, first, old_tasks, {f.info});
  }
  const MasterView::Agent agent_view(const AgentId& id) const {
    for (const auto& agent : c.view().agents) {
      if (agent.info.id == id) return agent;
    }
    FAIL("no such agent");
    return {};
  }

  Cluster c;
  Cluster::AgentPeer first, second;
  Cluster::FrameworkPeer f;
  std::vector<Task> old_tasks;
};

}  // namespace

TEST_CASE("a task that returns when its id is in use elsewhere is killed, and nobody hears of it") {
  Doubled d;
  CHECK(d.c.one<msg::KillTask>(d.first.peer).task_id == "t");
  CHECK(d.c.none<msg::KillTask>(d.second.peer));
  CHECK(d.c.none<msg::Update>(d.f.peer));
  CHECK(d.c.offer(d.f.peer).resources == Resources::parse("cpus:1").value());  // it holds one until it ends
  CHECK(d.agent_view(d.first.id).used.get("cpus") == 1);

  const Uuid uuid = d.c.update(d.first, d.f, "t", TaskState::killed);
  CHECK(d.c.one<msg::UpdateAcknowledged>(d.first.peer).uuid == uuid);
  CHECK(d.c.none<msg::Update>(d.f.peer));
  CHECK(d.agent_view(d.first.id).used.empty());
  CHECK(d.c.offer(d.f.peer).resources == Resources::parse("cpus:1").value());
  REQUIRE(d.c.master.tasks(d.f.id).size() == 1);
  CHECK(d.c.master.tasks(d.f.id)[0].agent_id == d.second.id);
  CHECK(d.c.master.tasks(d.f.id)[0].state == TaskState::running);
}

TEST_CASE("the one that was killed stays unheard of when the other one has ended first") {
  Doubled d;
  const Uuid finished = d.c.update(d.second, d.f, "t", TaskState::finished);
  d.c.send(d.f.peer, msg::Acknowledge{d.second.id, TaskId("t"), finished});
  CHECK(d.c.master.tasks(d.f.id).empty());
  d.c.update(d.first, d.f, "t", TaskState::killed);
  CHECK(d.c.none<msg::Update>(d.f.peer));
}

TEST_CASE("a doubled task is accounted for through breaks of the connection, and freed with what it is in") {
  Doubled d;
  d.c.disconnect(d.first.peer);
  SECTION("it is still there") {
    d.first.peer = return_agent(d.c, d.first, d.old_tasks, {d.f.info});
    CHECK(d.c.one<msg::KillTask>(d.first.peer).task_id == "t");
    CHECK(d.agent_view(d.first.id).used.get("cpus") == 1);
  }
  SECTION("it has ended meanwhile") {
    d.first.peer = return_agent(d.c, d.first, {}, {});
    CHECK(d.c.none<msg::KillTask>(d.first.peer));
    CHECK(d.agent_view(d.first.id).used.empty());
  }
  SECTION("its framework goes") {
    d.c.send(d.f.peer, msg::Teardown{});
    CHECK(d.agent_view(d.first.id).used.empty());
    d.first.peer = return_agent(d.c, d.first, d.old_tasks, {d.f.info});
    CHECK(d.c.one<msg::ShutdownFramework>(d.first.peer).framework_id == d.f.id);
    CHECK(d.agent_view(d.first.id).used.empty());
  }
}

TEST_CASE("a late update of a task that the scheduler has given up does not touch its successor") {
  Cluster c;
  const auto first = c.add_agent("h1", "cpus:2");
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t", offer, "cpus:1")}, {1h});
  const Uuid finished = c.update(first, f, "t", TaskState::finished);
  c.send(f.peer, msg::Acknowledge{first.id, TaskId("t"), finished});
  const auto second = c.add_agent("h2", "cpus:2");
  const Offer next = c.offer(f.peer);
  c.launch(f, next, {task("t", next, "cpus:1")}, {1h});
  c.update(first, f, "t", TaskState::finished);  // the acknowledgement was lost: the agent says it again
  CHECK(c.all<msg::UpdateAcknowledged>(first.peer).size() == 1);
  CHECK(c.none<msg::Update>(f.peer));
  CHECK(c.master.tasks(f.id)[0].state == TaskState::staging);
  CHECK(c.master.tasks(f.id)[0].agent_id == second.id);
}

TEST_CASE("a retry of a re-registration that crosses a launch asks for nothing") {
  Cluster c;
  auto agent = c.add_agent();
  const auto f = c.add_framework();
  c.disconnect(agent.peer);
  agent.peer = return_agent(c, agent, {}, {});
  const Offer offer = c.offer(f.peer);
  auto with_executor = task("t", offer, "cpus:1");
  with_executor.function.clear();
  with_executor.executor = ExecutorInfo{};
  with_executor.executor->executor_id = ExecutorId("e");
  with_executor.executor->resources = Resources::parse("cpus:1").value();
  with_executor.executor->command.value = "run";
  c.launch(f, offer, {with_executor}, {1h});
  REQUIRE(c.one<msg::RunTask>(agent.peer).launch_executor);
  c.send(agent.peer, msg::ReregisterAgent{agent.info, {}, {}, {}, {}});
  CHECK(c.one<msg::AgentReregistered>(agent.peer).missing.empty());
  CHECK(c.view().agents[0].used.get("cpus") == 2);
  CHECK(c.master.tasks(f.id).size() == 1);
}

TEST_CASE("a retry of a re-registration does not bring back what was acknowledged in between") {
  Cluster c;
  auto agent = c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t", offer)});
  const Uuid uuid = c.update(agent, f, "t", TaskState::finished);
  const auto tasks = c.master.tasks(f.id);
  c.disconnect(agent.peer);
  agent.peer = return_agent(c, agent, tasks, {f.info});
  c.send(f.peer, msg::Acknowledge{agent.id, TaskId("t"), uuid});
  CHECK(c.master.tasks(f.id).empty());
  c.send(agent.peer, msg::ReregisterAgent{agent.info, tasks, {}, {f.info}, {}});
  CHECK(c.master.tasks(f.id).empty());
}

TEST_CASE("a launch that an agent never got is asked for when it returns, and not given to anybody else") {
  Cluster c;
  auto agent = c.add_agent();
  const auto f = c.add_framework();
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t", offer)}, {1h});
  c.disconnect(agent.peer);
  agent.peer = return_agent(c, agent, {}, {});
  REQUIRE(c.one<msg::AgentReregistered>(agent.peer).missing.size() == 1);
  const Uuid uuid = c.update(agent, f, "t", TaskState::dropped);
  CHECK(c.status(f.peer).state == TaskState::dropped);
  CHECK(c.view().agents[0].used.empty());
  c.send(f.peer, msg::Acknowledge{agent.id, TaskId("t"), uuid});
  CHECK(c.master.tasks(f.id).empty());
}

}  // namespace mesoscore::test
