// Custom executors: processes that connect and run many tasks.
#include "agent_under_test.hpp"

namespace mesoscore::test {
namespace {

msg::ExecutorSubscribe subscription() { return {kFramework, "e1", {}, {}}; }

}  // namespace

TEST_CASE("the first task of an executor starts it, and waits until it subscribes") {
  AgentUnderTest agent;
  agent.join();
  agent.run_with_new_executor(executor_task("t1"));
  const auto& launch = agent.only_call<LaunchContainer>();
  CHECK(launch.kind == ContainerKind::executor);
  CHECK(launch.task.executor->executor_id == "e1");
  CHECK(launch.task.executor->framework_id == kFramework);
  CHECK(launch.resources == Resources::parse("cpus:0.1;mem:32").value());
  agent.run(executor_task("t2"));
  CHECK(agent.quiet());
  CHECK(agent.view().executors == 1);
  CHECK(agent.view().used == Resources::parse("cpus:2.1;mem:160").value());
  agent.started();
  CHECK(agent.quiet());
  agent.connect_executor();
  CHECK(agent.quiet());

  agent.subscribe();
  const auto& subscribed = agent.only<msg::ExecutorSubscribed>(kExecutor);
  CHECK(subscribed.executor.executor_id == "e1");
  CHECK(subscribed.framework->id == kFramework);
  CHECK(subscribed.agent->id == kAgent);
  CHECK(subscribed.container_id == agent.container);
  CHECK(agent.only_call<UpdateContainer>().resources == Resources::parse("cpus:2.1;mem:160").value());
  const auto tasks = agent.sent<msg::LaunchTask>(kExecutor);
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[0]->task.task_id == "t1");
  CHECK(tasks[1]->task.task_id == "t2");
  CHECK(std::holds_alternative<msg::ExecutorSubscribed>(agent.out().sends.front().message));
  CHECK(agent.machine().next_deadline() == kNever);

  agent.run(executor_task("t3"));
  CHECK(agent.only<msg::LaunchTask>(kExecutor).task.task_id == "t3");
  CHECK(agent.only_call<UpdateContainer>().resources == Resources::parse("cpus:3.1;mem:224").value());
}

TEST_CASE("the updates of an executor are acknowledged to it and passed on") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  TaskStatus status = executor_status("t1", TaskState::running);
  status.executor_id = "whatever it thinks";
  status.data = "d";
  status.healthy = true;
  agent.receive(kExecutor, msg::ExecutorUpdate{status});
  CHECK(agent.only<msg::ExecutorAcknowledged>(kExecutor).uuid == *status.uuid);
  const TaskStatus& sent = agent.sent_update().status;
  CHECK(sent.source == TaskSource::executor);
  CHECK(sent.executor_id == "e1");
  CHECK(sent.agent_id == kAgent);
  CHECK(sent.timestamp == to_unix_seconds(agent.now()));
  CHECK(sent.data == "d");
  CHECK(sent.healthy == true);
  CHECK(sent.uuid == status.uuid);

  status.timestamp = 17;
  status.uuid->bytes.fill(2);
  agent.receive(kExecutor, msg::ExecutorUpdate{status});
  agent.acknowledge("t1", *executor_status("", TaskState::running, 1).uuid);
  CHECK(agent.sent_update().status.timestamp == 17);
}

TEST_CASE("the end of a task gives its resources back") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::finished)});
  CHECK(agent.outcome() == "TASK_FINISHED");
  CHECK(agent.only_call<UpdateContainer>().resources == Resources::parse("cpus:0.1;mem:32").value());
  CHECK(agent.view().used == Resources::parse("cpus:0.1;mem:32").value());
  agent.acknowledge();
  CHECK(agent.quiet());  // the executor may get more tasks
  CHECK(agent.view().executors == 1);
}

