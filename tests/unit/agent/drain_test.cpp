// An agent that is drained kills its tasks and takes no new ones.
#include "agent_under_test.hpp"

namespace mesoscore::test {
namespace {

void drain(AgentUnderTest& agent, std::optional<Duration> grace = {}, bool mark_gone = false) {
  agent.from_master(msg::DrainTasks{DrainConfig{grace, mark_gone}});
}

AgentUnderTest running(std::optional<Duration> grace = {}, msg::FrameworkPtr framework = framework_info()) {
  AgentUnderTest agent(durable_options());
  agent.join();
  TaskInfo task = command_task("t1");
  if (grace) task.kill_policy = KillPolicy{*grace};
  agent.run(task, std::move(framework));
  agent.started();
  agent.acknowledge();
  return agent;
}

}  // namespace

TEST_CASE("a drain kills the tasks, and says why") {
  AgentUnderTest agent = running();
  drain(agent);
  CHECK(agent.only_call<KillContainer>().grace == 3s);
  CHECK(agent.outcome() == "TASK_KILLING REASON_AGENT_DRAINING");
  CHECK(agent.view().drain == DrainState::draining);
  CHECK(agent.disk.of<record::Self>().at(0)->drain == DrainConfig{});
  agent.acknowledge();
  agent.exited(15);
  CHECK(agent.outcome() == "TASK_KILLED REASON_AGENT_DRAINING");
  CHECK(agent.view().drain == DrainState::draining);  // until the last update is acknowledged
  agent.acknowledge();
  CHECK(agent.view().drain == DrainState::drained);
}

TEST_CASE("no task gets more time than the drain allows") {
  struct Case {
    std::optional<Duration> task, drain;
    Duration expected;
  };
  for (const Case& at : {Case{{}, {}, 3s}, {{}, 9s, 9s}, {20s, {}, 20s}, {20s, 9s, 9s}, {1s, 9s, 1s}}) {
    AgentUnderTest agent = running(at.task);
    drain(agent, at.drain);
    CHECK(agent.only_call<KillContainer>().grace == at.expected);
  }
}

TEST_CASE("a drain that is said again changes nothing") {
  AgentUnderTest agent = running();
  drain(agent, 5s);
  drain(agent, 5s);
  CHECK(agent.quiet());
}

TEST_CASE("with mark_gone the tasks are gone for those who know the state") {
  for (const bool plain : {false, true}) {
    AgentUnderTest agent = running({}, plain ? plain_framework() : framework_info());
    drain(agent, {}, true);
    if (!plain) agent.acknowledge();
    agent.exited(15);
    CHECK(agent.outcome() ==
          std::string(plain ? "TASK_KILLED" : "TASK_GONE_BY_OPERATOR") + " REASON_AGENT_DRAINING");
    agent.acknowledge();
    CHECK(agent.machine().tasks().empty());
  }
}

TEST_CASE("a draining agent takes no tasks") {
  for (const bool plain : {false, true}) {
    AgentUnderTest agent(durable_options());
    agent.join();
    drain(agent);
    agent.run(command_task("t1"), plain ? plain_framework() : framework_info());
    CHECK(agent.calls<LaunchContainer>().empty());
    CHECK(agent.outcome() == std::string(plain ? "TASK_LOST" : "TASK_DROPPED") + " REASON_AGENT_DRAINING");
    agent.restart();  // its answer is kept
    agent.all_heard();
    agent.rejoin();
    CHECK(agent.outcome() == std::string(plain ? "TASK_LOST" : "TASK_DROPPED") + " REASON_AGENT_DRAINING");
    agent.acknowledge();
    drain(agent);
    agent.run_with_new_executor(executor_task("t2"));
    CHECK(agent.sent<msg::ExecutorExited>().size() == 1);  // the master has charged for it
  }
}

TEST_CASE("executors are asked to kill, and what they say is explained") {
  AgentUnderTest agent(durable_options());
  agent.join();
  agent.start_executor("t1");
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::running)});
  agent.acknowledge();
  const bool limited = GENERATE(false, true);
  drain(agent, limited ? std::optional<Duration>(4s) : std::nullopt);
  const auto& kill = agent.only<msg::ExecutorKill>(kExecutor);
  CHECK(kill.task_id == "t1");
  CHECK(kill.kill_policy.has_value() == limited);
  if (limited) CHECK(kill.kill_policy->grace_period == 4s);
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::killing, 2)});
  CHECK(agent.outcome() == "TASK_KILLING REASON_AGENT_DRAINING");
  agent.acknowledge();
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::killed, 3)});
  CHECK(agent.outcome() == "TASK_KILLED REASON_AGENT_DRAINING");
}

TEST_CASE("tasks that wait for their executor are killed too") {
  AgentUnderTest agent(durable_options());
  agent.join();
  agent.run_with_new_executor(executor_task("t1"));
  agent.run(executor_task("t2"));
  drain(agent);
  CHECK(agent.outcomes() == std::vector<std::string>{"t1 TASK_KILLED", "t2 TASK_KILLED"});
  CHECK(agent.calls<KillContainer>().size() == 1);  // the executor is of no use
}

TEST_CASE("a drain survives restarts") {
  AgentUnderTest agent = running(30s);
  drain(agent, 20s);
  agent.sleep(5s);
  agent.restart();
  CHECK(agent.view().drain == DrainState::draining);
  agent.step(agent.event(ContainerEvent::Kind::recovered));
  CHECK(agent.only_call<KillContainer>().grace == 15s);
  agent.all_heard();
  agent.rejoin();
  agent.from_master(msg::DrainTasks{DrainConfig{20s, false}});  // the master says it again
  CHECK(agent.quiet());
  agent.run(command_task("t2"));
  CHECK(agent.calls<LaunchContainer>().empty());
}

TEST_CASE("a task whose launch and drain met in a crash is killed after it") {
  AgentUnderTest agent = running();
  record::Self self = *agent.disk.of<record::Self>().at(0);
  self.drain.emplace();
  agent.disk.make({put(self)});
  agent.restart();
  agent.step(agent.event(ContainerEvent::Kind::recovered));
  CHECK(agent.calls<KillContainer>().empty());
  agent.all_heard();
  CHECK(agent.calls<KillContainer>().size() == 1);
}

TEST_CASE("a drain of which a new master does not know is over when that launches a task") {
  AgentUnderTest agent(durable_options());
  agent.join();
  drain(agent);
  agent.step(PeerDisconnected{agent.peer, "reset"});
  agent.rejoin();
  CHECK(agent.view().drain == DrainState::drained);
  agent.run(command_task("t1"));
  CHECK(agent.calls<LaunchContainer>().size() == 1);
  CHECK(agent.view().drain == DrainState::none);
  CHECK_FALSE(agent.disk.of<record::Self>().at(0)->drain);
}

TEST_CASE("a drain ends when the master says so") {
  AgentUnderTest agent = running();
  drain(agent);
  agent.exited(15);
  agent.from_master(msg::DrainTasks{});
  CHECK(agent.view().drain == DrainState::none);
  CHECK_FALSE(agent.disk.of<record::Self>().at(0)->drain);
  agent.run(command_task("t2"));
  CHECK(agent.calls<LaunchContainer>().size() == 1);
}

}  // namespace mesoscore::test
