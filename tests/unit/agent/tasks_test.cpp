// Command and function tasks: a container of their own.
#include "agent_under_test.hpp"

namespace mesoscore::test {
namespace {

constexpr int exit_status(int status) { return status << 8; }

}  // namespace

TEST_CASE("a command task is launched in a container of its own") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  const auto& launch = agent.only_call<LaunchContainer>();
  CHECK(launch.kind == ContainerKind::command);
  CHECK(launch.container_id.size() == 36);
  CHECK(launch.framework->id == kFramework);
  CHECK(launch.agent_id == kAgent);
  CHECK(launch.task.command->value == "true");
  CHECK(launch.resources == Resources::parse("cpus:1;mem:64").value());
  CHECK(agent.nothing<msg::AgentUpdate>());
  CHECK(agent.view().tasks == 1);
  CHECK(agent.view().used == Resources::parse("cpus:1;mem:64").value());
}

TEST_CASE("a command task from RUNNING to FINISHED") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  agent.started();
  const TaskStatus& running = agent.sent_update().status;
  CHECK(running.state == TaskState::running);
  CHECK(running.source == TaskSource::executor);
  CHECK(running.agent_id == kAgent);
  CHECK(running.executor_id.empty());
  CHECK(running.timestamp == to_unix_seconds(agent.now()));
  CHECK(running.uuid.has_value());
  agent.acknowledge();
  agent.exited(0);
  CHECK(agent.outcome() == "TASK_FINISHED");
  CHECK(agent.sent_update().latest_state == TaskState::finished);
  CHECK(agent.view().tasks == 0);
  CHECK(agent.view().used.empty());
  CHECK(agent.view().unacknowledged == 1);
  agent.acknowledge();
  CHECK(agent.view().unacknowledged == 0);
  CHECK(agent.machine().tasks().empty());
}

TEST_CASE("how a command ended is said in the message") {
  struct Case {
    int wait_status;
    const char* state;
    const char* message;
  };
  for (const Case& expected : {Case{exit_status(0), "TASK_FINISHED", ""},
                               Case{exit_status(3), "TASK_FAILED", "exited with status 3"},
                               Case{9, "TASK_FAILED", "killed by signal 9 (SIGKILL)"},
                               Case{11 | 128, "TASK_FAILED", "killed by signal 11 (SIGSEGV)"},
                               Case{40, "TASK_FAILED", "killed by signal 40"}}) {
    AgentUnderTest agent;
    agent.join();
    agent.run(command_task("t"));
    agent.started();
    agent.acknowledge();
    agent.exited(expected.wait_status);
    CHECK(agent.outcome() == expected.state);
    CHECK(agent.sent_update().status.message == expected.message);
    CHECK(agent.sent_update().status.source == TaskSource::executor);
  }
}

TEST_CASE("a container that cannot be started fails its task with the reason") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  agent.step(agent.launch_failed("no such program 'tru'"));
  CHECK(agent.outcome() == "TASK_FAILED REASON_CONTAINER_LAUNCH_FAILED");
  CHECK(agent.sent_update().status.message == "no such program 'tru'");
  CHECK(agent.sent_update().status.source == TaskSource::agent);
}

TEST_CASE("a container may say more than its exit status") {
  AgentUnderTest agent;
  agent.join();
  SECTION("a function that failed, with data") {
    agent.run(function_task("t"));
    CHECK(agent.only_call<LaunchContainer>().kind == ContainerKind::function);
    agent.started();
    agent.acknowledge();
    ContainerEvent exit = agent.event(ContainerEvent::Kind::exited);
    exit.state = TaskState::failed;
    exit.message = "threw";
    exit.data = "blob";
    agent.step(exit);
    CHECK(agent.outcome() == "TASK_FAILED");
    CHECK(agent.sent_update().status.message == "threw");
    CHECK(agent.sent_update().status.data == "blob");
  }
  SECTION("a limitation") {
    agent.run(command_task("t"));
    agent.started();
    agent.acknowledge();
    ContainerEvent exit = agent.event(ContainerEvent::Kind::exited);
    exit.wait_status = 9;
    exit.state = TaskState::failed;
    exit.reason = TaskReason::container_limitation_memory;
    exit.message = "64 MB exceeded";
    agent.step(exit);
    CHECK(agent.outcome() == "TASK_FAILED REASON_CONTAINER_LIMITATION_MEMORY");
    CHECK(agent.sent_update().status.source == TaskSource::agent);
  }
  SECTION("a state that is not an end is not believed") {
    agent.run(command_task("t"));
    agent.started();
    agent.acknowledge();
    ContainerEvent exit = agent.event(ContainerEvent::Kind::exited);
    exit.state = TaskState::running;
    agent.step(exit);
    CHECK(agent.outcome() == "TASK_FINISHED");
  }
}