TEST_CASE("an executor is always acknowledged, but only news is passed on") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  const auto tell = [&](std::string_view task, TaskState state, std::uint8_t uuid) {
    agent.receive(kExecutor, msg::ExecutorUpdate{executor_status(task, state, uuid)});
    agent.only<msg::ExecutorAcknowledged>(kExecutor);
  };
  tell("t1", TaskState::running, 1);
  CHECK(agent.outcome() == "TASK_RUNNING");
  tell("t1", TaskState::running, 1);  // the same update
  CHECK(agent.nothing<msg::AgentUpdate>());
  agent.acknowledge("t1", *executor_status("", TaskState::running, 1).uuid);
  tell("t1", TaskState::running, 1);  // and after it was acknowledged
  CHECK(agent.nothing<msg::AgentUpdate>());
  tell("t1", TaskState::finished, 2);
  CHECK(agent.outcome() == "TASK_FINISHED");
  tell("t1", TaskState::failed, 3);  // the first end counts
  CHECK(agent.nothing<msg::AgentUpdate>());
  CHECK(agent.view().unacknowledged == 1);
  agent.acknowledge("t1", *executor_status("", TaskState::running, 2).uuid);
  tell("t1", TaskState::failed, 4);  // the task is forgotten
  CHECK(agent.nothing<msg::AgentUpdate>());
}

TEST_CASE("an executor that does not subscribe in time is killed") {
  AgentUnderTest agent;
  agent.join();
  agent.run_with_new_executor(executor_task("t1"));
  agent.run(executor_task("t2"));
  agent.advance(60s);
  CHECK(agent.only_call<KillContainer>().grace == 0s);
  CHECK(agent.nothing<msg::AgentUpdate>());
  agent.exited(9);
  CHECK(agent.outcomes() == std::vector<std::string>{"t1 TASK_FAILED", "t2 TASK_FAILED"});
  const TaskStatus& status = agent.sent<msg::AgentUpdate>()[0]->status;
  CHECK(status.reason == TaskReason::executor_registration_timeout);
  CHECK(status.executor_id == "e1");
  CHECK(status.source == TaskSource::agent);
  CHECK(agent.only<msg::ExecutorExited>(kMaster).wait_status == 9);
}

TEST_CASE("an executor that cannot be started fails its tasks") {
  AgentUnderTest agent;
  agent.join();
  agent.run_with_new_executor(executor_task("t1"));
  agent.step(agent.launch_failed("no such program './executor'"));
  CHECK(agent.outcome() == "TASK_FAILED REASON_CONTAINER_LAUNCH_FAILED");
  CHECK(agent.sent_update().status.message == "no such program './executor'");
  CHECK(agent.only<msg::ExecutorExited>(kMaster).executor_id == "e1");
  CHECK(agent.view().executors == 0);
}

TEST_CASE("the end of an executor is the end of its tasks") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("done");
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("done", TaskState::finished)});
  agent.run(executor_task("live"));
  agent.step(PeerDisconnected{kExecutor, "eof"});
  agent.run(executor_task("queued"));
  agent.exited(256);
  CHECK(agent.outcomes() == std::vector<std::string>{"live TASK_FAILED", "queued TASK_FAILED"});
  const TaskStatus& status = agent.sent<msg::AgentUpdate>()[0]->status;
  CHECK(status.reason == TaskReason::executor_terminated);
  CHECK(status.message == "the executor has ended: exited with status 1");
  CHECK(agent.calls<UpdateContainer>().empty());
  CHECK(agent.view().executors == 0);
  CHECK(agent.view().used.empty());
  agent.run_with_new_executor(executor_task("again"));  // a new one with the id may start at once
  CHECK(agent.calls<LaunchContainer>().size() == 1);
}

TEST_CASE("a limitation of the executor's container explains the end of its tasks") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  ContainerEvent exit = agent.event(ContainerEvent::Kind::exited);
  exit.state = TaskState::failed;
  exit.reason = TaskReason::container_limitation_memory;
  exit.message = "over 96 MB";
  agent.step(exit);
  CHECK(agent.outcome() == "TASK_FAILED REASON_CONTAINER_LIMITATION_MEMORY");
  CHECK(agent.sent_update().status.message == "over 96 MB");
  CHECK(agent.closed(kExecutor));
}

