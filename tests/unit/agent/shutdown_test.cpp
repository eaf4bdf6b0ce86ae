// The end of frameworks and of the agent.
#include "agent_under_test.hpp"

namespace mesoscore::test {

TEST_CASE("a framework that is shut down loses its containers, and nobody is told") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("c"));
  const ContainerId command = agent.container;
  agent.started();
  agent.start_executor("t1");
  const ContainerId executor = agent.container;
  agent.run(command_task("other"), framework_info("F2"));
  agent.from_master(msg::ShutdownFramework{kFramework});
  CHECK(agent.nothing<msg::AgentUpdate>());
  CHECK(agent.only_call<KillContainer>().container_id == command);
  agent.only<msg::ExecutorShutdown>(kExecutor);
  CHECK(agent.view().unacknowledged == 0);
  CHECK(agent.view().used.get("cpus") == 3.1);  // they still run

  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::killed)});
  agent.only<msg::ExecutorAcknowledged>(kExecutor);
  CHECK(agent.nothing<msg::AgentUpdate>());
  agent.container = command;
  agent.exited(15);
  CHECK(agent.quiet());
  agent.advance(5s);
  CHECK(agent.only_call<KillContainer>().container_id == executor);
  agent.container = executor;
  agent.exited(9);
  CHECK(agent.nothing<msg::AgentUpdate>());
  CHECK(agent.view().tasks == 1);
  CHECK(agent.view().used.get("cpus") == 1);
  CHECK(agent.view().executors == 0);
}

TEST_CASE("while a framework ends it gets no tasks; afterwards its executors are told to end") {
  AgentUnderTest agent;
  agent.join();
  agent.run_with_new_executor(executor_task("queued"));
  agent.from_master(msg::ShutdownFramework{kFramework});
  CHECK(agent.only_call<KillContainer>().grace == 5s);
  CHECK(agent.view().tasks == 0);
  agent.run(command_task("late"));
  CHECK(agent.quiet());
  agent.run_with_new_executor(executor_task("late", "e2"));
  CHECK(agent.only<msg::ExecutorExited>(kMaster).executor_id == "e2");
  agent.from_master(msg::ShutdownFramework{kFramework});
  CHECK(agent.quiet());
  agent.exited(15);
  CHECK(agent.nothing<msg::AgentUpdate>());
  agent.connect_executor();
  agent.subscribe();
  agent.only<msg::ExecutorShutdown>(kExecutor);
  CHECK(agent.closed(kExecutor));
}

TEST_CASE("the frameworks that were shut down are remembered within the bound") {
  AgentOptions options = agent_options();
  options.limits.max_completed_frameworks = 2;
  AgentUnderTest agent(options);
  agent.join();
  for (const char* id : {"F1", "F2", "F3"}) {
    agent.run(command_task("t"), framework_info(id));
    agent.from_master(msg::ShutdownFramework{id});
    agent.exited(15);
  }
  for (const char* id : {"F1", "F2", "F3"}) {
    agent.connect_executor();
    agent.subscribe(kExecutor, {id, "e", {}, {}});
    CHECK(agent.refused(kExecutor) == (std::string_view(id) == "F1"));
  }
}

TEST_CASE("a framework that is not here is not shut down") {
  AgentUnderTest agent;
  agent.join();
  agent.from_master(msg::ShutdownFramework{"unknown"});
  CHECK(agent.quiet());
}

TEST_CASE("an agent with nothing to do stops at once") {
  AgentUnderTest agent;
  SECTION("before it began") {}
  SECTION("while it dials") { agent.advance(1s); }
  SECTION("while it registers") {
    agent.connect();
    agent.step(Stop{});
    CHECK(agent.nothing<msg::UnregisterAgent>());
    CHECK(agent.closed(kMaster));
  }
  SECTION("registered") {
    agent.join(75s);
    agent.connect_executor();
    agent.step(Stop{});
    agent.only<msg::UnregisterAgent>(kMaster);
    CHECK(agent.closed(kMaster));
    CHECK(agent.closed(kExecutor));
  }
  agent.step(Stop{});
  CHECK(agent.machine().stopped());
  CHECK(agent.machine().next_deadline() == kNever);
  agent.step(PeerConnected{PeerId{5}, PeerRole::master, ""},
             PeerConnected{PeerId{6}, PeerRole::executor, ""});
  CHECK(agent.closed(PeerId{5}));
  CHECK(agent.closed(PeerId{6}));
  agent.advance(1h);
  CHECK(agent.quiet());
}

TEST_CASE("a stop kills by policy, reports, and unregisters when the reports have arrived") {
  AgentUnderTest agent;
  agent.join(75s);
  TaskInfo task = command_task("c");
  task.kill_policy = KillPolicy{8s};
  agent.run(std::move(task));
  const ContainerId command = agent.container;
  agent.started();
  agent.acknowledge();
  agent.start_executor("t1");
  const ContainerId executor = agent.container;
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::running)});
  agent.acknowledge();

  agent.step(Stop{});
  CHECK(agent.only_call<KillContainer>().grace == 8s);
  agent.only<msg::ExecutorShutdown>(kExecutor);
  CHECK(agent.outcome() == "TASK_KILLING");
  agent.acknowledge();
  agent.run(command_task("late"));
  CHECK(agent.quiet());
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::killed, 2)});
  agent.acknowledge();
  agent.container = executor;
  agent.exited(0);
  CHECK_FALSE(agent.machine().stopped());
  agent.container = command;
  agent.exited(15);
  CHECK(agent.outcome() == "TASK_KILLED");
  CHECK(agent.nothing<msg::UnregisterAgent>());
  agent.acknowledge();
  agent.only<msg::UnregisterAgent>(kMaster);
  CHECK(agent.closed(kMaster));
  CHECK(agent.machine().stopped());
}

TEST_CASE("reports that nobody acknowledges hold a stop up for one second") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("c"));
  agent.started();
  agent.step(Stop{});
  agent.exited(15);
  agent.advance(999ms);
  CHECK_FALSE(agent.machine().stopped());
  agent.advance(1ms);
  agent.only<msg::UnregisterAgent>(kMaster);
  CHECK(agent.machine().stopped());
  CHECK(agent.machine().next_deadline() == kNever);
}

TEST_CASE("a stop without a master does not wait for one") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("c"));
  agent.started();
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.step(Stop{});
  CHECK_FALSE(agent.machine().stopped());
  agent.exited(15);
  CHECK(agent.machine().stopped());
}

TEST_CASE("queued tasks are killed by a stop, and their executor with them") {
  AgentUnderTest agent;
  agent.join();
  agent.run_with_new_executor(executor_task("t1"));
  agent.step(Stop{});
  CHECK(agent.outcome() == "TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH");
  CHECK(agent.only_call<KillContainer>().grace == 5s);
  agent.acknowledge();
  CHECK_FALSE(agent.machine().stopped());
  agent.exited(15);
  CHECK(agent.machine().stopped());
}

}  // namespace mesoscore::test
