// Task groups whose executor is of type DEFAULT: each task is a container of its own, and they share one
// fate.
#include "group_under_test.hpp"

namespace mesoscore::test {

TEST_CASE("the tasks of a group start together, each in a container of its own") {
  GroupUnderTest agent;
  agent.run_group({command_task("t1"), command_task("t2")});
  const auto launches = agent.calls<LaunchContainer>();
  REQUIRE(launches.size() == 2);
  CHECK(launches[0]->kind == ContainerKind::command);
  CHECK(launches[0]->task.task_id == "t1");
  CHECK(launches[0]->resources == Resources::parse("cpus:1;mem:64").value());
  CHECK(launches[1]->task.task_id == "t2");
  CHECK(launches[0]->container_id != launches[1]->container_id);
  CHECK(agent.view().executors == 1);
  CHECK(agent.view().used == Resources::parse("cpus:2.1;mem:160;disk:8").value());
  agent.start("t1");
  CHECK(agent.outcome() == "TASK_RUNNING");
  CHECK(agent.sent_update().status.executor_id == "pod");
  CHECK(agent.machine().tasks().at(1).executor_id == "pod");
}

TEST_CASE("a member that finishes leaves the others alone") {
  GroupUnderTest agent;
  agent.run_pod({"t1", "t2"});
  agent.exit("t1", 0);
  CHECK(agent.told() == Lines{"t1 TASK_FINISHED"});
  CHECK(agent.kills().empty());
  CHECK(agent.nothing<msg::ExecutorExited>());
  CHECK(agent.view().used == Resources::parse("cpus:1.1;mem:96;disk:8").value());
  agent.acknowledge();
  agent.exit("t2", 0);
  CHECK(agent.told() == Lines{"t2 TASK_FINISHED"});
}

TEST_CASE("the executor ends with the last of its tasks, and the master hears of it first") {
  GroupUnderTest agent;
  agent.run_pod({"t1", "t2"});
  agent.exit("t1", 0);
  agent.acknowledge();
  agent.exit("t2", 0);
  const auto& exit = agent.only<msg::ExecutorExited>(kMaster);
  CHECK(exit.executor_id == "pod");
  CHECK(exit.framework_id == kFramework);
  CHECK(exit.wait_status == 0);
  CHECK(std::holds_alternative<msg::ExecutorExited>(agent.out().sends.front().message));
  CHECK(agent.view().executors == 0);
  CHECK(agent.view().used.empty());
  agent.acknowledge();
  CHECK(agent.quiet());
  agent.run_pod({"t1"});  // a new one of the same id
  CHECK(agent.view().executors == 1);
}

TEST_CASE("a member that fails takes the others with it, each by its own kill policy") {
  GroupUnderTest agent;
  TaskInfo patient = command_task("patient");
  patient.kill_policy = KillPolicy{20s};
  agent.run_group({command_task("bad"), patient, command_task("done")});
  for (const char* id : {"bad", "patient", "done"}) {
    agent.start(id);
    agent.acknowledge();
  }
  agent.exit("done", 0);
  agent.acknowledge();
  agent.exit("bad", 256);
  CHECK(agent.told() == Lines{"bad TASK_FAILED", "patient TASK_KILLING"});
  CHECK(agent.kills() == Lines{"patient 20s"});
  CHECK(agent.sent<msg::AgentUpdate>()[1]->status.message ==
        "task 'bad' of its group ended with TASK_FAILED");
  CHECK(agent.noticed("bad"));
  agent.acknowledge_all();
  agent.exit("patient", 15);
  CHECK(agent.told() == Lines{"patient TASK_KILLED"});
  CHECK(agent.sent_update().status.message ==
        "task 'bad' of its group ended with TASK_FAILED; killed by signal 15 (SIGTERM)");
  agent.only<msg::ExecutorExited>(kMaster);
}

TEST_CASE("a member that somebody else kills takes the others with it") {
  GroupUnderTest agent;
  agent.run_pod({"t1", "t2"});
  ContainerEvent event = agent.event_of("t1", Kind::exited);
  event.state = TaskState::killed;
  agent.step(event);
  CHECK(agent.told() == Lines{"t1 TASK_KILLED", "t2 TASK_KILLING"});
  CHECK(agent.kills() == Lines{"t2 3s"});
}

TEST_CASE("to kill one member is to kill all of them") {
  GroupUnderTest agent;
  agent.run_pod({"t1", "t2", "t3"});
  agent.exit("t3", 0);
  agent.acknowledge();
  agent.kill("t2", 7s);
  CHECK(agent.told() == Lines{"t1 TASK_KILLING", "t2 TASK_KILLING"});
  CHECK(agent.kills() == Lines{"t1 7s", "t2 7s"});
  CHECK(agent.sent<msg::AgentUpdate>()[0]->status.message == "its group is killed, with task 't2'");
  CHECK(agent.sent<msg::AgentUpdate>()[1]->status.message.empty());
  agent.acknowledge_all();
  agent.kill("t1", 9s);  // no kill gives more time
  CHECK(agent.quiet());
  agent.kill("t1", 0s);
  CHECK(agent.kills() == Lines{"t1 0s", "t2 0s"});
  agent.exit("t1", 9);
  CHECK(agent.told() == Lines{"t1 TASK_KILLED"});
  CHECK(agent.kills().empty());
}

TEST_CASE("a kill before any member has started") {
  GroupUnderTest agent;
  agent.run_group({command_task("t1"), command_task("t2")}, true, pod_executor(), plain_framework());
  agent.kill("t1");
  CHECK(agent.kills() == Lines{"t1 3s", "t2 3s"});
  agent.start("t1");
  CHECK(agent.quiet());
  agent.step(agent.event_of("t2", Kind::launch_failed));
  CHECK(agent.told() == Lines{"t2 TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH"});
  agent.exit("t1", 15);
  CHECK(agent.told() == Lines{"t1 TASK_KILLED"});
}

TEST_CASE("when one container cannot be started none of the group goes on") {
  GroupUnderTest agent;
  agent.run_group({command_task("t1"), command_task("t2"), command_task("t3")});
  agent.start("t1");
  agent.acknowledge();
  ContainerEvent failed = agent.event_of("t2", Kind::launch_failed);
  failed.message = "no such program";
  agent.step(failed);
  CHECK(agent.told() ==
        Lines{"t2 TASK_FAILED REASON_CONTAINER_LAUNCH_FAILED", "t1 TASK_KILLING", "t3 TASK_KILLING"});
  CHECK(agent.kills() == Lines{"t1 3s", "t3 3s"});
  agent.acknowledge_all();
  agent.step(agent.event_of("t3", Kind::launch_failed));
  CHECK(agent.told() == Lines{"t3 TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH"});
}

TEST_CASE("several groups of one executor have each a fate of its own") {
  GroupUnderTest agent;
  agent.run_pod({"a1", "a2"});
  agent.run_pod({"b1", "b2"}, false);
  CHECK(agent.view().executors == 1);
  agent.exit("a1", 256);
  CHECK(agent.kills() == Lines{"a2 3s"});
  agent.acknowledge_all();
  agent.exit("a2", 15);
  CHECK(agent.kills().empty());
  CHECK(agent.nothing<msg::ExecutorExited>());
  CHECK(agent.view().used == Resources::parse("cpus:2.1;mem:160;disk:8").value());
}

TEST_CASE("max_completion_time of one member ends the group") {
  GroupUnderTest agent;
  TaskInfo slow = command_task("slow");
  slow.max_completion_time = 10s;
  agent.run_group({slow, command_task("t2")}, true, pod_executor(), plain_framework());
  agent.start("slow");
  agent.start("t2");
  agent.advance(9s);
  CHECK(agent.kills().empty());
  agent.advance(1s);
  CHECK(agent.kills() == Lines{"slow 3s"});
  agent.exit("slow", 15);
  CHECK(agent.kills() == Lines{"t2 3s"});
}

TEST_CASE("a member that its health check kills ends the group") {
  GroupUnderTest agent;
  TaskInfo sick = command_task("sick");
  sick.health_checks.push_back(
      {.probe = TcpProbe{.port = 80}, .delay = 0s, .grace_period = 0s, .consecutive_failures = 1});
  agent.run_group({sick, command_task("t2")}, true, pod_executor(), plain_framework());
  agent.start("t2");
  agent.start("sick");
  agent.advance(1s);
  ContainerEvent probed = agent.event_of("sick", Kind::probed);
  probed.number = agent.only_call<ProbeContainer>().number;
  probed.probe = ProbeResult{};
  agent.step(probed);
  CHECK(agent.kills() == Lines{"sick 3s"});
  agent.exit("sick", 15);
  CHECK(agent.kills() == Lines{"t2 3s"});
}

TEST_CASE("the shutdown of the executor kills all of its groups, with at most its own grace") {
  GroupUnderTest agent;
  TaskInfo patient = command_task("a1");
  patient.kill_policy = KillPolicy{20s};
  agent.run_group({patient});
  agent.run_group({command_task("b1")}, false);
  agent.run(command_task("alone"));
  agent.from_master(msg::AgentShutdownExecutor{kFramework, "pod"});
  CHECK(agent.kills() == Lines{"a1 5s", "b1 3s"});
  agent.from_master(msg::AgentShutdownExecutor{kFramework, "pod"});
  CHECK(agent.quiet());
  agent.run_group({command_task("late")}, false);
  CHECK(agent.told() == Lines{"late TASK_DROPPED REASON_EXECUTOR_TERMINATED"});
}

TEST_CASE("a drained agent kills its groups and takes no new ones") {
  GroupUnderTest agent;
  agent.run_pod({"t1", "t2"});
  agent.from_master(msg::DrainTasks{DrainConfig{1s, false}});
  CHECK(agent.kills() == Lines{"t1 1s", "t2 1s"});
  agent.acknowledge_all();
  agent.exit("t1", 15);
  CHECK(agent.told() == Lines{"t1 TASK_KILLED REASON_AGENT_DRAINING"});
  agent.run_group({command_task("t3"), command_task("t4")}, false);
  CHECK(agent.told() ==
        Lines{"t3 TASK_DROPPED REASON_AGENT_DRAINING", "t4 TASK_DROPPED REASON_AGENT_DRAINING"});
}

TEST_CASE("a framework that is shut down takes its groups with it") {
  GroupUnderTest agent;
  agent.run_pod({"t1", "t2"});
  agent.from_master(msg::ShutdownFramework{kFramework});
  CHECK(agent.nothing<msg::AgentUpdate>());
  CHECK(agent.kills().size() >= 2);
  agent.exit("t1", 15);
  CHECK(agent.nothing<msg::AgentUpdate>());
  agent.exit("t2", 15);
  agent.only<msg::ExecutorExited>(kMaster);
  CHECK(agent.view().executors == 0);
  CHECK(agent.machine().tasks().empty());
}

TEST_CASE("an agent that stops kills its groups") {
  GroupUnderTest agent;
  agent.run_pod({"t1", "t2"});
  agent.step(Stop{});
  CHECK(agent.kills().size() == 2);
  agent.acknowledge_all();
  agent.exit("t1", 15);
  agent.acknowledge_all();
  agent.exit("t2", 15);
  agent.acknowledge_all();
  CHECK(agent.machine().stopped());
}

TEST_CASE("a re-registration names executors and tasks of groups") {
  GroupUnderTest agent;
  agent.run_pod({"t1", "t2"});
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.connect(PeerId{2});
  const auto& again = agent.only<msg::ReregisterAgent>(PeerId{2});
  REQUIRE(again.executors.size() == 1);
  CHECK(again.executors[0].info.type == ExecutorInfo::Type::default_);
  CHECK(again.executors[0].info.framework_id == kFramework);
  REQUIRE(again.tasks.size() == 2);
  CHECK(again.tasks[1].executor_id == "pod");
}

TEST_CASE("nobody can speak for an executor of type DEFAULT") {
  GroupUnderTest agent;
  agent.run_pod({"t1"});
  agent.connect_executor();
  agent.subscribe(kExecutor, {kFramework, "pod", {}, {}});
  CHECK(agent.refused(kExecutor));
  agent.from_master(msg::FrameworkToExecutor{kFramework, "pod", "hello"});
  CHECK(agent.quiet());
}

TEST_CASE("a group that does not fit its agent is dropped as a whole") {
  GroupUnderTest agent;
  std::string expected = "TASK_DROPPED REASON_EXECUTOR_TERMINATED";
  bool launch_executor = false;
  SECTION("the master thinks that the executor runs") {}
  SECTION("the master thinks that it does not") {
    agent.run_pod({"before"});
    launch_executor = true;
  }
  SECTION("it is of another type") { agent.run_with_new_executor(executor_task("before", "pod")); }
  agent.run_group({command_task("t1"), command_task("t2")}, launch_executor);
  CHECK(agent.told() == Lines{"t1 " + expected, "t2 " + expected});
  CHECK(agent.calls<LaunchContainer>().empty());
  CHECK(agent.kills().empty());
  for (const auto* update : agent.sent<msg::AgentUpdate>()) CHECK(update->status.executor_id == "pod");
}

TEST_CASE("a group of which one member is not valid is an ERROR for all, and its executor is not charged") {
  GroupUnderTest agent;
  TaskInfo bad = command_task("bad");
  bad.command.reset();
  agent.run_group({command_task("t1"), bad});
  CHECK(agent.told() ==
        Lines{"t1 TASK_ERROR REASON_TASK_GROUP_INVALID", "bad TASK_ERROR REASON_TASK_GROUP_INVALID"});
  CHECK_THAT(agent.sent<msg::AgentUpdate>()[0]->status.message, Catch::Contains("'bad'"));
  CHECK(agent.only<msg::ExecutorExited>(kMaster).executor_id == "pod");
  CHECK(agent.calls<LaunchContainer>().empty());
}

TEST_CASE(
    "a group with the id of a task that is there: the others are dropped, and that one is not answered for") {
  GroupUnderTest agent;
  agent.run(command_task("t1"));
  agent.run_group({command_task("t1"), command_task("t2")});
  CHECK(agent.told() == Lines{"t2 TASK_DROPPED REASON_TASK_GROUP_INVALID"});
  CHECK(agent.only<msg::ExecutorExited>(kMaster).executor_id == "pod");
  agent.acknowledge();
  agent.run_group({command_task("t1")});
  CHECK(agent.told().empty());
  agent.run_group({command_task("t3"), command_task("t3")});
  CHECK(agent.told() == Lines{"t3 TASK_DROPPED REASON_TASK_GROUP_INVALID"});
}

TEST_CASE("a group without ids ends the connection of the master") {
  GroupUnderTest agent;
  std::vector<TaskInfo> tasks{command_task("t1"), command_task("t2")};
  ExecutorInfo executor = pod_executor();
  SECTION("of a task") { tasks[1].task_id = ""; }
  SECTION("of the executor") { executor.executor_id = ""; }
  SECTION("no tasks at all") { tasks.clear(); }
  agent.run_group(tasks, true, executor);
  CHECK(agent.refused(kMaster));
  CHECK(agent.machine().tasks().empty());
}

TEST_CASE("a group for another agent, or for an agent that stops, is ignored") {
  GroupUnderTest agent;
  std::vector<TaskInfo> tasks{command_task("t1"), command_task("t2")};
  tasks[1].agent_id = "S2";
  agent.run_group(tasks);
  CHECK(agent.quiet());
  CHECK(agent.noticed("S2"));
  agent.run(command_task("holds"));
  agent.step(Stop{});
  agent.run_group({command_task("t1")});
  CHECK(agent.told().empty());
  CHECK(agent.only<msg::ExecutorExited>(kMaster).executor_id == "pod");
}

TEST_CASE("a single task cannot be run by an executor of type DEFAULT") {
  GroupUnderTest agent;
  TaskInfo task = executor_task("t1", "pod");
  task.executor->type = ExecutorInfo::Type::default_;
  agent.run_with_new_executor(task);
  CHECK(agent.told() == Lines{"t1 TASK_ERROR REASON_TASK_INVALID"});
  CHECK(agent.only<msg::ExecutorExited>(kMaster).executor_id == "pod");
}

}  // namespace mesoscore::test
