// The agent carries operations out, and says so until somebody knows.
#include "agent_under_test.hpp"
#include "support/operation_resources.hpp"

namespace mesoscore::test {
namespace {

const Resources kReserved = reserved("cpus:1", "eng");

Uuid number(std::uint64_t n) { return Uuid::from_random(9, n); }

void apply(AgentUnderTest& agent, Operation operation, std::uint64_t n = 1,
           msg::FrameworkPtr framework = framework_info()) {
  agent.from_master(msg::ApplyOperation{std::move(framework), number(n), std::move(operation)});
}

const msg::AgentOperationUpdate& sent(AgentUnderTest& agent) {
  return agent.only<msg::AgentOperationUpdate>(agent.peer);
}

Resources total(AgentUnderTest& agent) { return agent.view().info.resources; }

}  // namespace

TEST_CASE("an operation changes the resources of the agent") {
  AgentUnderTest agent;
  agent.join();
  apply(agent, reserve(kReserved, OperationId("o")));
  const auto& update = sent(agent);
  CHECK(update.framework_id == kFramework);
  CHECK(update.operation_uuid == number(1));
  CHECK(update.update.operation_id == "o");
  CHECK(update.update.state == OperationState::finished);
  CHECK(update.update.converted == kReserved);
  CHECK(update.update.agent_id == kAgent);
  CHECK(update.update.uuid);
  CHECK(total(agent) == parsed("cpus:7;mem:4096") + kReserved);
  CHECK(agent.view().operations == 1);
}

TEST_CASE("operations of operators have no framework") {
  AgentUnderTest agent;
  agent.join();
  apply(agent, reserve(kReserved), 1, nullptr);
  CHECK(sent(agent).framework_id.empty());
  CHECK(sent(agent).update.state == OperationState::finished);
}

TEST_CASE("what the agent cannot do fails and changes nothing") {
  AgentUnderTest agent;
  agent.join();
  const auto failure = [&](Operation operation, std::uint64_t n) {
    apply(agent, std::move(operation), n);
    CHECK(sent(agent).update.state == OperationState::failed);
    CHECK(total(agent) == parsed("cpus:8;mem:4096"));
    return sent(agent).update.message;
  };
  CHECK_THAT(failure(reserve(reserved("cpus:9", "eng")), 1), Catch::Contains("RESERVE: it needs cpus:9"));
  CHECK_THAT(failure(unreserve(kReserved), 2), Catch::Contains("UNRESERVE"));
  CHECK_THAT(failure(destroy({volume("v1", "eng")}), 3), Catch::Contains("'v1' does not exist"));
  CHECK_THAT(failure({{}, GrowVolumeOperation{}}, 4), Catch::Contains("resize"));
  CHECK_THAT(failure(launch({}), 5), Catch::Contains("LAUNCH"));
}

TEST_CASE("a volume that a task uses is not destroyed") {
  AgentOptions options = agent_options();
  const Resource shared = volume("v1", "eng", 64, true);
  options.info.resources += reserved("disk:64", "eng");
  AgentUnderTest agent(options);
  agent.join();
  apply(agent, create({shared}), 1);
  TaskInfo task = command_task("t");
  task.resources = parsed("cpus:1;mem:64") + Resources{shared};
  agent.run(task);
  agent.started();
  apply(agent, destroy({shared}), 2);
  CHECK(sent(agent).update.state == OperationState::failed);
  agent.exited(0);
  apply(agent, destroy({shared}), 3);
  CHECK(sent(agent).update.state == OperationState::finished);
  CHECK(total(agent) == parsed("cpus:8;mem:4096") + reserved("disk:64", "eng"));
}

TEST_CASE("the data of a volume that is destroyed is erased") {
  AgentOptions options = agent_options();
  options.info.resources += reserved("disk:64", "eng");
  AgentUnderTest agent(options);
  agent.join();
  apply(agent, destroy({volume("v", "eng")}), 1);
  CHECK(agent.calls<EraseVolumes>().empty());  // there is none
  apply(agent, create({volume("v", "eng")}), 2);
  CHECK(agent.calls<EraseVolumes>().empty());
  apply(agent, destroy({volume("v", "eng")}), 3);
  CHECK(agent.only_call<EraseVolumes>().volumes == Resources{volume("v", "eng")});
  apply(agent, destroy({volume("v", "eng")}), 3);
  CHECK(agent.calls<EraseVolumes>().empty());
}

TEST_CASE("an update is repeated until it is acknowledged") {
  AgentUnderTest agent;
  agent.join();
  apply(agent, reserve(kReserved, OperationId("o")));
  const Uuid uuid = *sent(agent).update.uuid;
  for (const Duration wait : {10s, 20s, 40s, 80s, 160s, 320s, 600s, 600s}) {
    CHECK(agent.machine().next_deadline() == agent.now() + wait);
    REQUIRE(agent.tick());
    CHECK(sent(agent).update.uuid == uuid);
  }
  CHECK(agent.view().updates_retried == 8);
  agent.from_master(msg::OperationAcknowledged{number(1), number(77)});
  CHECK(agent.view().operations == 1);
  agent.from_master(msg::OperationAcknowledged{number(77), uuid});
  CHECK(agent.view().operations == 1);
  agent.from_master(msg::OperationAcknowledged{number(1), uuid});
  CHECK(agent.view().operations == 0);
  CHECK(agent.machine().next_deadline() == kNever);
  CHECK(total(agent).contains(kReserved));
}

TEST_CASE("an operation that comes twice is done once") {
  AgentUnderTest agent;
  agent.join();
  apply(agent, reserve(kReserved));
  apply(agent, reserve(kReserved));
  CHECK(agent.nothing<msg::AgentOperationUpdate>());
  CHECK(total(agent) == parsed("cpus:7;mem:4096") + kReserved);
}

TEST_CASE("resources and operations are reported at the re-registration, and updates sent again") {
  AgentUnderTest agent;
  agent.join();
  apply(agent, reserve(kReserved, OperationId("o")));
  const Uuid uuid = *sent(agent).update.uuid;
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.sleep(1min);
  agent.connect(PeerId{2});
  const auto& report = agent.only<msg::ReregisterAgent>(PeerId{2});
  CHECK(report.agent->resources == parsed("cpus:7;mem:4096") + kReserved);
  REQUIRE(report.operations.size() == 1);
  CHECK(report.operations[0].framework_id == kFramework);
  CHECK(report.operations[0].uuid == number(1));
  CHECK(report.operations[0].update.state == OperationState::finished);
  CHECK(std::holds_alternative<ReserveOperation>(report.operations[0].operation.action));
  REQUIRE(report.frameworks.size() == 1);
  CHECK(report.frameworks[0]->id == kFramework);
  CHECK(agent.nothing<msg::AgentOperationUpdate>());
  agent.from_master(msg::AgentReregistered{kAgent, "M2", {}, {}, {}});
  CHECK(sent(agent).update.uuid == uuid);
  CHECK(agent.machine().next_deadline() == agent.now() + 10s);
}

TEST_CASE("a framework is reported once") {
  AgentUnderTest agent;
  agent.join();
  agent.run(command_task("t"));
  apply(agent, reserve(kReserved), 1);
  apply(agent, reserve(kReserved), 2, framework_info("F2"));
  apply(agent, reserve(kReserved), 3, framework_info("F2"));
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.connect();
  CHECK(agent.only<msg::ReregisterAgent>(agent.peer).frameworks.size() == 2);
}

TEST_CASE("operations that did not arrive are answered") {
  AgentUnderTest agent;
  agent.join();
  apply(agent, reserve(kReserved, OperationId("here")));
  agent.step(PeerDisconnected{kMaster, "gone"});
  agent.connect();
  agent.from_master(msg::AgentReregistered{
      kAgent, "M", {}, {}, {{kFramework, "here", number(1)}, {kFramework, "lost", number(2)}}});
  const auto updates = agent.sent<msg::AgentOperationUpdate>();
  REQUIRE(updates.size() == 2);  // the first one is repeated
  CHECK(updates[0]->update.state == OperationState::finished);
  CHECK(updates[1]->operation_uuid == number(2));
  CHECK(updates[1]->update.operation_id == "lost");
  CHECK(updates[1]->update.state == OperationState::dropped);
  CHECK(updates[1]->update.uuid);
  CHECK(agent.view().operations == 2);
}

TEST_CASE("a framework that is shut down takes its updates along, not its reservations") {
  AgentUnderTest agent;
  agent.join();
  apply(agent, reserve(kReserved), 1);
  apply(agent, reserve(kReserved), 2, framework_info("F2"));
  agent.from_master(msg::ShutdownFramework{kFramework});
  CHECK(agent.view().operations == 1);
  CHECK(total(agent) == parsed("cpus:6;mem:4096") + kReserved + kReserved);
}

TEST_CASE("an agent that stops waits a moment for its acknowledgements") {
  AgentUnderTest agent;
  agent.join();
  apply(agent, reserve(kReserved), 1);
  const Uuid uuid = *sent(agent).update.uuid;
  agent.step(Stop{});
  CHECK_FALSE(agent.machine().stopped());
  agent.from_master(msg::OperationAcknowledged{number(1), uuid});
  CHECK(agent.machine().stopped());
}

TEST_CASE("the framework of an operation has an id") {
  AgentUnderTest agent;
  agent.join();
  apply(agent, reserve(kReserved), 1, framework_info("a/b"));
  CHECK(agent.refused(kMaster));
}

TEST_CASE("a disk that is a volume again, by another name, is not erased after a restart") {
  const auto whole = [](const std::string& id) {
    const Resource plain = volume(id, "eng");
    ResourceTraits traits = plain.traits();
    traits.disk->source = DiskInfo::SourceType::mount;
    traits.disk->source_root = "/mnt/disk";
    return plain.with_traits(std::move(traits));
  };
  ResourceTraits without = whole("v").traits();
  without.disk->persistence_id.clear();
  without.disk->volume_container_path.clear();
  AgentOptions options = durable_options();
  options.info.resources += Resources{whole("v").with_traits(std::move(without))};
  AgentUnderTest agent(options);
  agent.join();
  apply(agent, create({whole("v")}), 1);
  apply(agent, destroy({whole("v")}), 2);
  REQUIRE(agent.calls<EraseVolumes>().size() == 1);
  apply(agent, create({whole("w")}), 3);
  agent.restart();
  CHECK(agent.calls<EraseVolumes>().empty());
}

TEST_CASE("the data of a destroyed volume is erased after a restart, too, as long as nobody knows") {
  AgentOptions options = durable_options();
  options.info.resources += reserved("disk:64", "eng");
  AgentUnderTest agent(options);
  agent.join();
  apply(agent, create({volume("v", "eng")}), 1);
  apply(agent, destroy({volume("v", "eng")}), 2);
  const Uuid known = *sent(agent).update.uuid;
  const auto erased = [&] {
    agent.restart();
    return agent.calls<EraseVolumes>().size();
  };
  REQUIRE(erased() == 1);
  CHECK(agent.only_call<EraseVolumes>().volumes == Resources{volume("v", "eng")});
  agent.all_heard();
  agent.rejoin();
  SECTION("until it is acknowledged") {
    agent.from_master(msg::OperationAcknowledged{number(2), known});
    CHECK(erased() == 0);
  }
  SECTION("but not that of one with its name that was created since") {
    apply(agent, create({volume("v", "eng", 32)}), 3);
    CHECK(erased() == 0);
  }
}

}  // namespace mesoscore::test
