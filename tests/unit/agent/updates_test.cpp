#include "agent_under_test.hpp"

namespace mesoscore::test {

TEST_CASE("one update of a task is in flight; the next follows its acknowledgement") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  agent.started();
  const Uuid running = *agent.sent_update().status.uuid;
  agent.exited(0);
  CHECK(agent.quiet());
  CHECK(agent.view().unacknowledged == 2);
  agent.acknowledge("t", running);
  CHECK(agent.outcome() == "TASK_FINISHED");
}

TEST_CASE("updates of different tasks do not wait for each other") {
  AgentUnderTest agent;
  agent.join();
  for (const char* id : {"a", "b"}) {
    agent.run(command_task(id));
    agent.started();
    CHECK(agent.outcome() == "TASK_RUNNING");
  }
}

TEST_CASE("an unacknowledged update is sent again after 10 s, 20 s, 40 s, ... 10 min") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  agent.started();
  const Uuid uuid = *agent.sent_update().status.uuid;
  for (const Duration wait : {10s, 20s, 40s, 80s, 160s, 320s, 600s, 600s}) {
    CHECK(agent.machine().next_deadline() == agent.now() + wait);
    REQUIRE(agent.tick());
    CHECK(agent.sent_update().status.uuid == uuid);
  }
  CHECK(agent.view().updates_sent == 9);
  CHECK(agent.view().updates_retried == 8);
  agent.exited(0);
  agent.acknowledge("t", uuid);  // a new head begins anew
  CHECK(agent.machine().next_deadline() == agent.now() + 10s);
}

TEST_CASE("a repeated update carries the latest state") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  agent.started();
  CHECK(agent.sent_update().latest_state == TaskState::running);
  agent.exited(0);
  agent.advance(10s);
  CHECK(agent.outcome() == "TASK_RUNNING");
  CHECK(agent.sent_update().latest_state == TaskState::finished);
}

TEST_CASE("acknowledgements that are not for the update in flight are ignored") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  agent.started();
  const Uuid running = *agent.sent_update().status.uuid;
  agent.exited(0);
  SECTION("another uuid") {
    agent.acknowledge("t", Uuid{});
    CHECK(agent.quiet());
  }
  SECTION("another task") {
    agent.acknowledge("other", running);
    CHECK(agent.quiet());
  }
  SECTION("another framework") {
    agent.from_master(msg::UpdateAcknowledged{"F2", "t", running});
    CHECK(agent.quiet());
  }
  SECTION("one that was acknowledged before") {
    agent.acknowledge("t", running);
    agent.acknowledge("t", running);
    CHECK(agent.quiet());
    CHECK(agent.view().unacknowledged == 1);
    return;
  }
  CHECK(agent.view().unacknowledged == 2);
}

TEST_CASE("without a master updates wait; registration sends the heads and restarts their timers") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("a"));
  agent.started();
  agent.run(command_task("b"));
  agent.advance(30s);
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.started();
  CHECK(agent.quiet());
  const std::uint64_t retried = agent.view().updates_retried;
  agent.advance(2s);
  CHECK(agent.out().dials.size() == 1);
  agent.advance(1h);  // nobody answers the dial
  CHECK(agent.quiet());
  CHECK(agent.machine().next_deadline() == kNever);
  CHECK(agent.view().updates_retried == retried);
  agent.step(DialFailed{"no"});
  agent.connect();
  CHECK(agent.nothing<msg::AgentUpdate>());
  agent.from_master(msg::AgentReregistered{kAgent, "M", {}, {}});
  CHECK(agent.outcomes() == std::vector<std::string>{"a TASK_RUNNING", "b TASK_RUNNING"});
  CHECK(agent.machine().next_deadline() == agent.now() + 10s);
}

TEST_CASE("the updates that wait for a task are bounded, but its end is always kept") {
  AgentOptions options = agent_options();
  options.limits.max_pending_updates_per_task = 3;
  AgentUnderTest agent(options);
  agent.join();
  agent.run(function_task("t"));
  agent.started();
  const Uuid running = *agent.sent_update().status.uuid;
  for (int i = 0; i < 5; ++i) agent.step(agent.event(ContainerEvent::Kind::progress));
  CHECK(agent.noticed("dropped"));
  CHECK(agent.view().unacknowledged == 3);
  agent.exited(0);
  CHECK(agent.view().unacknowledged == 4);
  agent.acknowledge("t", running);
  agent.acknowledge();
  agent.acknowledge();
  CHECK(agent.outcome() == "TASK_FINISHED");
}

TEST_CASE("after the end of a task is acknowledged its id is free") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  agent.step(agent.launch_failed("no"));
  agent.acknowledge();
  agent.run(command_task("t"));
  CHECK(agent.calls<LaunchContainer>().size() == 1);
  CHECK(agent.view().tasks == 1);
}

}  // namespace mesoscore::test
