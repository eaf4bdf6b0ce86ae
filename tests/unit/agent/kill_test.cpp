#include "agent_under_test.hpp"

namespace mesoscore::test {
namespace {

// A command task that runs and has nothing unacknowledged.
void run_command(AgentUnderTest& agent, TaskInfo task, msg::FrameworkPtr framework = framework_info()) {
  agent.join();
  agent.run(std::move(task), std::move(framework));
  agent.started();
  agent.acknowledge();
}

}  // namespace

TEST_CASE("a kill is KILLING, then KILLED whatever the exit status") {
  for (int wait_status : {0, 15, 256}) {
    AgentUnderTest agent;
    run_command(agent, command_task("t"));
    agent.kill("t");
    CHECK(agent.outcome() == "TASK_KILLING");
    CHECK(agent.only_call<KillContainer>().container_id == agent.container);
    agent.acknowledge();
    agent.exited(wait_status);
    CHECK(agent.outcome() == "TASK_KILLED");
  }
}

TEST_CASE("KILLING is only for those who know it") {
  AgentUnderTest agent;
  run_command(agent, command_task("t"), plain_framework());
  agent.kill("t");
  CHECK(agent.nothing<msg::AgentUpdate>());
  agent.exited(15);
  CHECK(agent.outcome() == "TASK_KILLED");
}

TEST_CASE("the grace is that of the kill, else of the task, else of the agent") {
  AgentUnderTest agent;
  TaskInfo task = command_task("t");
  SECTION("agent") {
    run_command(agent, task);
    agent.kill("t");
    CHECK(agent.only_call<KillContainer>().grace == 3s);
  }
  SECTION("task") {
    task.kill_policy = KillPolicy{7s};
    run_command(agent, task);
    agent.kill("t");
    CHECK(agent.only_call<KillContainer>().grace == 7s);
  }
  SECTION("kill") {
    task.kill_policy = KillPolicy{7s};
    run_command(agent, task);
    agent.kill("t", 9s);
    CHECK(agent.only_call<KillContainer>().grace == 9s);
  }
  SECTION("never negative") {
    run_command(agent, task);
    agent.kill("t", -1s);
    CHECK(agent.only_call<KillContainer>().grace == 0s);
  }
}

TEST_CASE("another kill may only shorten the grace, which counts from the first") {
  AgentUnderTest agent;
  run_command(agent, command_task("t"));
  agent.kill("t", 10s);
  agent.acknowledge();
  agent.sleep(2s);
  agent.kill("t", 10s);
  CHECK(agent.quiet());
  agent.kill("t", 20s);
  CHECK(agent.quiet());
  agent.kill("t", 6s);
  CHECK(agent.only_call<KillContainer>().grace == 4s);
  CHECK(agent.nothing<msg::AgentUpdate>());
  agent.sleep(3s);
  agent.kill("t", 8s);
  CHECK(agent.quiet());
  agent.kill("t", 1s);
  CHECK(agent.only_call<KillContainer>().grace == 0s);
  agent.kill("t", 0s);
  CHECK(agent.only_call<KillContainer>().grace == 0s);
}

TEST_CASE("a kill that overtakes the launch") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"), plain_framework());
  agent.kill("t");
  CHECK(agent.only_call<KillContainer>().container_id == agent.container);
  SECTION("the launch fails because of it") { agent.step(agent.launch_failed("killed")); }
  SECTION("the container ends without ever having run") { agent.exited(9); }
  SECTION("the container had started") {
    agent.started();
    CHECK(agent.quiet());
    agent.exited(9);
    CHECK(agent.outcome() == "TASK_KILLED");
    return;
  }
  CHECK(agent.outcome() == "TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH");
  CHECK(agent.sent_update().status.source == TaskSource::agent);
}

TEST_CASE("kills of what does not run are ignored") {
  AgentUnderTest agent;
  agent.join();
  agent.kill("unknown");
  CHECK(agent.quiet());
  agent.run(command_task("t"));
  agent.exited(0);
  agent.kill("t");
  CHECK(agent.quiet());
}

TEST_CASE("a task that takes too long is killed and has failed") {
  AgentUnderTest agent;
  TaskInfo task = command_task("t");
  task.max_completion_time = 60s;
  run_command(agent, task);
  CHECK(agent.machine().next_deadline() == agent.now() + 60s);
  agent.advance(60s);
  CHECK(agent.outcome() == "TASK_KILLING REASON_MAX_COMPLETION_TIME_REACHED");
  CHECK(agent.only_call<KillContainer>().grace == 3s);
  agent.acknowledge();
  SECTION("whatever the exit status") {
    agent.exited(0);
    CHECK(agent.outcome() == "TASK_FAILED REASON_MAX_COMPLETION_TIME_REACHED");
    CHECK(agent.sent_update().status.message == "max_completion_time of 60 s was reached");
  }
  SECTION("a kill may hasten it") {
    agent.kill("t", 0s);
    CHECK(agent.only_call<KillContainer>().grace == 0s);
    CHECK(agent.nothing<msg::AgentUpdate>());
    agent.exited(9);
    CHECK(agent.outcome() == "TASK_FAILED REASON_MAX_COMPLETION_TIME_REACHED");
  }
}

TEST_CASE("a task that ended or is being killed cannot take too long") {
  AgentUnderTest agent;
  TaskInfo task = command_task("t");
  task.max_completion_time = 5s;
  run_command(agent, task);
  SECTION("ended") {
    agent.exited(0);
    CHECK(agent.outcome() == "TASK_FINISHED");
    agent.acknowledge();
  }
  SECTION("killed") {
    agent.kill("t", 60s);
    agent.acknowledge();
  }
  CHECK(agent.machine().next_deadline() == kNever);
}

}  // namespace mesoscore::test