TEST_CASE("master and agent must agree whether an executor is new") {
  AgentUnderTest agent;
  agent.join();
  SECTION("the master thinks that it runs") { agent.run(executor_task("t")); }
  SECTION("the master thinks that it does not") {
    agent.start_executor("t1");
    agent.run_with_new_executor(executor_task("t"));
  }
  SECTION("it is terminating") {
    agent.start_executor("t1");
    agent.from_master(msg::AgentShutdownExecutor{kFramework, "e1"});
    agent.run(executor_task("t"));
  }
  CHECK(agent.outcome() == "TASK_DROPPED REASON_EXECUTOR_TERMINATED");
  CHECK(agent.calls<LaunchContainer>().empty());
  CHECK(agent.sent_update().status.source == TaskSource::agent);
}

TEST_CASE("DROPPED is LOST for those who do not know it") {
  AgentUnderTest agent;
  agent.join();
  agent.run(executor_task("t"), plain_framework());
  CHECK(agent.outcome() == "TASK_LOST REASON_EXECUTOR_TERMINATED");
}

TEST_CASE("a launch that is refused before the executor starts frees what the master set aside for it") {
  AgentUnderTest agent;
  agent.join();
  TaskInfo task = executor_task("t");
  task.resources = {};
  agent.run_with_new_executor(task);
  CHECK(agent.outcome() == "TASK_ERROR REASON_TASK_INVALID");
  CHECK(agent.only<msg::ExecutorExited>(kMaster).executor_id == "e1");
}

TEST_CASE("a kill before delivery is KILLED at once; an executor that is left without tasks is shut down") {
  AgentUnderTest agent;
  agent.join();
  agent.run_with_new_executor(executor_task("t1"));
  agent.run(executor_task("t2"));
  agent.kill("t1");
  CHECK(agent.outcome() == "TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH");
  CHECK(agent.calls<KillContainer>().empty());
  agent.kill("t2");
  CHECK(agent.outcome() == "TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH");
  CHECK(agent.only_call<KillContainer>().grace == 5s);  // it has no connection to be asked by
  agent.connect_executor();
  agent.subscribe();
  agent.only<msg::ExecutorShutdown>(kExecutor);
  CHECK(agent.closed(kExecutor));
}

TEST_CASE("every kill of a delivered task reaches its executor") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  for (const Duration grace : {3s, 1s, 9s}) {
    agent.kill("t1", grace);
    CHECK(agent.only<msg::ExecutorKill>(kExecutor).kill_policy->grace_period == grace);
    CHECK(agent.nothing<msg::AgentUpdate>());
  }
  agent.kill("t1");
  CHECK_FALSE(agent.only<msg::ExecutorKill>(kExecutor).kill_policy.has_value());
}

TEST_CASE("an executor that was away hears of launches and kills when it is back") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::running)});
  agent.step(PeerDisconnected{kExecutor, "reset"});
  CHECK(agent.view().executors == 1);
  agent.kill("t1", 1s);
  agent.run(executor_task("t2"));
  agent.run(executor_task("t3"));
  CHECK(agent.quiet());
  agent.kill("t3");
  CHECK(agent.outcome() == "TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH");
  agent.connect_executor(PeerId{11});
  agent.subscribe(PeerId{11});
  CHECK(agent.only<msg::ExecutorKill>(PeerId{11}).kill_policy->grace_period == 1s);
  CHECK(agent.only<msg::LaunchTask>(PeerId{11}).task.task_id == "t2");
  agent.receive(PeerId{11}, msg::ExecutorSubscribe(subscription()));
  CHECK(agent.nothing<msg::ExecutorKill>());  // once is enough
}

TEST_CASE("re-subscription: what the executor missed, and what the agent missed") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("lost");
  for (const char* id : {"arrived", "running", "ended"}) agent.run(executor_task(id));
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("running", TaskState::running, 1)});
  agent.step(PeerDisconnected{kExecutor, "reset"});
  agent.connect_executor(PeerId{11});
  msg::ExecutorSubscribe again = subscription();
  again.unacknowledged_tasks.push_back(executor_task("arrived"));
  again.unacknowledged_updates = {executor_status("running", TaskState::running, 1),
                                  executor_status("ended", TaskState::finished, 2)};
  agent.subscribe(PeerId{11}, again);
  CHECK(agent.outcomes() == std::vector<std::string>{"ended TASK_FINISHED", "lost TASK_DROPPED"});
  CHECK(agent.sent<msg::AgentUpdate>()[1]->status.reason == TaskReason::agent_restarted);
  CHECK(agent.sent<msg::ExecutorAcknowledged>(PeerId{11}).size() == 2);
  CHECK(std::holds_alternative<msg::ExecutorSubscribed>(agent.out().sends.front().message));
}

