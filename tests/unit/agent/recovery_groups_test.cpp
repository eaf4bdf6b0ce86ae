// An agent that is started again: its groups and their fate.
#include "group_under_test.hpp"

namespace mesoscore::test {
namespace {

GroupUnderTest running(const std::vector<std::string>& ids) {
  GroupUnderTest agent(durable_options());
  agent.run_pod(ids);
  return agent;
}

}  // namespace

TEST_CASE("a group that lives goes on, with its executor and its fate") {
  GroupUnderTest agent = running({"t1", "t2"});
  CHECK(agent.disk.has("executor/F1/pod"));
  agent.restart();
  CHECK(agent.only_call<RecoverContainers>().known.size() == 2);  // the executor is none
  agent.step(agent.event_of("t1", Kind::recovered));
  agent.step(agent.event_of("t2", Kind::recovered));
  agent.all_heard();
  CHECK(agent.kills().empty());
  CHECK(agent.view().used == Resources::parse("cpus:2.1;mem:160;disk:8").value());
  agent.rejoin();
  agent.run_pod({"t3"}, false);  // another group of that executor
  agent.exit("t1", 256);
  CHECK(agent.told() == Lines{"t1 TASK_FAILED", "t2 TASK_KILLING"});
  CHECK(agent.kills() == Lines{"t2 3s"});
  CHECK(agent.sent<msg::AgentUpdate>()[0]->status.executor_id == "pod");
  agent.acknowledge_all();
  agent.exit("t2", 15);
  agent.acknowledge_all();
  CHECK(agent.nothing<msg::ExecutorExited>());
  agent.exit("t3", 0);
  agent.only<msg::ExecutorExited>(agent.peer);
  CHECK_FALSE(agent.disk.has("executor/F1/pod"));
  agent.acknowledge_all();
  CHECK(agent.disk.keys() == Lines{"self"});
}

TEST_CASE("a member that failed while the agent was away takes those with it that live") {
  GroupUnderTest agent = running({"t1", "t2", "t3"});
  agent.restart();
  agent.step(agent.event_of("t1", Kind::recovered));
  agent.step(agent.event_of("t2", Kind::exited, 256));
  agent.step(agent.event_of("t3", Kind::exited, 0));
  CHECK(agent.kills().empty());  // it may have finished as well
  agent.all_heard();
  CHECK(agent.kills() == Lines{"t1 3s"});
  agent.rejoin();
  CHECK(agent.told() == Lines{"t1 TASK_KILLING", "t2 TASK_FAILED", "t3 TASK_FINISHED"});
}

TEST_CASE("a member whose container was never started takes the others with it") {
  GroupUnderTest agent(durable_options());
  agent.run_group({command_task("t1"), command_task("t2")});
  agent.restart();
  ContainerEvent never = agent.event_of("t1", Kind::launch_failed);
  never.reason = TaskReason::agent_restarted;
  agent.step(never);
  agent.step(agent.event_of("t2", Kind::recovered));
  agent.all_heard();
  CHECK(agent.kills() == Lines{"t2 3s"});
}

TEST_CASE("an agent that dies between the failure and the kills remembers the fate") {
  GroupUnderTest agent = running({"t1", "t2"});
  agent.restart();
  agent.step(agent.event_of("t1", Kind::exited, 256));  // kept, and then it dies again
  agent.restart();
  agent.step(agent.event_of("t1", Kind::exited, 256));
  agent.step(agent.event_of("t2", Kind::recovered));
  agent.all_heard();
  CHECK(agent.kills() == Lines{"t2 3s"});
  agent.rejoin();
  CHECK(agent.told() == Lines{"t1 TASK_FAILED", "t2 TASK_KILLING"});
  CHECK(agent.sent<msg::AgentUpdate>()[1]->status.message == "task 't1' of its group ended with TASK_FAILED");
}

TEST_CASE("the kills of a group go on after a restart, with the time that is left") {
  GroupUnderTest agent = running({"t1", "t2"});
  agent.kill("t1", 10s);
  agent.sleep(4s);
  agent.restart();
  agent.step(agent.event_of("t1", Kind::recovered));
  CHECK(agent.kills() == Lines{"t1 6s"});
  agent.step(agent.event_of("t2", Kind::recovered));
  CHECK(agent.kills() == Lines{"t2 6s"});
  agent.all_heard();
  CHECK(agent.kills().empty());
}

TEST_CASE("an executor that was being shut down still is after a restart") {
  GroupUnderTest agent = running({"t1"});
  agent.from_master(msg::AgentShutdownExecutor{kFramework, "pod"});
  agent.restart();
  agent.step(agent.event_of("t1", Kind::recovered));
  CHECK(agent.kills() == Lines{"t1 3s"});
  agent.all_heard();
  agent.rejoin();
  agent.run_group({command_task("late")}, false);
  CHECK_THAT(agent.told(),
             Catch::VectorContains(std::string("late TASK_DROPPED REASON_EXECUTOR_TERMINATED")));
}

TEST_CASE("a group that was dropped is not taken for one that lives") {
  GroupUnderTest agent(durable_options());
  agent.run_group({command_task("t1"), command_task("t2")}, false);
  agent.restart();
  CHECK(agent.only_call<RecoverContainers>().known.empty());
  agent.all_heard();
  agent.rejoin();
  CHECK(agent.told() ==
        Lines{"t1 TASK_DROPPED REASON_EXECUTOR_TERMINATED", "t2 TASK_DROPPED REASON_EXECUTOR_TERMINATED"});
  CHECK(agent.sent<msg::AgentUpdate>()[0]->status.executor_id == "pod");
}

TEST_CASE("an executor of type DEFAULT without tasks is not kept") {
  GroupUnderTest agent(durable_options());
  agent.run_group({command_task("t1")});
  agent.disk.make({erase("task/F1/t1")});
  agent.restart();
  CHECK(agent.view().executors == 0);
  agent.all_heard();
  CHECK(agent.disk.keys() == Lines{"self"});
}

TEST_CASE("records of a group without its executor are corrupt") {
  GroupUnderTest agent = running({"t1", "t2"});
  agent.disk.make({erase("executor/F1/pod")});
  const Result<Agent> again = agent.recovered();
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::data_corrupt);
  CHECK_THAT(again.error().message, Catch::Contains("task/F1/t1") && Catch::Contains("executor"));
}

}  // namespace mesoscore::test
