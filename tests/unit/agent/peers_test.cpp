// Who may say what: everything else ends the connection of who said it and changes nothing.
#include "agent_under_test.hpp"
#include "mesoscore/limits.hpp"
#include "support/operation_resources.hpp"

namespace mesoscore::test {

TEST_CASE("only masters and executors are welcome") {
  AgentUnderTest agent;
  agent.join();
  for (PeerRole role : {PeerRole::unknown, PeerRole::agent, PeerRole::scheduler, PeerRole::operator_}) {
    agent.step(PeerConnected{PeerId{30}, role, "tcp"});
    CHECK(agent.refused(PeerId{30}));
  }
  CHECK(agent.view().registered);
}

TEST_CASE("a master that nobody asked for is sent away") {
  AgentUnderTest agent;
  agent.join();
  agent.step(PeerConnected{PeerId{2}, PeerRole::master, ""});
  CHECK(agent.closed(PeerId{2}));
  CHECK(agent.view().registered);
}

// It was closed here, and the close waits for its turn behind a commit: what comes meanwhile is void.
TEST_CASE("messages of a connection that is not known are ignored") {
  AgentUnderTest agent;
  agent.join();
  agent.receive(PeerId{99}, msg::Ping{});
  CHECK(agent.quiet());
  agent.step(PeerDisconnected{PeerId{99}, ""});
  CHECK(agent.quiet());
  CHECK(agent.view().registered);
}

TEST_CASE("a master that sends what masters do not send is left") {
  AgentUnderTest agent;
  agent.join();
  SECTION("of a scheduler") { agent.from_master(msg::Teardown{}); }
  SECTION("of an executor") { agent.from_master(msg::ExecutorMessage{"x"}); }
  SECTION("of an agent") { agent.from_master(msg::Pong{}); }
  CHECK(agent.refused(kMaster));
  CHECK_FALSE(agent.view().registered);
  agent.connect(PeerId{2});
}

// What it keeps must belong to an agent that has an id: else the next start could not read it.
TEST_CASE("a master that orders something before it has registered the agent is left") {
  AgentUnderTest agent(durable_options());
  agent.connect();
  SECTION("an operation") {
    agent.from_master(
        msg::ApplyOperation{framework_info(), Uuid::from_random(9, 1), reserve(reserved("cpus:1", "eng"))});
  }
  SECTION("a task for an agent without an id") {
    TaskInfo task = command_task("t1");
    task.agent_id = {};
    agent.from_master(msg::RunTask{framework_info(), "*", std::move(task), true, 0});
  }
  SECTION("a drain") { agent.from_master(msg::DrainTasks{DrainConfig{}}); }
  CHECK(agent.refused(kMaster));
  CHECK(agent.disk.all().empty());
  CHECK(agent.recovered());
}

TEST_CASE("heartbeats are taken in silence") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.from_master(msg::Heartbeat{});
  CHECK(agent.quiet());
  agent.receive(kExecutor, msg::Heartbeat{});
  CHECK(agent.quiet());
}

TEST_CASE("an executor subscribes before anything else") {
  AgentUnderTest agent;
  agent.join();
  agent.connect_executor();
  SECTION("update") {
    agent.receive(kExecutor, msg::ExecutorUpdate{executor_status("t", TaskState::running)});
  }
  SECTION("message") { agent.receive(kExecutor, msg::ExecutorMessage{"x"}); }
  SECTION("a master's message") { agent.receive(kExecutor, msg::Ping{}); }
  SECTION("an executor that was not started") { agent.subscribe(); }
  CHECK(agent.refused(kExecutor));
}

TEST_CASE("a connection belongs to one executor") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.run_with_new_executor(executor_task("t2", "e2"));
  agent.subscribe(kExecutor, {kFramework, "e2", {}, {}});
  CHECK(agent.refused(kExecutor));
  CHECK(agent.view().executors == 2);
}

TEST_CASE("updates that cannot be right end the connection; the task lives on") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.run_with_new_executor(executor_task("other", "e2"));
  TaskStatus status = executor_status("t1", TaskState::running);
  SECTION("no uuid") { status.uuid.reset(); }
  SECTION("STAGING") { status.state = TaskState::staging; }
  SECTION("UNREACHABLE") { status.state = TaskState::unreachable; }
  SECTION("no state at all") { status.state = static_cast<TaskState>(77); }
  SECTION("another agent") { status.agent_id = "S2"; }
  SECTION("too large") { status.data.assign(kMaxMessageDataBytes + 1, 'x'); }
  SECTION("the task of another executor") { status.task_id = "other"; }
  SECTION("the task of no executor") {
    agent.run(command_task("command"));
    status.task_id = "command";
  }
  const std::uint32_t tasks = agent.view().tasks;
  agent.receive(kExecutor, msg::ExecutorUpdate{status});
  CHECK(agent.refused(kExecutor));
  CHECK(agent.nothing<msg::AgentUpdate>());
  CHECK(agent.view().tasks == tasks);
  CHECK(agent.view().executors == 2);

  agent.connect_executor(PeerId{11});  // and the same in the subscription
  agent.subscribe(PeerId{11}, {kFramework, "e1", {executor_task("t1")}, {status}});
  CHECK(agent.refused(PeerId{11}));
  CHECK(agent.nothing<msg::ExecutorSubscribed>());
  agent.connect_executor(PeerId{12});
  agent.subscribe(PeerId{12}, {kFramework, "e1", {executor_task("t1")}, {}});
  agent.only<msg::ExecutorSubscribed>(PeerId{12});
}

TEST_CASE("a message of an executor that is too large ends the connection") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.receive(kExecutor, msg::ExecutorMessage{std::string(kMaxMessageDataBytes + 1, 'x')});
  CHECK(agent.refused(kExecutor));
  CHECK(agent.nothing<msg::ExecutorToFramework>());
}

TEST_CASE("an executor that reports an error is disconnected and may come back") {
  AgentUnderTest agent;
  agent.join();
  agent.start_executor("t1");
  agent.receive(kExecutor, msg::ErrorMessage{"confused"});
  CHECK(agent.noticed("confused"));
  CHECK(agent.closed(kExecutor));
  CHECK(agent.view().executors == 1);
}

TEST_CASE("events that are not for agents are ignored") {
  AgentUnderTest agent;
  agent.join();
  agent.step(Submitted{msg::Heartbeat{}}, SetWeight{"r", 2}, TeardownFramework{kFramework},
             DialFailed{"late"});
  CHECK(agent.quiet());
  CHECK(agent.view().registered);
}

}  // namespace mesoscore::test
