// An agent that is started again: command tasks.
#include "agent_under_test.hpp"

namespace mesoscore::test {
namespace {

using Kind = ContainerEvent::Kind;

AgentUnderTest joined(AgentOptions options = durable_options()) {
  AgentUnderTest agent(std::move(options));
  agent.join();
  return agent;
}

// A task t1 that runs; RUNNING is acknowledged.
AgentUnderTest running(TaskInfo task = command_task("t1"), msg::FrameworkPtr framework = framework_info()) {
  AgentUnderTest agent = joined();
  agent.run(std::move(task), std::move(framework));
  agent.started();
  agent.acknowledge();
  return agent;
}

ContainerEvent never_started(const AgentUnderTest& agent) {
  ContainerEvent event = agent.event(Kind::launch_failed);
  event.reason = TaskReason::agent_restarted;
  return event;
}

}  // namespace

TEST_CASE("without an id an agent keeps nothing, and with one itself") {
  AgentUnderTest agent(durable_options());
  agent.connect();
  CHECK(agent.disk.keys().empty());
  agent.from_master(msg::AgentRegistered{kAgent, "M", {}});
  CHECK(agent.disk.keys() == std::vector<std::string>{"self"});
  agent.restart();
  CHECK(agent.only_call<RecoverContainers>().known.empty());
  CHECK(agent.out().dials.empty());
  CHECK(agent.view().recovering);
  CHECK(agent.machine().next_deadline() == kNever);
  agent.all_heard();
  CHECK_FALSE(agent.view().recovering);
  agent.connect(PeerId{2});
  CHECK(agent.only<msg::ReregisterAgent>(PeerId{2}).agent->id == kAgent);
}

TEST_CASE("what an agent does is in the commit that makes it durable") {
  MachineHarness<Agent> agent(durable_options());
  while (agent.out().dials.empty()) agent.tick();
  agent.step(PeerConnected{kMaster, PeerRole::master, ""});
  CHECK(agent.out().sends.empty());
  REQUIRE(agent.out().commits.size() == 1);  // RegisterAgent, behind the commits of before
  CHECK(agent.out().commits[0].changes.empty());
  agent.receive(kMaster, msg::AgentRegistered{kAgent, "M", {}});
  agent.receive(kMaster, msg::RunTask{framework_info(), "*", command_task("t1"), false});
  CHECK(agent.out().containers.empty());
  REQUIRE(agent.out().commits.size() == 1);
  const Commit& commit = agent.out().commits[0];
  REQUIRE(commit.changes.size() == 2);
  CHECK(commit.changes[0].key == "framework/F1");
  CHECK(commit.changes[1].key == "task/F1/t1");
  CHECK(std::get<LaunchContainer>(commit.containers.at(0)).durable);
  agent.receive(kMaster, msg::Ping{});
  CHECK(agent.sent<msg::Pong>().size() == 1);  // promises nothing
}

TEST_CASE("a task that lives goes on") {
  AgentUnderTest agent = running();
  agent.restart();
  const auto& known = agent.only_call<RecoverContainers>().known;
  REQUIRE(known.size() == 1);
  CHECK(known[0].container_id == agent.container);
  CHECK(known[0].kind == ContainerKind::command);
  CHECK(known[0].resources.str() == "cpus:1;mem:64");
  agent.step(agent.event(Kind::recovered));
  CHECK(agent.quiet());
  agent.all_heard();
  agent.connect(PeerId{2});
  const auto& again = agent.only<msg::ReregisterAgent>(PeerId{2});
  REQUIRE(again.tasks.size() == 1);
  CHECK(again.tasks[0].state == TaskState::running);
  CHECK(again.tasks[0].status_update_state == TaskState::running);
  CHECK(again.frameworks.at(0)->id == kFramework);
  agent.from_master(msg::AgentReregistered{kAgent, "M", {}, {}, {}});
  CHECK(agent.sent<msg::AgentUpdate>().empty());
  agent.exited(0);
  CHECK(agent.outcome() == "TASK_FINISHED");
  CHECK(agent.only_call<ForgetContainer>().container_id == agent.container);
  agent.acknowledge();
  CHECK(agent.disk.keys() == std::vector<std::string>{"self"});
  CHECK(agent.machine().tasks().empty());
}

TEST_CASE("a task that ended meanwhile has its true status") {
  AgentUnderTest agent = running();
  agent.restart();
  agent.exited(3 << 8);
  CHECK(agent.only_call<ForgetContainer>().container_id == agent.container);
  agent.all_heard();
  agent.rejoin();
  CHECK(agent.outcome() == "TASK_FAILED");
  CHECK(agent.sent_update().status.message == "exited with status 3");
}

TEST_CASE("a task that was never started is dropped") {
  for (const bool plain : {false, true}) {
    AgentUnderTest agent = joined();
    agent.run(command_task("t1"), plain ? plain_framework() : framework_info());
    agent.restart();
    agent.step(never_started(agent));
    agent.all_heard();
    agent.rejoin();
    CHECK(agent.outcome() ==
          (plain ? "TASK_LOST REASON_AGENT_RESTARTED" : "TASK_DROPPED REASON_AGENT_RESTARTED"));
    CHECK(agent.sent_update().status.source == TaskSource::agent);
  }
}

TEST_CASE("a task that ran was not dropped, whatever the containers have lost") {
  AgentUnderTest agent = running();
  agent.restart();
  agent.step(never_started(agent));
  agent.all_heard();
  agent.rejoin();
  CHECK(agent.outcome() == "TASK_FAILED REASON_EXECUTOR_TERMINATED");
}

TEST_CASE("RUNNING is said once, before or after the restart") {
  AgentUnderTest agent = joined();
  agent.run(command_task("t1"));
  SECTION("before, and not acknowledged") {
    agent.started();
    const Uuid uuid = *agent.sent_update().status.uuid;
    agent.restart_and_join();
    CHECK(agent.sent_update().status.uuid == uuid);
  }
  SECTION("after") { agent.restart_and_join(); }
  CHECK(agent.outcome() == "TASK_RUNNING");
  agent.acknowledge();
  agent.restart_and_join();
  CHECK(agent.sent<msg::AgentUpdate>().empty());
}

TEST_CASE("what was on its way to the scheduler is what a new master is told of") {
  AgentUnderTest agent = running();
  agent.exited(0);
  const TaskStatus on_its_way = agent.sent_update().status;
  agent.restart();
  agent.all_heard();
  agent.connect(PeerId{2});
  const auto& again = agent.only<msg::ReregisterAgent>(PeerId{2});
  REQUIRE(again.tasks.size() == 1);
  CHECK(again.tasks[0].status_update_state == TaskState::finished);
  CHECK(again.tasks[0].status_update_uuid == on_its_way.uuid);
}

TEST_CASE("what waits behind an update was told to nobody") {
  AgentUnderTest agent = joined();
  agent.run(command_task("t1"));
  agent.started();
  agent.exited(0);
  agent.restart();
  agent.all_heard();
  agent.connect(PeerId{2});
  const auto& again = agent.only<msg::ReregisterAgent>(PeerId{2});
  CHECK(again.tasks.at(0).state == TaskState::finished);
  CHECK(again.tasks[0].status_update_state == TaskState::running);
}

TEST_CASE("updates are delivered in order, one at a time") {
  AgentUnderTest agent = joined();
  agent.run(command_task("t1"));
  agent.started();
  agent.kill("t1");
  agent.exited(15);
  CHECK(agent.disk.of<record::Update>().size() == 3);
  agent.restart();
  CHECK(agent.only_call<RecoverContainers>().known.size() == 1);
  agent.exited(0);  // whatever it says: its end is recorded
  CHECK(agent.only_call<ForgetContainer>().container_id == agent.container);
  CHECK(agent.disk.of<record::Update>().size() == 3);
  agent.all_heard();
  agent.rejoin();
  CHECK(agent.outcome() == "TASK_RUNNING");
  CHECK(agent.sent_update().latest_state == TaskState::killed);
  agent.acknowledge();
  CHECK(agent.outcome() == "TASK_KILLING");
  agent.acknowledge();
  CHECK(agent.disk.of<record::Update>().size() ==
        2);  // the last that is acknowledged, and the one that is not
  CHECK(agent.outcome() == "TASK_KILLED");
  agent.restart();
  agent.all_heard();
  agent.rejoin();
  CHECK(agent.outcome() == "TASK_KILLED");
  agent.acknowledge();
  CHECK(agent.disk.keys() == std::vector<std::string>{"self"});
}

TEST_CASE("ten updates and more keep their order") {
  AgentUnderTest agent = joined();
  agent.start_executor("t1");
  for (std::uint8_t i = 1; i <= 12; ++i) {
    TaskStatus status = executor_status("t1", TaskState::running, i);
    status.message = std::to_string(i);
    agent.receive(kExecutor, msg::ExecutorUpdate{status});
  }
  agent.restart_and_join();
  for (int i = 1; i <= 12; ++i) {
    CHECK(agent.sent_update().status.message == std::to_string(i));
    agent.acknowledge();
  }
}

TEST_CASE("a kill is said again, with the grace that is left") {
  AgentUnderTest agent = running();
  agent.kill("t1", 10s);
  const TimePoint first = agent.now();
  agent.acknowledge();
  agent.sleep(4s);
  agent.restart();
  SECTION("it lives") {
    agent.step(agent.event(Kind::recovered));
    CHECK(agent.only_call<KillContainer>().grace == 6s);
    SECTION("and a later kill may shorten it") {
      agent.all_heard();
      agent.rejoin();
      agent.kill("t1", 20s);
      CHECK(agent.quiet());
      agent.kill("t1", 5s);
      CHECK(agent.only_call<KillContainer>().grace == first + 5s - agent.now());
    }
  }
  SECTION("and its grace is over") {
    agent.sleep(1min);
    agent.step(agent.event(Kind::recovered));
    CHECK(agent.only_call<KillContainer>().grace == 0s);
  }
  SECTION("it has ended") {
    agent.exited(0);
    agent.all_heard();
    agent.rejoin();
    CHECK(agent.outcome() == "TASK_KILLED");
    CHECK(agent.sent_update().status.source == TaskSource::executor);
  }
}

TEST_CASE("max_completion_time counts from when the task began to run") {
  TaskInfo task = command_task("t1");
  task.max_completion_time = 60s;
  AgentUnderTest agent = running(task);
  agent.sleep(20s);
  SECTION("what is left of it is left") {
    agent.restart_and_join();
    agent.advance(39s);
    CHECK(agent.quiet());
    agent.advance(2s);
  }
  SECTION("it was over while the agent was away") {
    agent.sleep(100s);
    agent.restart_and_join();
  }
  SECTION("it was over before, and the scheduler has been told") {
    agent.advance(41s);
    agent.acknowledge();
    agent.restart_and_join();
  }
  agent.exited(9);
  agent.advance(1h);
  std::string last;
  for (const Task& left : agent.machine().tasks())
    last = std::string(to_string(left.statuses.back().reason.value()));
  CHECK(last == "REASON_MAX_COMPLETION_TIME_REACHED");
  CHECK(agent.machine().tasks().at(0).state == TaskState::failed);
}

TEST_CASE("a kill by the time limit is one without KILLING too") {
  TaskInfo task = command_task("t1");
  task.max_completion_time = 60s;
  AgentUnderTest agent = running(task, plain_framework());
  const bool by_time = GENERATE(true, false);
  if (by_time) {
    agent.advance(61s);
  } else {
    agent.kill("t1");
    agent.sleep(61s);
  }
  agent.restart();
  agent.exited(9);
  agent.all_heard();
  agent.rejoin();
  CHECK(agent.outcome() == (by_time ? "TASK_FAILED REASON_MAX_COMPLETION_TIME_REACHED" : "TASK_KILLED"));
}

TEST_CASE("functions end with their process") {
  AgentUnderTest agent = joined();
  agent.run(function_task("t1"));
  agent.started();
  agent.acknowledge();
  agent.restart();
  CHECK(agent.only_call<RecoverContainers>().known.at(0).kind == ContainerKind::function);
  agent.exited(0);
  agent.all_heard();
  agent.rejoin();
  CHECK(agent.outcome() == "TASK_FAILED REASON_EXECUTOR_TERMINATED");
  CHECK(agent.sent_update().status.message == "the function ended with the process of its agent");
}

TEST_CASE("tasks of frameworks that do not checkpoint are not kept") {
  auto framework = framework_info();
  framework->checkpoint = false;
  AgentUnderTest agent = joined();
  agent.run(command_task("t1"), framework);
  CHECK_FALSE(agent.only_call<LaunchContainer>().durable);
  agent.started();
  agent.acknowledge();
  agent.kill("t1");
  CHECK(agent.disk.keys() == std::vector<std::string>{"self"});
  agent.exited(9);
  CHECK(agent.calls<ForgetContainer>().empty());
}

TEST_CASE("what is not needed after a restart is not kept") {
  AgentUnderTest agent = joined();
  TaskInfo task = command_task("t1");
  task.data = "much";
  task.command->environment = {{"TOKEN", "secret"}};
  agent.run(task);
  CHECK(agent.only_call<LaunchContainer>().task == task);
  const auto kept = agent.disk.of<record::Task>();
  CHECK(kept.at(0)->info.data.empty());
  CHECK(kept.at(0)->info.command->environment.empty());
  CHECK(kept.at(0)->container_id == agent.container);
}

TEST_CASE("an answer that is missing is the end of the task") {
  AgentUnderTest agent = running();
  agent.restart();
  agent.all_heard();
  CHECK(agent.only_call<KillContainer>().container_id == agent.container);
  agent.rejoin();
  CHECK(agent.outcome() == "TASK_FAILED REASON_EXECUTOR_TERMINATED");
  CHECK(agent.machine().next_deadline() != kNever);
}

TEST_CASE("a framework that was shut down stays so") {
  AgentUnderTest agent = running();
  agent.from_master(msg::ShutdownFramework{kFramework});
  CHECK(agent.disk.of<record::Update>().empty());
  agent.restart();
  agent.step(agent.event(Kind::recovered));
  CHECK(agent.calls<KillContainer>().size() == 1);
  agent.all_heard();
  agent.rejoin();
  agent.exited(9);
  CHECK(agent.sent<msg::AgentUpdate>().empty());
  CHECK(agent.disk.keys() == std::vector<std::string>{"self"});
}

TEST_CASE("the newest properties of a framework are kept") {
  AgentUnderTest agent = running();
  auto changed = plain_framework();
  changed->name = "renamed";
  agent.from_master(msg::UpdateFramework{changed});
  agent.restart_and_join();
  agent.kill("t1");
  CHECK(agent.sent<msg::AgentUpdate>().empty());  // it does not know KILLING any more
  CHECK(agent.disk.of<record::Framework>().at(0)->info.name == "renamed");
}

}  // namespace mesoscore::test
