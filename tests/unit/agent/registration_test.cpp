#include "agent_under_test.hpp"

namespace mesoscore::test {

TEST_CASE("the first tick is due at once, the dial within the first delay") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    AgentUnderTest agent(agent_options(), seed);
    CHECK(agent.machine().next_deadline() == kStart);
    agent.advance(1s);
    REQUIRE(agent.out().dials.size() == 1);
    CHECK(agent.out().dials[0].role == PeerRole::master);
  }
}

TEST_CASE("an agent without a first delay dials in its first tick") {
  AgentOptions options = agent_options();
  options.first_registration_within = Duration::zero();
  AgentUnderTest agent(options);
  agent.tick();
  CHECK(agent.out().dials.size() == 1);
  CHECK(agent.now() == kStart);
}

TEST_CASE("an agent without an id registers, one with an id re-registers") {
  AgentUnderTest fresh;
  fresh.connect();
  CHECK(fresh.only<msg::RegisterAgent>(kMaster).agent->hostname == "host");

  AgentOptions options = agent_options();
  options.info.id = kAgent;
  AgentUnderTest known(options);
  known.connect();
  CHECK(known.only<msg::ReregisterAgent>(kMaster).agent->id == kAgent);
}

TEST_CASE("registration gives the agent its id") {
  AgentUnderTest agent;
  agent.join();
  CHECK(agent.machine().info().id == kAgent);
  CHECK(agent.view().registered);
  CHECK(agent.machine().next_deadline() == kNever);
}

TEST_CASE("a registration without an answer is repeated with doubling back-off") {
  AgentUnderTest agent;
  agent.connect();
  Duration limit = 2s;
  for (int i = 0; i < 10; ++i) {
    const TimePoint before = agent.now();
    REQUIRE(agent.tick());
    CHECK(agent.sent<msg::RegisterAgent>(kMaster).size() == 1);
    CHECK(agent.now() - before <= limit);
    limit = std::min<Duration>(limit * 2, 60s);
  }
  agent.from_master(msg::AgentRegistered{kAgent, "M", {}});
  CHECK(agent.machine().next_deadline() == kNever);
  agent.from_master(msg::AgentRegistered{kAgent, "M", {}});  // the answer to a repetition
  CHECK(agent.quiet());
}

TEST_CASE("a dial that fails, and a master that goes away, are dialled again") {
  AgentUnderTest agent;
  agent.advance(1s);
  agent.step(DialFailed{"refused"});
  CHECK(agent.quiet());
  agent.advance(2s);
  CHECK(agent.out().dials.size() == 1);
  agent.connect();
  agent.from_master(msg::AgentRegistered{kAgent, "M", {}});
  agent.step(PeerDisconnected{kMaster, "gone"});
  CHECK_FALSE(agent.view().registered);
  agent.connect(PeerId{2});
  CHECK(agent.only<msg::ReregisterAgent>(PeerId{2}).agent->id == kAgent);
  CHECK(agent.elapsed() <= 1s + 2s + 4s);  // registration had reset the back-off
}

TEST_CASE("re-registration reports tasks, executors and frameworks") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("done"));
  agent.started();
  agent.acknowledge();
  agent.exited(0);
  agent.start_executor("t1");
  agent.from_master(msg::RunTask{framework_info(), "*", executor_task("t2"), false, 5});
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.connect(PeerId{2});
  const auto& again = agent.only<msg::ReregisterAgent>(PeerId{2});
  REQUIRE(again.tasks.size() == 3);
  CHECK(again.tasks[0].state == TaskState::finished);
  CHECK(again.tasks[0].status_update_state == TaskState::finished);
  CHECK(again.tasks[0].status_update_uuid.has_value());
  CHECK(again.tasks[0].role == "*");
  CHECK(again.tasks[0].priority == 0);
  CHECK(again.tasks[2].priority == 5);
  CHECK(again.tasks[1].state == TaskState::staging);
  CHECK(again.tasks[1].executor_id == "e1");
  CHECK(again.tasks[1].agent_id == kAgent);
  REQUIRE(again.executors.size() == 1);
  CHECK(again.executors[0].info.executor_id == "e1");
  CHECK(again.executors[0].info.framework_id == kFramework);
  REQUIRE(again.frameworks.size() == 1);
  CHECK(again.frameworks[0]->id == kFramework);
}

TEST_CASE("tasks that did not reach the agent are answered, reliably") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("here"), plain_framework());
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.connect();
  agent.from_master(msg::AgentReregistered{
      kAgent, "M", {}, {{kFramework, "here"}, {kFramework, "lost"}, {"F2", "dropped"}}});
  const auto updates = agent.sent<msg::AgentUpdate>();
  REQUIRE(updates.size() == 2);
  CHECK(updates[0]->status.task_id == "lost");
  CHECK(updates[0]->status.state == TaskState::lost);  // the framework is not partition aware
  CHECK(updates[0]->status.reason == TaskReason::reconciliation);
  CHECK(updates[0]->status.uuid.has_value());
  CHECK(updates[1]->framework_id == "F2");
  CHECK(updates[1]->status.state == TaskState::dropped);
  agent.advance(10s);
  CHECK(agent.sent<msg::AgentUpdate>().size() == 2);
}

TEST_CASE("tasks of a framework about which nothing is known are not reported") {
  AgentUnderTest agent;
  agent.join();
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.connect();
  agent.from_master(msg::AgentReregistered{kAgent, "M", {}, {{"F2", "t"}}});
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.connect();
  CHECK(agent.only<msg::ReregisterAgent>(kMaster).tasks.empty());
  CHECK(agent.only<msg::ReregisterAgent>(kMaster).frameworks.empty());
  agent.from_master(msg::AgentReregistered{kAgent, "M", {}, {{"F2", "t"}}});
  CHECK(agent.sent<msg::AgentUpdate>().size() == 1);
}

