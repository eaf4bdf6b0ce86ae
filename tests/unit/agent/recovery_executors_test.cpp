// An agent that is started again: custom executors and their tasks.
#include "agent_under_test.hpp"

namespace mesoscore::test {
namespace {

using Kind = ContainerEvent::Kind;

constexpr PeerId kBack{20};

AgentUnderTest with_executor(std::string_view task = "t1", msg::FrameworkPtr framework = framework_info()) {
  AgentUnderTest agent(durable_options());
  agent.join();
  agent.start_executor(task, std::move(framework));
  return agent;
}

void recover_living(AgentUnderTest& agent) {
  agent.restart();
  agent.step(agent.event(Kind::recovered));
  agent.all_heard();
}

// It comes back and has these tasks and updates, which nobody has acknowledged to it.
void come_back(AgentUnderTest& agent, std::vector<TaskInfo> tasks = {},
               std::vector<TaskStatus> updates = {}) {
  agent.connect_executor(kBack);
  agent.subscribe(kBack, {kFramework, "e1", std::move(tasks), std::move(updates)});
}

std::vector<std::string> delivered(const AgentUnderTest& agent) {
  std::vector<std::string> ids;
  for (const auto* launch : agent.sent<msg::LaunchTask>(kBack)) ids.push_back(launch->task.task_id.str());
  return ids;
}

}  // namespace

TEST_CASE("an executor is acknowledged when its update is durable") {
  AgentUnderTest agent = with_executor();
  Outbox out;
  std::vector<Event> batch;
  batch.emplace_back(Received{kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::running)}});
  agent.machine().step(batch, agent.now(), out);
  CHECK(out.sends.empty());
  REQUIRE(out.commits.size() == 1);
  REQUIRE(out.commits[0].changes.size() == 1);
  CHECK(out.commits[0].changes[0].key == "update/F1/t1/1");
  CHECK(std::holds_alternative<msg::ExecutorAcknowledged>(out.commits[0].after.at(0).message));
}

TEST_CASE("an executor that lives comes back to its tasks") {
  AgentUnderTest agent = with_executor();
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::running)});
  agent.acknowledge();
  agent.restart();
  const auto& known = agent.only_call<RecoverContainers>().known;
  REQUIRE(known.size() == 1);
  CHECK(known[0].kind == ContainerKind::executor);
  CHECK(known[0].resources.str() == "cpus:1.1;mem:96");
  agent.step(agent.event(Kind::recovered));
  agent.all_heard();
  come_back(agent);
  CHECK(agent.sent<msg::ExecutorSubscribed>(kBack).size() == 1);
  CHECK(delivered(agent).empty());
  agent.rejoin();
  agent.advance(1h);
  CHECK(agent.calls<KillContainer>().empty());
  agent.receive(kBack, msg::ExecutorUpdate{executor_status("t1", TaskState::finished, 2)});
  CHECK(agent.outcome() == "TASK_FINISHED");
  agent.acknowledge();
  CHECK(agent.view().executors == 1);
  CHECK(agent.disk.keys() == std::vector<std::string>{"executor/F1/e1", "framework/F1", "self"});
  recover_living(agent);
  come_back(agent);
  CHECK(agent.sent<msg::ExecutorShutdown>().empty());  // it has had a task
}

TEST_CASE("a task that reached its executor is not delivered again, one that did not is") {
  AgentUnderTest agent = with_executor();
  TaskInfo late = executor_task("t2");
  late.data = "what to do";
  agent.run(late);
  recover_living(agent);
  come_back(agent, {executor_task("t1")});
  CHECK(delivered(agent) == std::vector<std::string>{"t2"});
  CHECK(agent.sent<msg::LaunchTask>(kBack).at(0)->task == late);
  CHECK(agent.only_call<UpdateContainer>().resources.str() == "cpus:2.1;mem:160");
  agent.rejoin();
  CHECK(agent.sent<msg::AgentUpdate>().empty());
}

TEST_CASE("tasks that wait for their executor wait on") {
  AgentUnderTest agent(durable_options());
  agent.join();
  agent.run_with_new_executor(executor_task("t1"));
  agent.run(executor_task("t2"));
  recover_living(agent);
  come_back(agent);
  CHECK(delivered(agent) == std::vector<std::string>{"t1", "t2"});
}

TEST_CASE("what the executor says again is known already") {
  AgentUnderTest agent = with_executor();
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::running, 1)});
  recover_living(agent);
  come_back(agent, {},
            {executor_status("t1", TaskState::running, 1), executor_status("t1", TaskState::failed, 2)});
  CHECK(agent.sent<msg::ExecutorAcknowledged>(kBack).size() == 2);
  agent.rejoin();
  CHECK(agent.outcome() == "TASK_RUNNING");
  agent.acknowledge();
  CHECK(agent.outcome() == "TASK_FAILED");
  agent.acknowledge();
  CHECK(agent.sent<msg::AgentUpdate>().empty());
}