TEST_CASE("the progress of a function is another RUNNING with data") {
  AgentUnderTest agent;
  agent.join();
  agent.run(function_task("t"));
  agent.started();
  agent.acknowledge();
  ContainerEvent progress = agent.event(ContainerEvent::Kind::progress);
  progress.data = "50 %";
  agent.step(progress);
  CHECK(agent.outcome() == "TASK_RUNNING");
  CHECK(agent.sent_update().status.data == "50 %");
  agent.acknowledge();
  agent.kill("t");
  agent.acknowledge();
  agent.step(progress);
  CHECK(agent.outcome() == "TASK_KILLING");
}

TEST_CASE("launches that change nothing") {
  AgentUnderTest agent;
  agent.join();
  SECTION("for another agent") {
    TaskInfo task = command_task("t");
    task.agent_id = "S2";
    agent.run(std::move(task));
    CHECK(agent.noticed("S2"));
    CHECK(agent.view().tasks == 0);
  }
  SECTION("with the id of a live task") {
    agent.run(command_task("t"));
    agent.run(function_task("t"));
    CHECK(agent.view().tasks == 1);
  }
  SECTION("with the id of a task whose end is not acknowledged") {
    agent.run(command_task("t"));
    agent.step(agent.launch_failed("no"));
    agent.run(command_task("t"));
    CHECK(agent.view().tasks == 0);
  }
  CHECK(agent.quiet());
}

TEST_CASE("the same id in two frameworks is two tasks") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  agent.run(command_task("t"), framework_info("F2"));
  CHECK(agent.view().tasks == 2);
  agent.started();
  CHECK(agent.sent_update().framework_id == "F2");
}

TEST_CASE("a task that cannot be run is an error, reported reliably") {
  AgentUnderTest agent;
  agent.join();
  TaskInfo task = bare_task("t");
  SECTION("nothing to run") {}
  SECTION("two things to run") {
    task.command.emplace().value = "true";
    task.function = "square";
  }
  agent.run(std::move(task));
  CHECK(agent.outcome() == "TASK_ERROR REASON_TASK_INVALID");
  CHECK_FALSE(agent.sent_update().status.message.empty());
  CHECK(agent.calls<LaunchContainer>().empty());
  agent.advance(10s);
  CHECK(agent.outcome() == "TASK_ERROR REASON_TASK_INVALID");
}

TEST_CASE("a launch without ids ends the connection") {
  AgentUnderTest agent;
  agent.join();
  SECTION("no framework") { agent.run(command_task("t"), nullptr); }
  SECTION("no framework id") { agent.run(command_task("t"), framework_info("")); }
  SECTION("a framework id that leads elsewhere") { agent.run(command_task("t"), framework_info("../..")); }
  SECTION("no task id") { agent.run(command_task("")); }
  CHECK(agent.refused(kMaster));
  CHECK(agent.view().tasks == 0);
}

TEST_CASE("events of containers that the agent does not know are ignored") {
  AgentUnderTest agent;
  agent.join();
  agent.container = "unknown";
  agent.started();
  agent.exited(0);
  CHECK(agent.quiet());
  CHECK(agent.noticed("unknown"));
}

TEST_CASE("a container that reports twice that it started is believed once") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  agent.started();
  agent.acknowledge();
  agent.started();
  CHECK(agent.quiet());
}

TEST_CASE("statuses are kept without data, one for each state, within the bound") {
  AgentOptions options = agent_options();
  options.limits.max_statuses_per_task = 1;
  AgentUnderTest agent(options);
  agent.join();
  agent.run(function_task("t"));
  agent.started();
  ContainerEvent progress = agent.event(ContainerEvent::Kind::progress);
  progress.data = "secret";
  progress.message = "half";
  agent.step(progress);
  REQUIRE(agent.machine().tasks().at(0).statuses.size() == 1);
  CHECK(agent.machine().tasks()[0].statuses[0].message == "half");
  CHECK(agent.machine().tasks()[0].statuses[0].data.empty());
  agent.exited(0);
  REQUIRE(agent.machine().tasks().at(0).statuses.size() == 1);
  CHECK(agent.machine().tasks()[0].statuses[0].state == TaskState::finished);
}

TEST_CASE("UpdateFramework counts from then on") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  agent.started();
  agent.acknowledge();
  agent.from_master(msg::UpdateFramework{plain_framework()});
  agent.from_master(msg::UpdateFramework{framework_info("unknown")});
  CHECK(agent.quiet());
  agent.kill("t");
  CHECK(agent.nothing<msg::AgentUpdate>());  // it does not know KILLING any more
  agent.from_master(msg::UpdateFramework{nullptr});
  CHECK(agent.refused(kMaster));
}

}  // namespace mesoscore::test
