// An agent that is started again: is it the same one, and do its records agree?
#include <algorithm>

#include "agent_under_test.hpp"
#include "mesoscore/attributes.hpp"
#include "support/operation_resources.hpp"

namespace mesoscore::test {
namespace {

AgentOptions described(std::string_view resources,
                       std::string_view attributes = "rack:r7;slots:[1-4];kinds:{a,b};speed:2.5") {
  AgentOptions options = durable_options();
  options.boot_id = "boot1";
  options.info.resources = parsed(resources);
  options.info.attributes = parse_attributes(attributes).value();
  return options;
}

// With a task, and a reservation of one cpu.
AgentUnderTest before() {
  AgentUnderTest agent(described("cpus:8;mem:4096"));
  agent.join();
  agent.run(command_task("t1"));
  agent.started();
  agent.from_master(
      msg::ApplyOperation{framework_info(), Uuid::from_random(9, 1), reserve(reserved("cpus:1", "eng"))});
  return agent;
}

std::string refusal(AgentUnderTest& agent, const AgentOptions& options) {
  const auto records = agent.disk.all();
  auto result = Agent::recover(options, Rng(7), agent.now(), records);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::invalid_argument);
  return result.error().message;
}

std::string corruption(std::vector<Record> records) {
  auto result = Agent::recover(described("cpus:8;mem:4096"), Rng(7), kStart, std::move(records));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::data_corrupt);
  return result.error().message;
}

}  // namespace

TEST_CASE("an agent may have gained resources, attributes and another port") {
  AgentUnderTest agent = before();
  agent.options = described("cpus:10;mem:4096;disk:100", "rack:r7;slots:[1-6];kinds:{a,b,c};speed:2.5;new:1");
  agent.options.info.port = 5051;
  agent.restart();
  const AgentInfo info = agent.view().info;
  CHECK(info.id == kAgent);
  CHECK(info.resources == parsed("cpus:9;mem:4096;disk:100") + reserved("cpus:1", "eng"));
  CHECK(info.port == 5051);
  CHECK(info.attributes == agent.options.info.attributes);
  const auto self = agent.disk.of<record::Self>();
  CHECK(self.at(0)->info == info);
  CHECK(self.at(0)->configured == parsed("cpus:10;mem:4096;disk:100"));
  SECTION("which it may not lose any more") {
    AgentOptions less = agent.options;
    less.info.resources = parsed("cpus:8;mem:4096");
    CHECK_THAT(refusal(agent, less), Catch::Contains("was 'cpus:10;mem:4096;disk:100'"));
  }
}

TEST_CASE("an agent that is the same writes nothing about itself") {
  AgentUnderTest agent = before();
  Result<Agent> again = agent.recovered();
  Outbox out;
  again->tick(agent.now(), out);
  REQUIRE(out.commits.size() == 1);
  CHECK(out.commits[0].changes.empty());
}

TEST_CASE("an agent that has lost or changed something is refused") {
  AgentUnderTest agent = before();
  const auto records = agent.disk.keys();
  const auto remedy = Catch::Contains("drain it and start it with an empty storage");
  CHECK_THAT(refusal(agent, described("cpus:7;mem:4096")),
             remedy && Catch::Contains("resources") &&
                 Catch::Contains("was 'cpus:8;mem:4096', is now 'cpus:7;mem:4096'"));
  const auto attributes = [&](std::string_view text) {
    return refusal(agent, described("cpus:8;mem:4096", text));
  };
  CHECK_THAT(attributes("slots:[1-4];kinds:{a,b};speed:2.5"), remedy && Catch::Contains("'rack'"));
  CHECK_THAT(attributes("rack:r8;slots:[1-4];kinds:{a,b};speed:2.5"),
             Catch::Contains("was 'rack:r7', is now 'rack:r8'"));
  CHECK_THAT(attributes("rack:r7;slots:[1-3];kinds:{a,b};speed:2.5"), Catch::Contains("'slots'"));
  CHECK_THAT(attributes("rack:r7;slots:[1-4];kinds:{a};speed:2.5"), Catch::Contains("'kinds'"));
  CHECK_THAT(attributes("rack:r7;slots:[1-4];kinds:{a,b};speed:3"), Catch::Contains("'speed'"));
  AgentOptions moved = described("cpus:8;mem:4096");
  moved.info.hostname = "elsewhere";
  CHECK_THAT(refusal(agent, moved), remedy && Catch::Contains("was 'host', is now 'elsewhere'"));
  CHECK(agent.disk.keys() == records);
}

TEST_CASE("a fault domain may come, and not change") {
  AgentUnderTest agent = before();
  agent.options.info.region = "r";
  agent.options.info.zone = "z";
  agent.restart();
  agent.options.info.zone = "other";
  CHECK_THAT(refusal(agent, agent.options), Catch::Contains("was 'r/z', is now 'r/other'"));
}

TEST_CASE("after a restart of the machine") {
  AgentUnderTest agent = before();
  agent.options.boot_id = "boot2";
  SECTION("an agent that fits keeps its id, and hears what became of its tasks") {
    agent.restart();
    CHECK(agent.only_call<RecoverContainers>().known.size() == 1);
    agent.exited(9);
    agent.all_heard();
    agent.rejoin();
    CHECK(agent.view().info.id == kAgent);
    CHECK(agent.disk.of<record::Self>().at(0)->boot_id == "boot2");
  }
  SECTION("one that does not fit is a new agent") {
    agent.options.info.resources = parsed("cpus:2");
    agent.restart();
    CHECK(agent.noticed("new agent, no longer S1"));
    CHECK(agent.only_call<RecoverContainers>().known.empty());
    CHECK(agent.disk.keys().empty());
    CHECK(agent.view().info.id.empty());
    agent.all_heard();
    agent.connect(PeerId{2});
    CHECK(agent.only<msg::RegisterAgent>(PeerId{2}).agent->resources == parsed("cpus:2"));
  }
}

