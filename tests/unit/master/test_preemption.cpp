// Preemption: tasks make room for a more important demand, and their frameworks hear why.
#include "demands.hpp"
#include "mesoscore/policies/priority.hpp"

namespace mesoscore::test {
namespace {

using Catch::Matchers::Contains;

// An agent that is full of tasks of the framework "low", and an important one that comes later.
struct Full {
  explicit Full(bool preempts = true) : c({}, policies::priority({.preempt = preempts})) {
    agent = c.add_agent("h1", "cpus:2;mem:128");
    low = c.add_framework(framework_info("low", {"batch"}));
    const Offer offer = c.offer(low.peer);
    c.launch(low, offer, {task("t1", offer), task("t2", offer)});
    c.update(agent, low, "t1", TaskState::running);
    c.update(agent, low, "t2", TaskState::running);
    high = c.add_framework(framework_info("high", {"batch"}));
  }
  void want(std::int32_t priority = 5) {
    c.send(high.peer, msg::Request{"batch", {demand("job-7", 1, "cpus:1;mem:64", priority)}});
  }
  Cluster c;
  Cluster::AgentPeer agent;
  Cluster::FrameworkPeer low, high;
};

}  // namespace

TEST_CASE("a task is killed for a more important demand, once, and the demand gets its place") {
  Full full;
  full.want();
  const auto kill = full.c.one<msg::KillTask>(full.agent.peer);
  CHECK(kill.framework_id == full.low.id);
  CHECK_FALSE(kill.kill_policy);  // the task's own
  full.c.advance(1s);
  CHECK(full.c.none<msg::KillTask>(full.agent.peer));

  full.c.update(full.agent, full.low, kill.task_id.str(), TaskState::killing);
  CHECK(full.c.status(full.low.peer).reason == TaskReason::container_preempted);
  full.c.update(full.agent, full.low, kill.task_id.str(), TaskState::killed);
  const TaskStatus status = full.c.status(full.low.peer);
  CHECK(status.reason == TaskReason::container_preempted);
  CHECK(status.message == "preempted for demand job-7 of framework " + full.high.id.str() + " in role batch");
  CHECK(full.c.offer(full.high.peer).demand == "job-7");
  CHECK(full.c.offers(full.low.peer).empty());
}

TEST_CASE("what the agent says of the end comes after the reason of the master") {
  Full full;
  full.want();
  const TaskId killed = full.c.one<msg::KillTask>(full.agent.peer).task_id;
  TaskStatus status;
  status.task_id = killed;
  status.state = TaskState::killed;
  status.source = TaskSource::executor;
  status.uuid = Uuid::from_random(9, 9);
  status.message = "killed by signal 15";
  full.c.send(full.agent.peer, msg::AgentUpdate{full.low.id, status, TaskState::killed});
  CHECK_THAT(full.c.status(full.low.peer).message,
             Contains("preempted for") && Contains("; killed by signal 15"));
}

TEST_CASE("a task that ends by itself before the kill comes is not called preempted") {
  Full full;
  full.want();
  const TaskId killed = full.c.one<msg::KillTask>(full.agent.peer).task_id;
  full.c.update(full.agent, full.low, killed.str(), TaskState::finished);
  CHECK_FALSE(full.c.status(full.low.peer).reason);
  CHECK(full.c.status(full.low.peer).message.empty());
}

TEST_CASE("tasks of the same or a higher priority stay") {
  Full full;
  full.want(0);
  CHECK(full.c.none<msg::KillTask>(full.agent.peer));
}

TEST_CASE("tasks of a demand have its priority") {
  Cluster c({}, policies::priority({.preempt = true}));
  const auto first = c.add_framework(framework_info("first", {"batch"}));
  c.send(first.peer, msg::Request{"batch", {demand("a", 1, "cpus:1;mem:64", 5)}});
  const auto agent = c.add_agent("h1", "cpus:1;mem:64");
  const Offer offer = c.offer(first.peer);
  c.launch(first, offer, {task("t1", offer)});
  CHECK(c.one<msg::RunTask>(agent.peer).priority == 5);
  const auto second = c.add_framework(framework_info("second", {"batch"}));
  c.send(second.peer, msg::Request{"batch", {demand("b", 1, "cpus:1;mem:64", 5)}});
  CHECK(c.none<msg::KillTask>(agent.peer));
  c.send(second.peer, msg::Request{"batch", {demand("b", 1, "cpus:1;mem:64", 6)}});
  CHECK(c.one<msg::KillTask>(agent.peer).task_id == "t1");
}

TEST_CASE("a new master hears from the agent how important a task is") {
  Cluster c({}, policies::priority({.preempt = true}));
  const auto low = c.add_framework(framework_info("low", {"batch"}));
  const auto info = agent_info("h1", "cpus:1;mem:64");
  info->id = AgentId("S7");
  Task running;
  running.task_id = TaskId("t1");
  running.framework_id = low.id;
  running.agent_id = info->id;
  running.role = "batch";
  running.resources = Resources::parse("cpus:1;mem:64").value();
  running.state = TaskState::running;
  running.priority = 5;
  const PeerId agent = c.connect(PeerRole::agent);
  c.send(agent, msg::ReregisterAgent{info, {running}, {}, {low.info}});
  CHECK(c.master.tasks(low.id).at(0).priority == 5);
  const auto high = c.add_framework(framework_info("high", {"batch"}));
  c.send(high.peer, msg::Request{"batch", {demand("a", 1, "cpus:1;mem:64", 5)}});
  CHECK(c.none<msg::KillTask>(agent));
  c.send(high.peer, msg::Request{"batch", {demand("a", 1, "cpus:1;mem:64", 6)}});
  CHECK(c.one<msg::KillTask>(agent).task_id == "t1");
}

TEST_CASE("a policy that does not preempt kills nobody") {
  Full full(false);
  full.want();
  CHECK(full.c.none<msg::KillTask>(full.agent.peer));
}

}  // namespace mesoscore::test
