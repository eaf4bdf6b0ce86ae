// How a durable agent ends: with nothing kept, or so that the next one goes on.
#include "agent_under_test.hpp"

namespace mesoscore::test {
namespace {

using Kind = ContainerEvent::Kind;

AgentUnderTest running(AgentOptions options = durable_options()) {
  AgentUnderTest agent(std::move(options));
  agent.join();
  agent.run(command_task("t1"));
  agent.started();
  agent.acknowledge();
  return agent;
}

AgentUnderTest cleaned_up() {
  AgentOptions options = durable_options();
  options.recovery = AgentRecovery::cleanup;
  AgentUnderTest agent = running(options);
  agent.restart();
  agent.step(agent.event(Kind::recovered));
  CHECK(agent.quiet());
  agent.all_heard();
  CHECK(agent.calls<KillContainer>().size() == 1);
  return agent;
}

}  // namespace

TEST_CASE("an agent that was stopped leaves nothing") {
  AgentUnderTest agent = running();
  agent.run_with_new_executor(executor_task("t2"));
  agent.step(Stop{});
  const bool acknowledged = GENERATE(true, false);
  agent.exited(0);
  agent.container = agent.disk.of<record::Task>().at(0)->container_id;
  agent.exited(15);
  if (acknowledged) {
    for (const Task& task : agent.machine().tasks()) {
      agent.acknowledge(task.task_id.view(), *task.status_update_uuid);
      if (const auto sent = agent.sent<msg::AgentUpdate>(); !sent.empty()) agent.acknowledge();
    }
  } else {
    agent.advance(2s);
  }
  CHECK(agent.machine().stopped());
  CHECK(agent.sent<msg::UnregisterAgent>().size() == 1);
  CHECK(agent.disk.keys().empty());
}

TEST_CASE("the erasures are durable before the agent says goodbye") {
  AgentUnderTest agent = running();
  agent.step(Stop{});
  agent.exited(15);
  Outbox out;
  agent.machine().tick(agent.now() + 2s, out);
  REQUIRE(out.commits.size() == 1);
  CHECK(out.sends.empty());
  CHECK(std::holds_alternative<msg::UnregisterAgent>(out.commits[0].after.at(0).message));
  CHECK(out.commits[0].changes.back().key == "self");
  CHECK_FALSE(out.commits[0].changes.back().record);
}

TEST_CASE("an agent that stops without its master delivers its last updates when it is back") {
  AgentUnderTest agent = running();
  agent.step(PeerDisconnected{agent.peer, "gone"});
  agent.step(Stop{});
  agent.exited(15);
  CHECK(agent.machine().stopped());
  agent.restart();
  agent.exited(15);
  agent.all_heard();
  agent.rejoin();
  CHECK(agent.outcome() == "TASK_KILLING");
  agent.acknowledge();
  CHECK(agent.outcome() == "TASK_KILLED");
}

TEST_CASE("an agent that was sent away leaves nothing") {
  AgentUnderTest agent = running();
  agent.from_master(msg::ShutdownAgent{"gone"});
  CHECK_FALSE(agent.machine().stopped());
  agent.exited(15);
  CHECK(agent.machine().stopped());
  CHECK(agent.disk.keys().empty());
}

TEST_CASE("cleanup: what runs is killed, its updates are delivered, and the agent stops") {
  AgentUnderTest agent = cleaned_up();
  SECTION("its container ends before the master is there") {
    agent.exited(15);
    CHECK_FALSE(agent.machine().stopped());
    agent.rejoin();
  }
  SECTION("or after") {
    agent.rejoin();
    agent.acknowledge();
    agent.exited(15);
  }
  while (!agent.machine().stopped()) agent.acknowledge();
  CHECK(agent.sent<msg::UnregisterAgent>().size() == 1);
  CHECK(agent.disk.keys().empty());
}

TEST_CASE("who stops an agent that cleans up does not wait for the master") {
  AgentUnderTest agent = cleaned_up();
  agent.exited(15);
  agent.step(Stop{});
  CHECK(agent.machine().stopped());
  CHECK_FALSE(agent.disk.keys().empty());
}

TEST_CASE("cleanup of nothing is over at once") {
  AgentOptions options = durable_options();
  options.recovery = AgentRecovery::cleanup;
  AgentUnderTest agent(options);
  agent.restart();
  agent.all_heard();
  CHECK(agent.machine().stopped());
}

TEST_CASE("Stop waits until all containers have been heard of") {
  AgentUnderTest agent = running();
  agent.restart();
  agent.step(Stop{});
  CHECK(agent.quiet());
  agent.step(agent.event(Kind::recovered));
  agent.all_heard();
  CHECK(agent.calls<KillContainer>().size() == 1);
  agent.exited(15);
  CHECK(agent.machine().stopped());
}

}  // namespace mesoscore::test