TEST_CASE("records that contradict each other are refused, and named") {
  AgentUnderTest agent = before();
  agent.run_with_new_executor(executor_task("t2"));
  agent.kill("t1");
  const std::vector<Record> good = agent.disk.all();
  REQUIRE(good.size() == 9);
  REQUIRE(Agent::recover(durable_options(), Rng(7), kStart, {}));
  const auto without = [&](const RecordKey& key) {
    std::vector<Record> records;
    for (const Record& record : good) {
      if (key_of(record) != key) records.push_back(record);
    }
    REQUIRE(records.size() + 1 == good.size());
    return corruption(std::move(records));
  };
  const auto with = [&](Record record) {
    std::vector<Record> records = good;
    std::erase_if(records, [&](const Record& other) { return key_of(other) == key_of(record); });
    records.push_back(std::move(record));
    return corruption(std::move(records));
  };
  CHECK_THAT(without("self"), Catch::Contains("record 'executor/F1/e1'"));
  CHECK_THAT(without("framework/F1"), Catch::Contains("'executor/F1/e1'"));
  CHECK_THAT(without("task/F1/t1"), Catch::Contains("'kill/F1/t1'"));
  CHECK_THAT(without("executor/F1/e1"), Catch::Contains("'task/F1/t2'"));

  record::Task task = *agent.disk.of<record::Task>().at(0);
  task.container_id = agent.disk.of<record::Executor>().at(0)->container_id;
  CHECK_THAT(with(task), Catch::Contains("'task/F1/t1': container"));
  task.container_id = {};
  CHECK_THAT(with(task), Catch::Contains("'task/F1/t1': it lives and has no container"));
  task.info.task_id = "a/b";
  CHECK_THAT(with(task), Catch::Contains("its id is not valid"));
  record::Update update = *agent.disk.of<record::Update>().at(0);
  update.status.uuid.reset();
  CHECK_THAT(with(update), Catch::Contains("'update/F1/t1/1': it has no uuid"));
  update = *agent.disk.of<record::Update>().at(0);
  update.status.state = TaskState::failed;
  CHECK_THAT(with(update), Catch::Contains("'update/F1/t1/2': it comes after the end"));
  update = *agent.disk.of<record::Update>().at(1);
  update.acknowledged = true;
  CHECK_THAT(with(update), Catch::Contains("'update/F1/t1/2': it is acknowledged"));
  update.number = 0;
  CHECK_THAT(with(update), Catch::Contains("no number"));
  update.status.task_id = "t3";
  CHECK_THAT(with(update), Catch::Contains("'update/F1/t3/0'"));
  CHECK_THAT(with(record::Weight{"eng", 2}), Catch::Contains("'weight/eng': it is a master's"));
  std::vector<Record> twice = good;
  twice.push_back(good.front());
  CHECK_THAT(corruption(twice), Catch::Contains("it is there twice"));
}

TEST_CASE("the order of the records does not matter") {
  AgentUnderTest agent = before();
  agent.run_with_new_executor(executor_task("t2"));
  const auto described_by = [&](std::vector<Record> records) {
    Agent again = Agent::recover(agent.options, Rng(7), agent.now(), std::move(records)).value();
    Outbox out;
    again.tick(agent.now(), out);
    Names names;
    std::string text;
    for (const std::string& line : print(out, names)) text += line + "\n";
    for (const Task& task : again.tasks()) text += print(task, names) + "\n";
    return text;
  };
  std::vector<Record> records = agent.disk.all();
  const std::string first = described_by(records);
  std::reverse(records.begin(), records.end());
  CHECK(described_by(records) == first);
  std::rotate(records.begin(), records.begin() + 2, records.end());
  CHECK(described_by(records) == first);
}

TEST_CASE("operations that are not acknowledged are said again, and reservations stay") {
  AgentUnderTest agent = before();
  const Uuid uuid = *agent.only<msg::AgentOperationUpdate>(agent.peer).update.uuid;
  agent.restart();
  agent.step(agent.event(ContainerEvent::Kind::recovered));
  agent.all_heard();
  agent.connect(PeerId{2});
  const auto& again = agent.only<msg::ReregisterAgent>(PeerId{2});
  CHECK(again.operations.at(0).uuid == Uuid::from_random(9, 1));
  CHECK(again.agent->resources == parsed("cpus:7;mem:4096") + reserved("cpus:1", "eng"));
  agent.from_master(msg::AgentReregistered{kAgent, "M", {}, {}, {}});
  CHECK(agent.only<msg::AgentOperationUpdate>(PeerId{2}).update.uuid == uuid);
  agent.from_master(msg::OperationAcknowledged{Uuid::from_random(9, 1), uuid});
  CHECK(agent.disk.of<record::Operation>().empty());
  CHECK(agent.disk.of<record::Self>().at(0)->info.resources.contains(reserved("cpus:1", "eng")));
}

}  // namespace mesoscore::test
