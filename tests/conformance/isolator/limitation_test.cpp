// What the containers make of isolators that object.
#include "agent.hpp"
#include "catch.hpp"
#include "mesoscore/isolators/process.hpp"

using namespace isolator_test;

namespace {

struct Fixture {
  Fixture() { isolators.add(obedient).add(isolators::process()); }
  std::shared_ptr<Obedient> obedient = std::make_shared<Obedient>();
  IsolatorSet isolators;
};

}  // namespace

TEST_CASE("a limitation kills the container and is its reason", "[isolator]") {
  Fixture fixture;
  Agent agent(fixture.isolators);
  agent.launch("a", "trap '' TERM; while :; do sleep 0.05; done");
  agent.wait_for("a", Kind::started);
  REQUIRE(agent.run_until([&] { return fixture.obedient->watched.size() == 1; }));
  const auto& [id, raise] = fixture.obedient->watched[0];
  raise(id, {TaskReason::container_limitation_memory, "it wanted 2 GB of 1 GB", {}});
  raise(id, {TaskReason::container_limitation_disk, "and all of the disk", {}});
  const ContainerEvent event = agent.wait_for("a", Kind::exited);
  CHECK(event.state == TaskState::failed);
  CHECK(event.reason == TaskReason::container_limitation_memory);
  CHECK(event.message == "it wanted 2 GB of 1 GB");
  raise(id, {TaskReason::container_limitation, "too late", {}});
  agent.launch("b", "exit 0");
  CHECK_FALSE(agent.wait_for("b", Kind::exited).reason);
}

TEST_CASE("a limitation after a kill is not the reason", "[isolator]") {
  Fixture fixture;
  Agent agent(fixture.isolators);
  agent.launch("a", "trap '' TERM; while :; do sleep 0.05; done");
  agent.wait_for("a", Kind::started);
  REQUIRE(agent.run_until([&] { return fixture.obedient->watched.size() == 1; }));
  agent.kill("a", 1h);
  fixture.obedient->watched[0].second(ContainerId("a"), {TaskReason::container_limitation, "crossed", {}});
  CHECK_FALSE(agent.wait_for("a", Kind::exited).reason);
}

TEST_CASE("a limitation after the end of the agent is harmless", "[isolator]") {
  Fixture fixture;
  {
    Agent agent(fixture.isolators);
    agent.launch("a", "exit 0");
    agent.wait_for("a", Kind::exited);
  }
  REQUIRE(fixture.obedient->watched.size() == 1);
  fixture.obedient->watched[0].second(ContainerId("a"), {TaskReason::container_limitation, "too late", {}});
}

TEST_CASE("a failed update ends the container", "[isolator]") {
  Fixture fixture;
  Agent agent(fixture.isolators);
  agent.launch("a", "exec sleep 1000");
  agent.wait_for("a", Kind::started);
  fixture.obedient->fail_in = "update";
  agent.containers().apply(UpdateContainer{ContainerId("a"), Resources()});
  const ContainerEvent event = agent.wait_for("a", Kind::exited);
  CHECK(event.state == TaskState::failed);
  CHECK(event.reason == TaskReason::container_update_failed);
  CHECK(event.message == "isolator obedient: told to fail in update");
}

TEST_CASE("a watch that throws ends the container", "[isolator]") {
  Fixture fixture;
  fixture.obedient->throw_in = "watch";
  Agent agent(fixture.isolators);
  agent.launch("a", "exec sleep 1000");
  const ContainerEvent event = agent.wait_for("a", Kind::exited);
  CHECK(event.message == "isolator obedient: thrown in watch");
  CHECK(agent.count("a", Kind::started) == 1);
}

TEST_CASE("a failed cleanup does not change what is told", "[isolator]") {
  Fixture fixture;
  fixture.obedient->fail_in = "cleanup";
  Agent agent(fixture.isolators);
  agent.launch("a", "exit 3");
  CHECK(agent.wait_for("a", Kind::exited).wait_status == 3 << 8);
}

TEST_CASE("one process isolator serves one agent", "[isolator]") {
  Fixture fixture;
  Agent agent(fixture.isolators);
  runtime::ContainersConfig config;
  config.work_dir = agent.directory() + "/second";
  config.isolators = fixture.isolators;
  {
    runtime::Containers second(agent.context().get_executor(), std::move(config),
                               [](std::span<ContainerEvent>) {});
    const Status started = second.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().message == "the process launcher was started before: one isolator per agent");
  }
  agent.launch("a", "exit 3");  // the first is none the worse for it
  CHECK(agent.wait_for("a", Kind::exited).wait_status == 3 << 8);
}