TEST_CASE("executors that do not come back are killed, and their tasks are gone") {
  const bool plain = GENERATE(false, true);
  AgentUnderTest agent = with_executor("t1", plain ? plain_framework() : framework_info());
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::running)});
  agent.acknowledge();
  recover_living(agent);
  agent.rejoin();
  agent.advance(3s);
  CHECK(agent.only_call<KillContainer>().grace == 0s);
  CHECK(agent.disk.of<record::Executor>().at(0)->terminating);
  come_back(agent);
  CHECK(agent.sent<msg::ExecutorShutdown>(kBack).size() == 1);  // too late
  agent.exited(9);
  CHECK(agent.outcome() ==
        std::string(plain ? "TASK_LOST" : "TASK_GONE") + " REASON_EXECUTOR_REREGISTRATION_TIMEOUT");
  CHECK(agent.only_call<ForgetContainer>().container_id == agent.container);
  agent.acknowledge();
  CHECK(agent.disk.keys() == std::vector<std::string>{"self"});
}

TEST_CASE("an executor that ended meanwhile has failed, one that was never started was none") {
  AgentUnderTest agent = with_executor();
  SECTION("ended") {
    agent.restart();
    agent.exited(1 << 8);
    agent.all_heard();
    agent.rejoin();
    CHECK(agent.outcome() == "TASK_FAILED REASON_EXECUTOR_TERMINATED");
  }
  SECTION("never started") {
    agent.restart();
    ContainerEvent event = agent.event(Kind::launch_failed);
    event.reason = TaskReason::agent_restarted;
    agent.step(event);
    agent.all_heard();
    agent.rejoin();
    CHECK(agent.outcome() == "TASK_DROPPED REASON_AGENT_RESTARTED");
  }
  CHECK(agent.sent<msg::ExecutorExited>().empty());  // the registration has told that it is not there
  agent.acknowledge();
  CHECK(agent.disk.keys() == std::vector<std::string>{"self"});
}

TEST_CASE("executors that come before all containers are heard of wait") {
  AgentUnderTest agent = with_executor();
  agent.restart();
  come_back(agent, {executor_task("t1")});
  CHECK(agent.quiet());
  const bool gone = GENERATE(false, true);
  if (gone) agent.step(PeerDisconnected{kBack, "it went again"});
  agent.step(agent.event(Kind::recovered));
  CHECK(agent.quiet());
  agent.all_heard();
  CHECK(agent.sent<msg::ExecutorSubscribed>(kBack).size() == (gone ? 0 : 1));
}

TEST_CASE("a kill reaches the executor after the restart") {
  AgentUnderTest agent = with_executor();
  agent.kill("t1", 7s);
  SECTION("of a task that it has") {
    recover_living(agent);
    come_back(agent, {executor_task("t1")});
    const auto& kill = agent.only<msg::ExecutorKill>(kBack);
    CHECK(kill.task_id == "t1");
    CHECK(kill.kill_policy->grace_period == 7s);
  }
  SECTION("of a task that never reached it, which then never will") {
    recover_living(agent);
    come_back(agent);
    CHECK(delivered(agent).empty());
    CHECK(agent.sent<msg::ExecutorKill>().empty());
    CHECK(agent.sent<msg::ExecutorShutdown>(kBack).size() == 1);  // there is nothing for it to do
    agent.rejoin();
    CHECK(agent.outcome() == "TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH");
  }
  SECTION("that was asked for before it came back") {
    recover_living(agent);
    agent.rejoin();
    agent.kill("t1", 2s);
    CHECK(agent.sent<msg::AgentUpdate>().empty());  // who knows whether it runs?
    agent.restart();
    agent.step(agent.event(Kind::recovered));
    agent.all_heard();
    come_back(agent, {executor_task("t1")});
    CHECK(agent.only<msg::ExecutorKill>(kBack).kill_policy->grace_period == 2s);
  }
}

TEST_CASE("an executor that was asked to end goes on ending") {
  AgentUnderTest agent = with_executor();
  agent.from_master(msg::AgentShutdownExecutor{kFramework, "e1"});
  CHECK(agent.disk.of<record::Executor>().at(0)->terminating);
  agent.restart();
  agent.step(agent.event(Kind::recovered));
  CHECK(agent.only_call<KillContainer>().grace == 5s);
  agent.all_heard();
  agent.rejoin();
  agent.exited(15);
  CHECK(agent.outcome() == "TASK_FAILED REASON_EXECUTOR_TERMINATED");
}

}  // namespace mesoscore::test
