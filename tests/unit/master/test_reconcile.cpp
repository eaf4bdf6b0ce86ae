// The tables of what a reconciliation is answered, row by row: for tasks and for operations.
#include <optional>

#include "harness.hpp"

namespace mesoscore::test {
namespace {

struct Asked {
  Cluster& c;
  Cluster::FrameworkPeer f;

  std::optional<TaskStatus> task(const std::string& id, const AgentId& agent = {}) {
    c.send(f.peer, msg::Reconcile{{{TaskId(id), agent}}});
    const auto answers = c.all<msg::Update>(f.peer);
    REQUIRE(answers.size() <= 1);
    if (answers.empty()) return std::nullopt;
    const TaskStatus& status = answers[0].status;
    CHECK(status.source == TaskSource::master);
    CHECK(status.reason == TaskReason::reconciliation);
    CHECK_FALSE(status.uuid);
    CHECK(status.data.empty());
    return status;
  }
  OperationState operation(const AgentId& agent) {
    c.send(f.peer, msg::ReconcileOperations{{{OperationId("o9"), agent}}});
    const auto answer = c.one<msg::OperationUpdate>(f.peer);
    CHECK_FALSE(answer.uuid);
    CHECK(answer.operation_id == "o9");
    return answer.state;
  }
};

// Agents in every state: registered, not yet back, unreachable and gone.
struct World {
  explicit World(bool aware, bool recovered = true) {
    const auto out_of_reach = c.add_agent("unreachable");
    c.disconnect(out_of_reach.peer);
    unreachable = out_of_reach.id;
    since = to_unix_seconds(c.now + 10min);
    c.advance(10min);
    gone = c.add_agent("gone").id;
    c.step(MarkAgentGone{gone});
    if (recovered) {
      missing = c.add_agent("recovered").id;
      c.restart();
    }
    agent = c.add_agent("registered");
    auto info = framework_info("f");
    if (!aware) info->capabilities = {FrameworkCapability::multi_role};
    f = c.add_framework(info);
  }
  Asked asked() { return {c, f}; }

  Cluster c;
  AgentId unreachable, gone, missing;
  double since = 0;
  Cluster::AgentPeer agent;
  Cluster::FrameworkPeer f;
};

}  // namespace

TEST_CASE("reconciliation, row 1: a task that is known has its last forwarded state, else its latest") {
  for (const bool aware : {true, false}) {
    World w(aware);
    const Offer offer = w.c.offer(w.f.peer);
    w.c.launch(w.f, offer, {task("t", offer)});
    CHECK(w.asked().task("t")->state == TaskState::staging);
    w.c.update(w.agent, w.f, "t", TaskState::running, TaskState::finished);
    CHECK(w.asked().task("t")->state == TaskState::running);
    // The agent of the request is not compared, and nobody has to be back for it.
    CHECK(w.asked().task("t", w.missing)->state == TaskState::running);
    w.c.update(w.agent, w.f, "t", TaskState::finished);
    const auto ended = w.asked().task("t");  // not acknowledged
    CHECK(ended->state == TaskState::finished);
    CHECK(ended->agent_id == w.agent.id);
  }
}

TEST_CASE("reconciliation, row 2: silence while the agent, or without one any agent, is not yet back") {
  for (const bool aware : {true, false}) {
    World w(aware);
    CHECK_FALSE(w.asked().task("t9", w.missing));
    CHECK_FALSE(w.asked().task("t9"));
  }
}

TEST_CASE("reconciliation, row 3: a registered agent does not have the task") {
  World aware(true);
  CHECK(aware.asked().task("t9", aware.agent.id)->state == TaskState::gone);
  World old(false);
  CHECK(old.asked().task("t9", old.agent.id)->state == TaskState::lost);
  old.c.disconnect(old.agent.peer);  // it is registered all the same
  CHECK(old.asked().task("t9", old.agent.id)->state == TaskState::lost);
}

TEST_CASE("reconciliation, row 4: the agent is unreachable") {
  World aware(true);
  CHECK(aware.asked().task("t9", aware.unreachable)->state == TaskState::unreachable);
  CHECK(aware.asked().task("t9", aware.unreachable)->unreachable_time == aware.since);
  World old(false);
  CHECK(old.asked().task("t9", old.unreachable)->state == TaskState::lost);
  CHECK(old.asked().task("t9", old.unreachable)->unreachable_time == old.since);
}

TEST_CASE("reconciliation, row 5: the agent is gone") {
  World aware(true);
  CHECK(aware.asked().task("t9", aware.gone)->state == TaskState::gone_by_operator);
  World old(false);
  CHECK(old.asked().task("t9", old.gone)->state == TaskState::lost);
}

TEST_CASE("reconciliation, row 6: nothing is known") {
  World aware(true, false);
  CHECK(aware.asked().task("t9")->state == TaskState::unknown);
  CHECK(aware.asked().task("t9", AgentId("a9"))->state == TaskState::unknown);
  World old(false, false);
  CHECK(old.asked().task("t9")->state == TaskState::lost);
  CHECK(old.asked().task("t9", AgentId("a9"))->state == TaskState::lost);
  World waits(true);  // an agent that nobody waits for
  CHECK(waits.asked().task("t9", AgentId("a9"))->state == TaskState::unknown);
}

TEST_CASE("a task on an unreachable agent is unreachable, whoever asks without its agent") {
  World w(true, false);
  const Offer offer = w.c.offer(w.f.peer);
  w.c.launch(w.f, offer, {task("t", offer)});
  w.c.disconnect(w.agent.peer);
  w.c.advance(11min);
  CHECK(w.asked().task("t")->state == TaskState::unreachable);
  CHECK(w.asked().task("t")->agent_id == w.agent.id);
}

TEST_CASE("implicit reconciliation tells of the tasks that the master holds, and of no others") {
  World w(true);
  const Offer offer = w.c.offer(w.f.peer);
  w.c.launch(w.f, offer, {task("t1", offer), task("t2", offer)});
  w.c.send(w.f.peer, msg::Reconcile{});
  const auto answers = w.c.all<msg::Update>(w.f.peer);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].status.task_id == "t1");
  CHECK(answers[1].status.task_id == "t2");
  w.c.disconnect(w.agent.peer);
  w.c.advance(10min);
  w.c.send(w.f.peer, msg::Reconcile{});
  CHECK(w.c.none<msg::Update>(w.f.peer));
}

TEST_CASE("reconciliation of operations, row by row") {
  World w(true);
  CHECK(w.asked().operation(w.missing) == OperationState::recovering);
  CHECK(w.asked().operation(w.agent.id) == OperationState::unknown);
  CHECK(w.asked().operation(w.unreachable) == OperationState::unreachable);
  CHECK(w.asked().operation(w.gone) == OperationState::gone_by_operator);
  CHECK(w.asked().operation(AgentId("a9")) == OperationState::unknown);
  CHECK(w.asked().operation({}) == OperationState::unknown);
}

TEST_CASE("a kill of a task that is not known is answered as a reconciliation of it") {
  World w(true);
  w.c.send(w.f.peer, msg::Kill{TaskId("t9"), w.missing, std::nullopt});
  CHECK(w.c.none<msg::Update>(w.f.peer));
  w.c.send(w.f.peer, msg::Kill{TaskId("t9"), w.gone, std::nullopt});
  CHECK(w.c.status(w.f.peer).state == TaskState::gone_by_operator);
}

}  // namespace mesoscore::test
