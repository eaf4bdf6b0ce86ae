#include "harness.hpp"

namespace mesoscore::test {
namespace {

struct Running {
  Cluster c;
  Cluster::AgentPeer agent = c.add_agent();
  Cluster::FrameworkPeer f = c.add_framework();
  Offer offer = c.offer(f.peer);
  Running() { c.launch(f, offer, {task("t", offer)}, {1h}); }

  void acknowledge(const Uuid& uuid) { c.send(f.peer, msg::Acknowledge{agent.id, TaskId("t"), uuid}); }
};

}  // namespace

TEST_CASE("the agent that has an update for a framework that was removed is told so") {
  Cluster c;
  const auto agent = c.add_agent();
  const auto f = c.add_framework();
  c.send(f.peer, msg::Teardown{});
  c.update(agent, f, "t", TaskState::dropped);
  CHECK(c.one<msg::ShutdownFramework>(agent.peer).framework_id == f.id);
  auto other = f;
  other.id = FrameworkId("of-another-master");
  c.update(agent, other, "t", TaskState::dropped);
  CHECK(c.none<msg::ShutdownFramework>(agent.peer));
}

TEST_CASE("an update is forwarded and its acknowledgement goes back to the agent") {
  Running r;
  const Uuid uuid = r.c.update(r.agent, r.f, "t", TaskState::running);
  const TaskStatus status = r.c.status(r.f.peer);
  CHECK(status.state == TaskState::running);
  CHECK(status.uuid == uuid);
  r.acknowledge(uuid);
  const auto ack = r.c.one<msg::UpdateAcknowledged>(r.agent.peer);
  CHECK(ack.framework_id == r.f.id);
  CHECK(ack.task_id == "t");
  CHECK(ack.uuid == uuid);
  CHECK(r.c.master.tasks(r.f.id).size() == 1);
}

TEST_CASE("a terminal update frees the resources at once; the id stays taken until the acknowledgement") {
  Running r;
  const Uuid uuid = r.c.update(r.agent, r.f, "t", TaskState::finished);
  const auto freed = r.c.offers(r.f.peer);
  REQUIRE(freed.size() == 1);
  // More than what was refused for an hour: the filter does not hold it back.
  CHECK(freed[0].resources == Resources::parse("cpus:4;mem:1024").value());

  r.c.launch(r.f, freed[0], {task("t", freed[0])}, {0s});
  CHECK(r.c.status(r.f.peer).state == TaskState::error);

  r.acknowledge(uuid);
  CHECK(r.c.master.tasks(r.f.id).empty());
  REQUIRE(r.c.master.completed_tasks(r.f.id).size() == 1);
  CHECK(r.c.master.completed_tasks(r.f.id)[0].state == TaskState::finished);
}

TEST_CASE("latest_state frees the resources while the scheduler still reads an older update") {
  Running r;
  const Uuid uuid = r.c.update(r.agent, r.f, "t", TaskState::running, TaskState::finished);
  CHECK(r.c.status(r.f.peer).state == TaskState::running);
  CHECK(r.c.offers(r.f.peer).size() == 1);
  r.acknowledge(uuid);  // of RUNNING: the task stays
  CHECK(r.c.master.tasks(r.f.id).size() == 1);
  CHECK(r.c.master.tasks(r.f.id)[0].state == TaskState::finished);
  CHECK(r.c.master.tasks(r.f.id)[0].status_update_state == TaskState::running);
}

TEST_CASE("a state after the terminal one is not recorded") {
  Running r;
  r.c.update(r.agent, r.f, "t", TaskState::failed);
  r.c.update(r.agent, r.f, "t", TaskState::running);
  CHECK(r.c.master.tasks(r.f.id)[0].state == TaskState::failed);
}

TEST_CASE("acknowledgements that fit nothing") {
  Running r;
  r.acknowledge(Uuid{});  // nothing was forwarded yet
  CHECK(r.c.none<msg::UpdateAcknowledged>(r.agent.peer));
  const Uuid uuid = r.c.update(r.agent, r.f, "t", TaskState::finished);
  r.acknowledge(Uuid{});  // another uuid: passed on, the agent knows best, but the task stays
  CHECK(r.c.master.tasks(r.f.id).size() == 1);
  r.c.send(r.f.peer, msg::Acknowledge{AgentId("nobody"), TaskId("t"), uuid});
  CHECK(r.c.sent.empty());
  r.c.send(r.f.peer, msg::Acknowledge{r.agent.id, TaskId("other"), uuid});
  CHECK(r.c.one<msg::UpdateAcknowledged>(r.agent.peer).task_id == "other");
}

TEST_CASE("while the framework is away updates are not forwarded, and not forgotten by the agent") {
  Cluster c;
  const auto agent = c.add_agent();
  auto info = framework_info("f");
  info->failover_timeout = 1h;
  const auto f = c.add_framework(info);
  c.launch(f, c.offer(f.peer), {task("t", c.offer(f.peer))});
  c.disconnect(f.peer);
  c.update(agent, f, "t", TaskState::running);
  CHECK(c.sent.empty());
  CHECK(c.master.tasks(f.id)[0].state == TaskState::running);
  CHECK_FALSE(c.master.tasks(f.id)[0].status_update_uuid);
}

TEST_CASE("data is not kept in the record") {
  Running r;
  TaskStatus status;
  status.task_id = TaskId("t");
  status.state = TaskState::running;
  status.data = std::string(1000, 'x');
  status.uuid = Uuid::from_random(1, 2);
  r.c.send(r.agent.peer, msg::AgentUpdate{r.f.id, status, TaskState::running});
  CHECK(r.c.status(r.f.peer).data.size() == 1000);
  CHECK(r.c.master.tasks(r.f.id)[0].statuses.at(0).data.empty());
}

TEST_CASE("kill is passed on, every time") {
  Running r;
  r.c.send(r.f.peer, msg::Kill{TaskId("t"), {}, KillPolicy{7s}});
  CHECK(r.c.one<msg::KillTask>(r.agent.peer).kill_policy == KillPolicy{7s});
  r.c.send(r.f.peer, msg::Kill{TaskId("t"), r.agent.id, std::nullopt});
  CHECK_FALSE(r.c.one<msg::KillTask>(r.agent.peer).kill_policy);
  r.c.send(r.f.peer, msg::Kill{TaskId("t"), AgentId("elsewhere"), std::nullopt});
  CHECK(r.c.sent.empty());
}

TEST_CASE("kill of an unknown task is answered like a reconciliation") {
  Running r;
  r.c.send(r.f.peer, msg::Kill{TaskId("nobody"), {}, std::nullopt});
  CHECK(r.c.status(r.f.peer).state == TaskState::unknown);
  CHECK(r.c.status(r.f.peer).reason == TaskReason::reconciliation);
}

TEST_CASE("a kill asked for while the agent is away is repeated when it is back") {
  Running r;
  r.c.disconnect(r.agent.peer);
  r.c.send(r.f.peer, msg::Kill{TaskId("t"), {}, KillPolicy{7s}});
  r.c.send(r.f.peer, msg::Kill{TaskId("t"), {}, KillPolicy{5s}});
  const PeerId again = r.c.connect(PeerRole::agent);
  r.c.send(again, msg::ReregisterAgent{r.agent.info, r.c.master.tasks(r.f.id), {}, {r.f.info}});
  CHECK(r.c.one<msg::KillTask>(again).kill_policy == KillPolicy{5s});
}

TEST_CASE("explicit reconciliation answers each case") {
  MasterOptions options;
  options.agent_reregister_timeout = 1min;
  Cluster c(options);
  const auto lost_agent = c.add_agent("lost");
  const auto f = c.add_framework();
  c.launch(f, c.offer(f.peer), {task("t-lost", c.offer(f.peer))}, {1h});
  c.disconnect(lost_agent.peer);
  c.advance(2min);
  const auto agent = c.add_agent("here");
  const Offer offer = c.offer(f.peer);
  c.launch(f, offer, {task("t-here", offer)}, {1h});
  c.update(agent, f, "t-here", TaskState::running, TaskState::finished);

  const auto ask = [&](std::string id, AgentId at) {
    c.send(f.peer, msg::Reconcile{{{TaskId(id), at}}});
    const TaskStatus status = c.status(f.peer);
    CHECK(status.source == TaskSource::master);
    CHECK(status.reason == TaskReason::reconciliation);
    CHECK_FALSE(status.uuid);
    return status;
  };
  CHECK(ask("t-here", {}).state == TaskState::running);  // the last forwarded state, not the latest
  CHECK(ask("other", agent.id).state == TaskState::gone);
  CHECK(ask("t-lost", lost_agent.id).state == TaskState::unreachable);
  CHECK(ask("t-lost", lost_agent.id).unreachable_time > 0);
  CHECK(ask("t-lost", {}).state == TaskState::unreachable);
  CHECK(ask("other", AgentId("never-seen")).state == TaskState::unknown);
  CHECK(ask("other", {}).state == TaskState::unknown);
}

TEST_CASE("implicit reconciliation lists what is live and nothing else") {
  Running r;
  r.c.send(r.f.peer, msg::Reconcile{});
  CHECK(r.c.status(r.f.peer).state == TaskState::staging);
  r.c.disconnect(r.agent.peer);
  r.c.advance(11min);
  r.c.send(r.f.peer, msg::Reconcile{});
  CHECK(r.c.none<msg::Update>(r.f.peer));
}

TEST_CASE("framework messages travel both ways") {
  Running r;
  r.c.send(r.f.peer, msg::ToExecutor{r.agent.id, ExecutorId("e"), "ping"});
  const auto down = r.c.one<msg::FrameworkToExecutor>(r.agent.peer);
  CHECK(down.framework_id == r.f.id);
  CHECK(down.data == "ping");
  r.c.send(r.agent.peer, msg::ExecutorToFramework{r.f.id, ExecutorId("e"), "pong"});
  const auto up = r.c.one<msg::FromExecutor>(r.f.peer);
  CHECK(up.agent_id == r.agent.id);
  CHECK(up.data == "pong");
  r.c.send(r.f.peer, msg::ToExecutor{AgentId("nobody"), ExecutorId("e"), "ping"});
  CHECK(r.c.sent.empty());
  r.c.send(r.f.peer, msg::ShutdownExecutor{ExecutorId("e"), r.agent.id});
  CHECK(r.c.one<msg::AgentShutdownExecutor>(r.agent.peer).executor_id == "e");
}

}  // namespace mesoscore::test
