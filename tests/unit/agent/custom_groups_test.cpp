// Task groups of custom executors: they are delivered as a whole, and share one fate as well.
#include "group_under_test.hpp"

namespace mesoscore::test {

TEST_CASE("a custom executor gets a group in one message") {
  GroupUnderTest agent;
  agent.run_group({bare_task("t1"), bare_task("t2")}, true, custom_executor());
  CHECK(agent.only_call<LaunchContainer>().kind == ContainerKind::executor);
  agent.run(executor_task("single"));
  agent.started();
  agent.connect_executor();
  agent.subscribe();
  const auto& group = agent.only<msg::LaunchTaskGroup>(kExecutor);
  REQUIRE(group.tasks.size() == 2);
  CHECK(group.tasks[0].task_id == "t1");
  CHECK(group.tasks[1].executor->executor_id == "e1");
  CHECK(group.tasks[1].executor->framework_id == kFramework);
  CHECK(agent.only<msg::LaunchTask>(kExecutor).task.task_id == "single");
  CHECK(agent.only_call<UpdateContainer>().resources == Resources::parse("cpus:3.1;mem:224;disk:8").value());
}

TEST_CASE("a kill before delivery kills the whole group, and an executor without tasks is shut down") {
  GroupUnderTest agent;
  agent.run_group({bare_task("t1"), bare_task("t2")}, true, custom_executor());
  agent.kill("t2");
  CHECK(agent.told() == Lines{"t1 TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH",
                              "t2 TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH"});
  CHECK_THAT(agent.sent<msg::AgentUpdate>()[0]->status.message, Catch::Contains("with task 't2'"));
  CHECK(agent.only_call<KillContainer>().grace == 5s);
}

TEST_CASE("a custom executor is asked for the end of the others") {
  GroupUnderTest agent;
  agent.run_custom({"t1", "t2", "t3"});
  agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t3", TaskState::finished, 1)});
  CHECK(agent.asked().empty());
  SECTION("one has failed") {
    agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::failed, 2)});
    CHECK(agent.asked() == Lines{"t2"});
  }
  SECTION("one is to be killed") {
    agent.kill("t1", 2s);
    CHECK(agent.asked() == Lines{"t1", "t2"});
    CHECK(agent.sent<msg::ExecutorKill>(kExecutor)[1]->kill_policy->grace_period == 2s);
    agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t1", TaskState::killed, 2)});
    CHECK(agent.asked().empty());
  }
}

TEST_CASE("the end of a custom executor ends its groups, each task once") {
  GroupUnderTest agent;
  agent.run_custom({"t1", "t2"});
  agent.step(PeerDisconnected{kExecutor, "eof"});
  agent.run_group({bare_task("q1"), bare_task("q2")}, false, custom_executor());
  agent.exited(256);
  const std::string end = " TASK_FAILED REASON_EXECUTOR_TERMINATED";
  CHECK(agent.told() == Lines{"t1" + end, "t2" + end, "q1" + end, "q2" + end});
  CHECK(agent.kills().empty());
}

TEST_CASE("a group that was lost on the way to its executor is dropped as a whole") {
  GroupUnderTest agent;
  agent.run_custom({"t1", "t2"});
  agent.step(PeerDisconnected{kExecutor, "reset"});
  agent.connect_executor(PeerId{11});
  agent.subscribe(PeerId{11});
  CHECK(agent.told() ==
        Lines{"t1 TASK_DROPPED REASON_AGENT_RESTARTED", "t2 TASK_DROPPED REASON_AGENT_RESTARTED"});
  CHECK(agent.asked().empty());
  agent.only<msg::ExecutorShutdown>(PeerId{11});
}

TEST_CASE("what an executor says when it comes back is heard before anybody is killed") {
  GroupUnderTest agent;
  agent.run_custom({"t1", "t2", "t3"});
  agent.step(PeerDisconnected{kExecutor, "reset"});
  agent.connect_executor(PeerId{11});
  msg::ExecutorSubscribe again{kFramework, "e1", {bare_task("t3")}, {}};
  again.unacknowledged_updates = {executor_status("t1", TaskState::failed, 1),
                                  executor_status("t2", TaskState::finished, 2)};
  agent.subscribe(PeerId{11}, again);
  CHECK(agent.told() == Lines{"t1 TASK_FAILED", "t2 TASK_FINISHED"});
  CHECK(agent.asked() == Lines{"t3"});
}

TEST_CASE("after a restart a group that had not arrived is delivered as a whole") {
  GroupUnderTest agent(durable_options());
  agent.run_custom({"t2", "t1"});
  agent.restart();
  agent.step(agent.event(Kind::recovered));
  agent.all_heard();
  agent.connect_executor(PeerId{11});
  agent.subscribe(PeerId{11});
  REQUIRE(agent.only<msg::LaunchTaskGroup>(PeerId{11}).tasks.size() == 2);
  CHECK(agent.nothing<msg::LaunchTask>());
  CHECK(agent.only<msg::LaunchTaskGroup>(PeerId{11}).tasks[0].executor->executor_id == "e1");
}

}  // namespace mesoscore::test