TEST_CASE("an executor whose only task was lost on the way to it is shut down") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.step(PeerDisconnected{kExecutor, "reset"});
  agent.connect_executor(PeerId{11});
  agent.subscribe(PeerId{11});
  CHECK(agent.outcomes() == std::vector<std::string>{"t1 TASK_DROPPED"});
  agent.only<msg::ExecutorShutdown>(PeerId{11});
}

TEST_CASE("a second subscription ends the first connection") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.connect_executor(PeerId{11});
  agent.subscribe(PeerId{11}, {kFramework, "e1", {executor_task("t1")}, {}});
  CHECK(agent.closed(kExecutor));
  agent.step(PeerDisconnected{kExecutor, "closed"});
  agent.kill("t1");
  agent.only<msg::ExecutorKill>(PeerId{11});
}

TEST_CASE("a late subscription on an older connection changes nothing") {
  AgentUnderTest agent;
  agent.join();
  agent.connect_executor(PeerId{11});  // what it has sent is under way for long
  agent.start_executor("t1");
  agent.subscribe(PeerId{11});  // and knows nothing of the task
  CHECK(agent.closed(PeerId{11}));
  CHECK_FALSE(agent.closed(kExecutor));
  CHECK(agent.nothing<msg::AgentUpdate>());
  agent.kill("t1");
  agent.only<msg::ExecutorKill>(kExecutor);
}

TEST_CASE("a subscription repeated on its connection changes nothing") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.subscribe(kExecutor, {kFramework, "e1", {executor_task("t1")}, {}});
  agent.only<msg::ExecutorSubscribed>(kExecutor);
  CHECK_FALSE(agent.closed(kExecutor));
  CHECK(agent.nothing<msg::AgentUpdate>());
}

TEST_CASE("the shutdown of an executor: it is asked, then killed") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.from_master(msg::AgentShutdownExecutor{kFramework, "e1"});
  agent.only<msg::ExecutorShutdown>(kExecutor);
  CHECK(agent.calls<KillContainer>().empty());
  agent.from_master(msg::AgentShutdownExecutor{kFramework, "e1"});
  CHECK(agent.quiet());
  agent.kill("t1");
  CHECK(agent.quiet());
  agent.advance(5s);
  CHECK(agent.only_call<KillContainer>().grace == 0s);
  agent.exited(9);
  CHECK(agent.outcome() == "TASK_FAILED REASON_EXECUTOR_TERMINATED");
  agent.from_master(msg::AgentShutdownExecutor{kFramework, "e1"});
  CHECK(agent.quiet());
}

TEST_CASE("what an executor reports while it shuts down counts") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.from_master(msg::AgentShutdownExecutor{kFramework, "e1"});
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::killed)});
  CHECK(agent.outcome() == "TASK_KILLED");
  CHECK(agent.calls<UpdateContainer>().empty());
  agent.exited(0);
  CHECK(agent.nothing<msg::AgentUpdate>());
}

TEST_CASE("messages between framework and executor pass through, if both are there") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.from_master(msg::FrameworkToExecutor{kFramework, "e1", "hello"});
  CHECK(agent.only<msg::ExecutorMessage>(kExecutor).data == "hello");
  agent.receive(kExecutor, msg::ExecutorMessage{"world"});
  const auto& passed = agent.only<msg::ExecutorToFramework>(kMaster);
  CHECK(passed.framework_id == kFramework);
  CHECK(passed.executor_id == "e1");
  CHECK(passed.data == "world");

  agent.from_master(msg::FrameworkToExecutor{kFramework, "unknown", "hello"});
  CHECK(agent.quiet());
  CHECK(agent.noticed("unknown"));
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.receive(kExecutor, msg::ExecutorMessage{"world"});
  CHECK(agent.quiet());
  CHECK(agent.noticed("e1"));
}

}  // namespace mesoscore::test