TEST_CASE("a ping is answered; silence ends the connection") {
  AgentUnderTest agent;
  agent.join(75s);
  agent.advance(74s);
  agent.from_master(msg::Ping{});
  agent.only<msg::Pong>(kMaster);
  agent.advance(74s);
  CHECK(agent.quiet());
  agent.advance(1s);
  CHECK(agent.closed(kMaster));
  CHECK_FALSE(agent.view().registered);
  agent.connect(PeerId{2});
  agent.only<msg::ReregisterAgent>(PeerId{2});
}

TEST_CASE("nobody expects pings while there is no master") {
  AgentUnderTest agent;
  agent.join(75s);
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.advance(2s);
  CHECK(agent.out().dials.size() == 1);
  agent.advance(1h);
  CHECK(agent.quiet());
}

TEST_CASE("an agent that the master takes for disconnected registers again") {
  AgentUnderTest agent;
  agent.join(75s);
  agent.run(command_task("t"));
  agent.started();
  const Uuid uuid = *agent.sent_update().status.uuid;
  agent.from_master(msg::Ping{false});
  agent.only<msg::Pong>(kMaster);
  agent.only<msg::ReregisterAgent>(kMaster);
  CHECK_FALSE(agent.view().registered);
  agent.exited(0);
  CHECK(agent.nothing<msg::AgentUpdate>());  // paused
  agent.from_master(msg::AgentReregistered{kAgent, "M", 75s, {}});
  CHECK(agent.sent_update().status.uuid == uuid);
  CHECK(agent.sent_update().latest_state == TaskState::finished);
}

TEST_CASE("silence during a registration that the ping caused ends the connection too") {
  AgentUnderTest agent;
  agent.join(75s);
  agent.from_master(msg::Ping{false});
  agent.advance(75s);
  CHECK(agent.closed(kMaster));
}

TEST_CASE("an executor that ends while the agent registers is reported afterwards") {
  AgentUnderTest agent;
  agent.join(75s);
  agent.start_executor("t1");
  agent.from_master(msg::Ping{false});
  CHECK(agent.only<msg::ReregisterAgent>(kMaster).executors.size() == 1);
  agent.exited(9);
  CHECK(agent.nothing<msg::ExecutorExited>());
  agent.from_master(msg::AgentReregistered{kAgent, "M", 75s, {}});
  CHECK(agent.only<msg::ExecutorExited>(kMaster).wait_status == 9);
}

TEST_CASE("an error of the master leads to another connection") {
  AgentUnderTest agent;
  agent.join();
  agent.from_master(msg::ErrorMessage{"no"});
  CHECK(agent.noticed("no"));
  CHECK(agent.closed(kMaster));
  agent.connect(PeerId{2});
  agent.only<msg::ReregisterAgent>(PeerId{2});
}

TEST_CASE("an agent that is sent away kills everything and does not come back") {
  AgentUnderTest agent;
  agent.join(75s);
  agent.run(command_task("t"));
  agent.started();
  agent.from_master(msg::ShutdownAgent{"gone by operator"});
  CHECK(agent.noticed("gone by operator"));
  CHECK(agent.only_call<KillContainer>().grace == 3s);
  CHECK(agent.nothing<msg::AgentUpdate>());
  CHECK(agent.closed(kMaster));
  CHECK_FALSE(agent.machine().stopped());
  agent.exited(15);
  CHECK(agent.quiet());
  CHECK(agent.machine().stopped());
  CHECK(agent.machine().next_deadline() == kNever);
}

TEST_CASE("answers that cannot be right end the connection") {
  AgentUnderTest agent;
  agent.connect();
  SECTION("an id that is not well formed") { agent.from_master(msg::AgentRegistered{"a/b", "M", {}}); }
  SECTION("re-registration of an agent without an id") {
    agent.from_master(msg::AgentReregistered{kAgent, "M", {}, {}});
  }
  SECTION("another id") {
    agent.from_master(msg::AgentRegistered{kAgent, "M", {}});
    agent.from_master(msg::AgentRegistered{"S2", "M", {}});
    CHECK(agent.machine().info().id == kAgent);
  }
  SECTION("re-registration of another agent") {
    agent.from_master(msg::AgentRegistered{kAgent, "M", {}});
    agent.from_master(msg::AgentReregistered{"S2", "M", {}, {}});
  }
  SECTION("a missing task without an id") {
    agent.from_master(msg::AgentRegistered{kAgent, "M", {}});
    agent.from_master(msg::AgentReregistered{kAgent, "M", {}, {{kFramework, ""}}});
  }
  CHECK(agent.refused(kMaster));
  CHECK_FALSE(agent.view().registered);
  CHECK(agent.view().tasks == 0);
  agent.connect(PeerId{2});
}

TEST_CASE("options that would make the agent spin are mended") {
  AgentOptions options = agent_options();
  options.first_registration_within = options.registration_backoff = options.registration_backoff_max =
      Duration(-5);
  options.update_retry = options.update_retry_max = Duration::zero();
  options.default_kill_grace = Duration(-1);
  AgentUnderTest agent(options);
  agent.join();
  agent.run(command_task("t"));
  agent.started();
  agent.advance(10ms);
  CHECK(agent.sent<msg::AgentUpdate>().size() <= 10);
  agent.kill("t");
  CHECK(agent.only_call<KillContainer>().grace == Duration::zero());
}

}  // namespace mesoscore::test
